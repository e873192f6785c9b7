"""Exact neighbour lists that are kept while vectors come and go: what a stored neighbour graph stands on."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors, normalised
from haetae.ranking.neighbours import squared_distance
from haetae.ranking.rows import at_once, over_rows

NOBODY = -1
_ROUNDING = np.float32(4e-6)  # by which a squared distance out of a product of single precision may be off
_FIRST_ROOM = 1024

Rows = NDArray[np.int64]


class NeighbourLists:
    """Of n vectors the k nearest of each, itself included, by squared Euclidean distance, ties by row; and who is farthest.

    Rows are numbered as they come, and keep their numbers: a row that was removed stays empty. After any additions and removals
    the lists are those of the vectors that are there, compared anew. One thread at a time may change or read them.

    order          (n, k) int32, nearest first, NOBODY where there are no more or the row was removed
    distances      (n, k) float64, squared, infinite where `order` holds nobody
    farthest       (n,) float32, the largest squared distance to any other; 0 where there is none
    """

    def __init__(self, dimension: int, k: int) -> None:
        self.n, self.k = 0, k
        self.vectors = np.empty((_FIRST_ROOM, dimension), np.float32)
        self.order = np.full((_FIRST_ROOM, k), NOBODY, np.int32)
        self.distances = np.full((_FIRST_ROOM, k), np.inf, np.float64)
        self.farthest = np.zeros(_FIRST_ROOM, np.float32)
        self.alive = np.zeros(_FIRST_ROOM, np.bool_)
        self._farthest_row = np.full(_FIRST_ROOM, NOBODY, np.int32)

    def __len__(self) -> int:
        """How many vectors are there, those removed left out."""
        return int(self.alive[: self.n].sum())

    def add(self, vectors: Vectors) -> tuple[Rows, NDArray[np.bool_]]:
        """The rows that the vectors (m, d) have now, scaled to length 1, and (n,) of whom anything became other; m n d work.

        Raises ValueError on another dimension, a vector that is not finite or is zero.
        """
        if vectors.ndim != 2 or vectors.shape[1] != self.vectors.shape[1] or not np.isfinite(vectors).all():
            raise ValueError(f"vectors are (m, {self.vectors.shape[1]}) and finite, not {vectors.shape}")
        rows = np.arange(self.n, self.n + len(vectors))
        self._make_room(self.n + len(vectors))
        self.vectors[rows] = normalised(vectors)
        self.alive[rows] = True
        self.n += len(vectors)
        changed = np.zeros(self.n, np.bool_)
        self._compare(rows, changed, both_ways=True)
        return rows, changed

    def remove(self, rows: Rows) -> NDArray[np.bool_]:
        """(n,) of whom anything became other, those removed included. Rows that are empty already are ignored."""
        gone = np.zeros(self.n, np.bool_)
        gone[rows] = True
        gone &= self.alive[: self.n]
        changed = gone.copy()
        if not gone.any():
            return changed
        known = self.order[: self.n]
        outermost = self._farthest_row[: self.n]
        lost = (gone[known] & (known != NOBODY)).any(axis=1) | (gone[outermost] & (outermost != NOBODY))
        self.alive[: self.n][gone] = False
        emptied = np.flatnonzero(gone)
        self._empty(emptied)
        refilled = np.flatnonzero(lost & ~gone)
        self._empty(refilled)
        self._compare(refilled, changed, both_ways=False)
        return changed

    def _compare(self, rows: Rows, changed: NDArray[np.bool_], *, both_ways: bool) -> None:
        """Fills the lists of `rows` from everybody, and with `both_ways` puts `rows` into the others' lists as well."""
        step = at_once(4 * self.n, least=16)
        lists = (self.order, self.distances, self.farthest, self._farthest_row)
        seen = (self.vectors, self.alive)
        for first in range(0, len(rows), step):
            some = rows[first : first + step]
            similarities = self.vectors[some] @ self.vectors[: self.n].T
            over_rows(lambda a, b, s=similarities, r=some: _fill(s, a, b, r, seen, lists), len(some))  # type: ignore[misc]
            changed[some] = True
            if both_ways:  # one thread a list of somebody who was there before
                old = np.ascontiguousarray(similarities.T[: int(rows[0])])
                over_rows(lambda a, b, s=old, r=some: _enter(s, a, b, r, seen, lists, changed), len(old))  # type: ignore[misc]

    def _empty(self, rows: Rows) -> None:
        self.order[rows], self.distances[rows] = NOBODY, np.inf
        self.farthest[rows], self._farthest_row[rows] = 0, NOBODY

    def _make_room(self, n: int) -> None:
        room = len(self.vectors)
        if n <= room:
            return
        more = max(n, 2 * room) - room
        self.vectors = np.concatenate([self.vectors, np.empty((more, self.vectors.shape[1]), np.float32)])
        self.order = np.concatenate([self.order, np.full((more, self.k), NOBODY, np.int32)])
        self.distances = np.concatenate([self.distances, np.full((more, self.k), np.inf)])
        self.farthest = np.concatenate([self.farthest, np.zeros(more, np.float32)])
        self.alive = np.concatenate([self.alive, np.zeros(more, np.bool_)])
        self._farthest_row = np.concatenate([self._farthest_row, np.full(more, NOBODY, np.int32)])


@numba.njit(nogil=True, cache=True)
def _insert(order, distances, row, other, distance):  # type: ignore[no-untyped-def]
    """Puts `other` into the row's list where it belongs; whether it does."""
    last = order.shape[1] - 1
    if distance > distances[row, last] or (distance == distances[row, last] and other > order[row, last] >= 0):
        return False
    place = last
    while place > 0 and (
        distances[row, place - 1] > distance or (distances[row, place - 1] == distance and order[row, place - 1] > other)
    ):
        distances[row, place] = distances[row, place - 1]
        order[row, place] = order[row, place - 1]
        place -= 1
    distances[row, place] = distance
    order[row, place] = other
    return True


@numba.njit(nogil=True, cache=True)
def _fill(similarities, first, end, rows, seen, lists):  # type: ignore[no-untyped-def]
    """The lists of rows[first:end] out of their similarities to everybody (m, n)."""
    vectors, alive = seen
    order, distances, farthest, farthest_row = lists
    last = order.shape[1] - 1
    for at in range(first, end):
        row = rows[at]
        for other in range(similarities.shape[1]):
            if not alive[other]:
                continue
            rough = np.float32(2) - np.float32(2) * similarities[at, other]
            if rough > farthest[row] and other != row:
                farthest[row] = rough
                farthest_row[row] = other
            if rough - _ROUNDING <= distances[row, last]:
                _insert(order, distances, row, other, squared_distance(vectors, row, other))


@numba.njit(nogil=True, cache=True)
def _enter(similarities, first, end, rows, seen, lists, changed):  # type: ignore[no-untyped-def]
    """Puts the new `rows` (m) into the lists of those who were there before, first to end, of similarities (old, m)."""
    vectors, alive = seen
    order, distances, farthest, farthest_row = lists
    last = order.shape[1] - 1
    for row in range(first, end):
        if not alive[row]:
            continue
        for at in range(len(rows)):
            rough = np.float32(2) - np.float32(2) * similarities[row, at]
            if rough > farthest[row]:
                farthest[row] = rough
                farthest_row[row] = rows[at]
                changed[row] = True
            if rough - _ROUNDING <= distances[row, last]:
                exact = squared_distance(vectors, row, rows[at])
                if _insert(order, distances, row, rows[at], exact):
                    changed[row] = True
