"""What is known of each camera between two frames, in Redis. It is written in the commit of the frames; here it is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import redis

from haetae.bus.connection import redis_errors
from haetae.bus.rendezvous import shard_of
from haetae.tracking.follower import CameraFollowing
from haetae.wire import tracker_state

PREFIX = "haetae.detect.state."


class Followings:
    """Reads states and remembers what their bytes meant, so that a state that nobody else changed is not parsed again."""

    def __init__(self, client: redis.Redis, n_shards: int) -> None:
        self._redis = client
        self._n_shards = n_shards
        self._parsed: dict[str, tuple[bytes, CameraFollowing]] = {}

    def read(self, keys: Iterable[str]) -> dict[str, CameraFollowing]:
        """What is known of those of `keys` of which anything is known. Raises Transient, Poison."""
        names = list(keys)
        if not names:
            return {}
        with redis_errors():
            found = cast(Sequence[bytes | None], self._redis.mget([PREFIX + key for key in names]))
        return {key: self._meaning(key, payload) for key, payload in zip(names, found, strict=True) if payload is not None}

    def to_put(self, followings: Mapping[str, CameraFollowing]) -> dict[str, bytes]:
        """Redis keys and bytes that say `followings`, to be put in a commit."""
        put = {}
        for key, following in followings.items():
            payload = tracker_state.to_bytes(following)
            self._parsed[key] = (payload, following)
            put[PREFIX + key] = payload
        return put

    def to_delete(self, keys: Iterable[str]) -> list[str]:
        """Redis keys to be deleted in a commit so that nothing is known of `keys` any more."""
        names = list(keys)
        for key in names:
            self._parsed.pop(key, None)
        return [PREFIX + key for key in names]

    def keys_of(self, shards: frozenset[int]) -> list[str]:
        """Everything followed on `shards`, open or not. Raises Transient."""
        with redis_errors():
            names = [name.decode().removeprefix(PREFIX) for name in self._redis.scan_iter(match=f"{PREFIX}*", count=1000)]
        return [name for name in names if self.shard_of(name) in shards]

    def shard_of(self, key: str) -> int:
        """The shard on which the frames of a camera (or of a recording of it) come."""
        return shard_of(key.partition("@")[0], self._n_shards)

    def keep_only(self, shards: frozenset[int]) -> None:
        """Forgets the meaning of what other workers follow."""
        self._parsed = {key: known for key, known in self._parsed.items() if self.shard_of(key) in shards}

    def _meaning(self, key: str, payload: bytes) -> CameraFollowing:
        known = self._parsed.get(key)
        if known is not None and known[0] == payload:
            return known[1]
        following = tracker_state.from_bytes(payload)
        self._parsed[key] = (payload, following)
        return following
