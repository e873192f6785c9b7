"""The rows of one partition, as they are scanned: only ever appended to, so that readers need no lock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.domain.sighting_ids import Ids
from haetae.ranking.halves import Halves, to_halves
from haetae.ranking.sign_bit_scan import ScannedRows
from haetae.ranking.sign_bits import SignCode

STILL_HERE = 2**32 - 1
_FIRST_ROOM = 1024


@dataclass(frozen=True, slots=True, eq=False)
class NewRows:
    """Rows as they were read: `ids` (n, 2), `started` and `ended` (n,) int64 microseconds since 2000, `camera` (n,) int32 numbers
    of cameras, `vectors` (n, d) float32."""

    ids: Ids
    started: NDArray[np.int64]
    ended: NDArray[np.int64]
    camera: NDArray[np.int32]
    vectors: Vectors

    def where(self, chosen: NDArray[np.bool_]) -> NewRows:
        """Some of them."""
        return NewRows(self.ids[chosen], self.started[chosen], self.ended[chosen], self.camera[chosen], self.vectors[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class DayView:
    """What a reader sees of a day: `scanned`, the `ids`, and the vectors as `halves` where they are kept.

    `n_here` are not gone. Of all rows, those included that are gone: the bounds of their times, microseconds since 2000.
    """

    scanned: ScannedRows
    ids: Ids
    halves: Halves | None
    n_here: int
    first_us: int  # the earliest start
    last_us: int  # the latest end
    last_start_us: int
    first_end_us: int

    @property
    def n(self) -> int:
        """How many rows, those included that are gone."""
        return len(self.ids)


@dataclass(slots=True, eq=False)
class DayRows:
    """One writer appends and marks rows as gone; views that were taken before stay as they were, up to their generation."""

    code: SignCode
    dimension: int
    keeps_vectors: bool
    n: int = 0
    n_gone: int = 0
    first_us: int = 2**62
    last_us: int = -(2**62)
    last_start_us: int = -(2**62)
    first_end_us: int = 2**62
    _arrays: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    _slots: NDArray[np.int32] = field(default_factory=lambda: np.full(2 * _FIRST_ROOM, -1, np.int32))

    def view(self) -> DayView:
        """The rows of now."""
        if not self._arrays:
            self._make_room(_FIRST_ROOM)
        a = {name: array[: self.n] for name, array in self._arrays.items()}
        scanned = ScannedRows(a["bits"], a["factors"], a["started"], a["ended"], a["camera"], a["gone_from"])  # type: ignore[arg-type]
        times = (self.first_us, self.last_us, self.last_start_us, self.first_end_us)
        return DayView(scanned, a["ids"], a.get("halves"), self.n - self.n_gone, *times)  # type: ignore[arg-type]

    def append(self, rows: NewRows, generation: int) -> None:
        """Adds rows, which replace those of the same ids from `generation` on."""
        n = len(rows.ids)
        if n == 0:
            return
        self.remove(rows.ids, generation)
        if self.n + n > self._room:
            self._make_room(max(_FIRST_ROOM, self.n + n + (self.n + n) // 2))
        bits, factors = self.code.packed(rows.vectors)
        at = slice(self.n, self.n + n)
        values: dict[str, NDArray[np.generic]] = {
            "bits": bits, "factors": factors, "ids": rows.ids,
            "started": rows.started, "ended": rows.ended, "camera": rows.camera,
        }  # fmt: skip
        if self.keeps_vectors:
            values["halves"] = to_halves(rows.vectors)
        for name, given in values.items():
            self._arrays[name][at] = given
        self._arrays["gone_from"][at] = STILL_HERE
        _enter(self._slots, self._arrays["ids"], self.n, self.n + n)
        self.n += n
        self.first_us = min(self.first_us, int(rows.started.min()))
        self.last_us = max(self.last_us, int(rows.ended.max()))
        self.last_start_us = max(self.last_start_us, int(rows.started.max()))
        self.first_end_us = min(self.first_end_us, int(rows.ended.min()))

    def remove(self, ids: Ids, generation: int) -> None:
        """Those of the rows that are here count no more from `generation` on."""
        if self.n:
            self.n_gone += int(_mark(self._slots, self._arrays["ids"], self._arrays["gone_from"], ids, np.uint32(generation)))

    def compacted(self) -> DayRows:
        """The same without what is gone, in order of time, with no room to spare."""
        if self.n == 0:
            return self
        kept = np.flatnonzero(self._arrays["gone_from"][: self.n] == STILL_HERE)
        kept = kept[np.argsort(self._arrays["started"][kept], kind="stable")]
        smaller = replace(self, n=0, n_gone=0, _arrays={}, _slots=np.full(0, -1, np.int32))
        arrays = self._arrays
        smaller._arrays = {name: np.ascontiguousarray(array[kept]) for name, array in arrays.items()}
        smaller.n = len(kept)
        smaller._fill_slots(max(_FIRST_ROOM, len(kept)))
        return smaller

    def without_vectors(self) -> DayRows:
        """The same rows, vectors forgotten."""
        rest = {name: array for name, array in self._arrays.items() if name != "halves"}
        return replace(self, keeps_vectors=False, _arrays=rest)

    @property
    def n_bytes(self) -> int:
        """Memory taken."""
        return self._slots.nbytes + sum(array.nbytes for array in self._arrays.values())

    @property
    def _room(self) -> int:
        return len(self._arrays["ids"]) if self._arrays else 0

    def _make_room(self, room: int) -> None:
        shapes: dict[str, tuple[tuple[int, ...], type[np.generic]]] = {
            "bits": ((self.code.n_words,), np.uint64), "factors": ((), np.float32), "ids": ((2,), np.uint64),
            "started": ((), np.int64), "ended": ((), np.int64), "camera": ((), np.int32), "gone_from": ((), np.uint32),
        }  # fmt: skip
        if self.keeps_vectors:
            shapes["halves"] = ((self.dimension,), np.uint16)
        larger: dict[str, NDArray[np.generic]] = {}
        for name, (shape, kind) in shapes.items():
            larger[name] = np.empty((room, *shape), kind)
            if self.n:
                larger[name][: self.n] = self._arrays[name][: self.n]
        self._arrays = larger
        self._fill_slots(room)

    def _fill_slots(self, room: int) -> None:
        self._slots = np.full(1 << (2 * room - 1).bit_length(), -1, np.int32)
        _enter(self._slots, self._arrays["ids"], 0, self.n)


# Slots are a table of row numbers, a power of two long and at most half full; a row lies in the first free slot from the place
# that its id's second half names. UUIDs' halves are spread evenly but for the first bits of the second.


@numba.njit(nogil=True, cache=True)
def _enter(slots, ids, first, end):  # type: ignore[no-untyped-def]
    """Puts rows first..end in: a later row of an id takes the earlier one's slot."""
    mask = np.uint64(len(slots) - 1)
    for row in range(first, end):
        at = (ids[row, 0] ^ ids[row, 1]) & mask
        while slots[at] >= 0 and (ids[slots[at], 0] != ids[row, 0] or ids[slots[at], 1] != ids[row, 1]):
            at = (at + np.uint64(1)) & mask
        slots[at] = row


@numba.njit(nogil=True, cache=True)
def _mark(slots, ids, gone_from, gone, generation):  # type: ignore[no-untyped-def]
    """Marks the newest row of each of the ids `gone`; how many were there."""
    mask = np.uint64(len(slots) - 1)
    n = 0
    for place in range(len(gone)):
        at = (gone[place, 0] ^ gone[place, 1]) & mask
        while slots[at] >= 0 and (ids[slots[at], 0] != gone[place, 0] or ids[slots[at], 1] != gone[place, 1]):
            at = (at + np.uint64(1)) & mask
        if slots[at] >= 0 and gone_from[slots[at]] > generation:
            gone_from[slots[at]] = generation
            n += 1
    return n
