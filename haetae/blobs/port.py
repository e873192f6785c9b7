"""What the product needs of a place for pixels."""

from __future__ import annotations

from typing import Protocol

from haetae.errors import HaetaeError, Transient


class BlobMissing(HaetaeError):
    """Nothing is kept under the key (any more)."""


class BlobsFull(Transient):
    """There is no room for another blob."""


class Blobs(Protocol):
    """Bytes under keys such as "crops/2026-05-04/gate-1/<tracklet>/<us>.jpg"; writing a key again replaces its bytes."""

    def put(self, key: str, data: bytes) -> None:
        """Keeps `data` under `key`: all of it or, where this raises, nothing. Raises BlobsFull, Transient."""
        ...

    def get(self, key: str) -> bytes:
        """The bytes under `key`. Raises BlobMissing, Transient."""
        ...

    def delete_below(self, prefix: str) -> int:
        """Forgets the blob at `prefix` and all below "<prefix>/"; how many there were. Raises Transient."""
        ...

    def children(self, prefix: str) -> list[str]:
        """The next parts of the keys below "<prefix>/", sorted: of "crops" the days. Raises Transient."""
        ...
