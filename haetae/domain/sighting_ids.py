"""Many sightings' ids at once, as numbers: an object for each costs more than everything else that is done with most of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import overload
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from haetae.domain.ids import TrackletId

Ids = NDArray[np.uint64]
"""(n, 2) uint64: the 16 bytes of UUIDs."""


class SightingIds(Sequence[TrackletId]):
    """Ids in their order; `columns` are the same as (n, 2) uint64. What is looked at becomes a UUID, and not before."""

    __slots__ = ("columns",)

    def __init__(self, columns: Ids) -> None:
        self.columns = columns

    @classmethod
    def of(cls, ids: Iterable[UUID]) -> SightingIds:
        """The same ids as numbers."""
        return ids if isinstance(ids, SightingIds) else cls(to_columns(ids))

    @overload
    def __getitem__(self, at: int) -> TrackletId: ...
    @overload
    def __getitem__(self, at: slice) -> SightingIds: ...
    def __getitem__(self, at: int | slice) -> TrackletId | SightingIds:
        if isinstance(at, slice):
            return SightingIds(self.columns[at])
        high, low = self.columns[at].tolist()
        return TrackletId(UUID(int=(high << 64) | low))

    def __len__(self) -> int:
        return len(self.columns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SightingIds) and np.array_equal(self.columns, other.columns)

    __hash__ = None  # type: ignore[assignment]  # a sequence of many, compared and not looked up

    def at(self, places: Sequence[int] | NDArray[np.intp]) -> SightingIds:
        """Those at these places, in this order."""
        return SightingIds(self.columns[np.asarray(places, np.intp)])


def to_columns(ids: Iterable[UUID]) -> Ids:
    """(n, 2) uint64 of UUIDs."""
    return np.frombuffer(b"".join(id.bytes for id in ids), ">u8").reshape(-1, 2).astype(np.uint64)


def to_uuids(columns: Ids) -> list[UUID]:
    """The inverse of `to_columns`."""
    return [UUID(int=(high << 64) | low) for high, low in columns.tolist()]
