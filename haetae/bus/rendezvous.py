"""Who gets what, without talking to each other: highest random weight (Thaler and Ravishankar, 1998)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b


def owner(key: str, members: Sequence[str]) -> str:
    """The member that `key` belongs to. When a member comes or goes only its own keys move. Raises ValueError without members."""
    if not members:
        raise ValueError("nobody is there to own anything")
    return max(members, key=lambda member: (_weight(member, key), member))


def shard_of(camera_id: str, n_shards: int) -> int:
    """The shard, 0 to n_shards - 1, of a camera's frames."""
    return max(range(n_shards), key=lambda shard: _weight(f"shard-{shard}", camera_id))


def _weight(member: str, key: str) -> int:
    return int.from_bytes(blake2b(f"{len(member)}:{member}{key}".encode(), digest_size=8).digest(), "big")
