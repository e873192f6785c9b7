"""Which neighbours are neighbours both ways, and each vector's set of them as weights that sum to 1."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.neighbours import Neighbours, squared_distance
from haetae.ranking.rows import over_rows
from haetae.ranking.sparse_rows import SparseRows, packed, stacked

Sets = tuple[NDArray[np.int32], NDArray[np.int32]]
"""(n, k) int32 members, and (n,) int32 how many of them count."""

_AT_ONCE = 8192  # rows whose expanded sets are held with room for the largest that is possible


def reciprocal_weights(vectors: Vectors, neighbours: Neighbours, k1: int) -> SparseRows:
    """The rows V of the paper's equation 7 (n x n, sparse) over the expanded k-reciprocal sets of equation 4."""
    wide = reciprocal(neighbours.order, k1 + 1)
    narrow = reciprocal(neighbours.order, round(k1 / 2) + 1)  # Python rounds halves to even, as the published code does
    n, room = len(vectors), min(len(vectors), wide[0].shape[1] * (1 + narrow[0].shape[1]))
    parts = []
    for skipped in range(0, n, _AT_ONCE):
        rows = min(_AT_ONCE, n - skipped)
        sets = np.empty((rows, room), np.int32), np.empty(rows, np.int32)
        over_rows(lambda a, b, at=skipped, s=sets: _expand(a, b, at, (wide, narrow), s), rows)  # type: ignore[misc]
        parts.append(weighed(vectors, neighbours.farthest, sets, skipped))
    return stacked(parts)


def reciprocal(order: NDArray[np.int32], k: int) -> Sets:
    """R(p, k): those of the k nearest of p that have p among their own k nearest. `order` (n, m) int32, nearest first, -1 where
    there are no more."""
    k = min(k, order.shape[1])
    members = np.empty((len(order), k), np.int32)
    counts = np.empty(len(order), np.int32)
    over_rows(lambda a, b: _mutual_of_all(a, b, order, k, (members, counts)), len(order))
    return members, counts


def joined(ones: Sets, others: Sets) -> Sets:
    """The union of sets that have no member in common."""
    members = np.concatenate([ones[0], others[0]], axis=1)
    counts = ones[1] + others[1]
    places = ones[1][:, None] + np.arange(others[0].shape[1])
    np.put_along_axis(members, places, others[0], axis=1)
    return members, counts


def weighed(vectors: Vectors, farthest: NDArray[np.float32], sets: Sets, skipped: int = 0) -> SparseRows:
    """The sets as rows whose weights sum to 1: equation 7. `farthest` (n,) float32 squared distances; the first set is that of
    vector number `skipped`."""
    weights = np.empty(sets[0].shape, np.float32)
    over_rows(lambda a, b: _weigh_all(a, b, skipped, (vectors, farthest), sets, weights), len(weights))
    return packed(sets[0], weights, sets[1])


@numba.njit(nogil=True, cache=True)
def holds(values, n, wanted):  # type: ignore[no-untyped-def]
    """Whether `wanted` is among the first n."""
    for at in range(n):  # noqa: SIM110 - numba compiles no generators
        if values[at] == wanted:
            return True
    return False


@numba.njit(nogil=True, cache=True)
def mutual(order, row, k, out):  # type: ignore[no-untyped-def]
    """R(row, k) into `out`; how many they are."""
    count, k = 0, min(k, order.shape[1])
    for place in range(k):
        other = order[row, place]
        if other < 0:
            break
        if holds(order[other], k, row):
            out[count] = other
            count += 1
    return count


@numba.njit(nogil=True, cache=True)
def weigh(vectors, row, farthest, members, weights):  # type: ignore[no-untyped-def]
    """Equation 7 into `weights`: a member weighs exp(-distance / that of the farthest), divided by the sum; returns the sum.

    Without members it is 0: a copy of very many earlier vectors is not among its own nearest.
    """
    total = 0.0
    for place in range(len(members)):
        weight = np.exp(-squared_distance(vectors, row, members[place]) / farthest)
        weights[place] = weight
        total += weight
    for place in range(len(members)):
        weights[place] /= total
    return total


@numba.njit(nogil=True, cache=True)
def _mutual_of_all(first, end, order, k, out):  # type: ignore[no-untyped-def]
    members, counts = out
    for row in range(first, end):
        counts[row] = mutual(order, row, k, members[row])


@numba.njit(nogil=True, cache=True)
def _expand(first, end, skipped, reciprocals, out):  # type: ignore[no-untyped-def]
    """Adds to each wide set the narrow sets of its members that lie in it by more than two thirds. Rows first..end of `out` are
    those of the vectors `skipped` further on."""
    (wide_members, wide_counts), (narrow_members, narrow_counts) = reciprocals
    members, counts = out
    seen_in = np.full(len(wide_counts), -1, np.int64)  # 2 * row: in the wide set; 2 * row + 1: added
    for row in range(first, end):
        own = skipped + row
        count = wide_counts[own]
        for place in range(count):
            members[row, place] = wide_members[own, place]
            seen_in[members[row, place]] = 2 * row
        for place in range(wide_counts[own]):
            member = wide_members[own, place]
            shared = 0
            for at in range(narrow_counts[member]):
                if seen_in[narrow_members[member, at]] == 2 * row:
                    shared += 1
            if 3 * shared <= 2 * narrow_counts[member]:
                continue
            for at in range(narrow_counts[member]):
                added = narrow_members[member, at]
                if seen_in[added] < 2 * row:
                    seen_in[added] = 2 * row + 1
                    members[row, count] = added
                    count += 1
        counts[row] = count


@numba.njit(nogil=True, cache=True)
def _weigh_all(first, end, skipped, of, sets, weights):  # type: ignore[no-untyped-def]
    vectors, farthest = of
    members, counts = sets
    for row in range(first, end):
        own = skipped + row
        weigh(vectors, own, farthest[own], members[row, : counts[row]], weights[row])
