"""Reads the crops that detect wrote: bytes under a key become pixels."""

from __future__ import annotations

from haetae.blobs.port import BlobMissing, Blobs
from haetae.domain.frame import Pixels
from haetae.errors import Poison, Refused
from haetae.imaging.jpeg import decode
from haetae.telemetry.tally import Tally


class BlobCrops:
    """Crops out of the blobs. What is missing or unreadable is counted, and left to the caller to do without."""

    def __init__(self, blobs: Blobs, lost: Tally) -> None:
        self._blobs = blobs
        self._lost = lost

    def read(self, key: str) -> Pixels | None:
        """The crop under `key`, BGR; None where it is missing or is no JPEG. Raises Transient."""
        try:
            return decode(self._blobs.get(key))
        except (BlobMissing, Refused):  # refused: what stands in the message can be no key
            self._lost.count(why="missing")
        except Poison:
            self._lost.count(why="unreadable")
        return None
