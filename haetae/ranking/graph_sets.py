"""The reciprocal sets of a neighbour graph's rows: computed when needed, kept until a list that they stand on changes."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.ranking.neighbour_lists import NeighbourLists, Rows
from haetae.ranking.reciprocal_sets import holds, mutual, weigh

_AT_ONCE = 4096  # rows whose sets are held with room for the largest that is possible
_SWEPT_OVER = 2.0  # times what is in use: then the pool is swept


class SetPool:
    """Row i is the set V of the paper's equation 7 over the expanded k-reciprocal sets of equation 4: columns
    `columns[starts[i]:starts[i] + counts[i]]` int32, and `weights` float32 that sum to 1, divided by `totals[i]`.

    `outdated` (n,) bool: rows that must be computed again before they are read.
    """

    def __init__(self, k1: int) -> None:
        self.k_wide, self.k_narrow = k1 + 1, round(k1 / 2) + 1
        self.columns, self.weights = np.empty(0, np.int32), np.empty(0, np.float32)
        self.starts, self.counts = np.empty(0, np.int64), np.empty(0, np.int32)
        self.totals, self.outdated = np.empty(0, np.float32), np.empty(0, np.bool_)
        self._used = 0

    def outdate(self, lists: NeighbourLists, changed: NDArray[np.bool_]) -> None:
        """A set stands on the lists of its row, of their members and of the members' members."""
        missing = lists.n - len(self.starts)
        if missing > 0:
            self.starts = np.concatenate([self.starts, np.zeros(missing, np.int64)])
            self.counts = np.concatenate([self.counts, np.zeros(missing, np.int32)])
            self.totals = np.concatenate([self.totals, np.zeros(missing, np.float32)])
            self.outdated = np.concatenate([self.outdated, np.ones(missing, np.bool_)])
        _spread(lists.order[: lists.n], changed, self.outdated)

    def ensure(self, lists: NeighbourLists, rows: Rows) -> int:
        """Computes those of the rows that are outdated; says how many."""
        todo = rows[self.outdated[rows]]
        if not len(todo):
            return 0
        room = self.k_wide * (1 + self.k_narrow)
        for first in range(0, len(todo), _AT_ONCE):
            some = todo[first : first + _AT_ONCE]
            columns, weights = np.empty((len(some), room), np.int32), np.empty((len(some), room), np.float32)
            counts, totals = np.empty(len(some), np.int32), np.empty(len(some), np.float32)
            source = (lists.order, lists.vectors, lists.farthest)
            _sets_of(some, source, (self.k_wide, self.k_narrow), (columns, weights, counts, totals))
            self._put(some, (columns, weights, counts, totals))
        return len(todo)

    def _put(
        self, rows: Rows, sets: tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]]
    ) -> None:
        columns, weights, counts, totals = sets
        meant = np.arange(columns.shape[1]) < counts[:, None]
        n_new = int(counts.sum())
        self.counts[rows] = 0  # what they held is free
        if self._used + n_new > len(self.columns):
            self._sweep(n_new)
        self.columns[self._used : self._used + n_new] = columns[meant]
        self.weights[self._used : self._used + n_new] = weights[meant]
        self.starts[rows] = self._used + np.cumsum(counts) - counts
        self.counts[rows], self.totals[rows], self.outdated[rows] = counts, totals, False
        self._used += n_new

    def _sweep(self, n_new: int) -> None:
        """Moves what is in use together, with room for as much again."""
        in_use = int(self.counts.sum())
        room = int(_SWEPT_OVER * (in_use + n_new)) + 1024
        columns, weights = np.empty(room, np.int32), np.empty(room, np.float32)
        starts = np.cumsum(self.counts, dtype=np.int64) - self.counts
        _move(self.starts, starts, self.counts, (self.columns, self.weights), (columns, weights))
        self.columns, self.weights, self.starts, self._used = columns, weights, starts, in_use


@numba.njit(nogil=True, cache=True)
def _spread(order, changed, outdated):  # type: ignore[no-untyped-def]
    n, k = order.shape
    near = changed.copy()
    for row in range(n):
        for place in range(k):
            if order[row, place] >= 0 and changed[order[row, place]]:
                near[row] = True
                break
    for row in range(n):
        if near[row]:
            outdated[row] = True
            continue
        for place in range(k):
            if order[row, place] >= 0 and near[order[row, place]]:
                outdated[row] = True
                break


@numba.njit(nogil=True, cache=True)
def _sets_of(rows, source, ks, out):  # type: ignore[no-untyped-def]
    order, vectors, farthest = source
    columns, weights, counts, totals = out
    narrow = np.empty(ks[1], np.int32)
    for at in range(len(rows)):
        row = rows[at]
        count = _expanded(order, row, ks, columns[at], narrow)
        counts[at] = count
        scale = max(np.float64(farthest[row]), 1e-12)
        totals[at] = weigh(vectors, row, scale, columns[at, :count], weights[at])


@numba.njit(nogil=True, cache=True)
def _expanded(order, row, ks, members, narrow):  # type: ignore[no-untyped-def]
    """The row's wide set, and the narrow sets of its members that lie in it by more than two thirds, into `members`."""
    n_wide = mutual(order, row, ks[0], members)
    count = n_wide
    for place in range(n_wide):
        n_narrow = mutual(order, members[place], ks[1], narrow)
        shared = 0
        for i in range(n_narrow):
            shared += holds(members, n_wide, narrow[i])
        if 3 * shared <= 2 * n_narrow:
            continue
        for i in range(n_narrow):
            if not holds(members, count, narrow[i]):
                members[count] = narrow[i]
                count += 1
    return count


@numba.njit(nogil=True, cache=True)
def _move(old_starts, new_starts, counts, old, new):  # type: ignore[no-untyped-def]
    for row in range(len(counts)):
        for at in range(counts[row]):
            new[0][new_starts[row] + at] = old[0][old_starts[row] + at]
            new[1][new_starts[row] + at] = old[1][old_starts[row] + at]
