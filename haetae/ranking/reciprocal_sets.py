"""Which neighbours are neighbours both ways, and each vector's set of them as weights that sum to 1."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.neighbours import Neighbours, squared_distance
from haetae.ranking.rows import over_rows
from haetae.ranking.sparse_rows import SparseRows, packed

Sets = tuple[NDArray[np.int32], NDArray[np.int32]]
"""(n, k) int32 members, and (n,) int32 how many of them count."""


def reciprocal_weights(vectors: Vectors, neighbours: Neighbours, k1: int) -> SparseRows:
    """The rows V of the paper's equation 7 (n x n, sparse) over the expanded k-reciprocal sets of equation 4."""
    wide = reciprocal(neighbours.order, k1 + 1)
    narrow = reciprocal(neighbours.order, round(k1 / 2) + 1)  # Python rounds halves to even, as the published code does
    n = len(vectors)
    room = min(n, wide[0].shape[1] * (1 + narrow[0].shape[1]))
    members = np.empty((n, room), np.int32)
    counts = np.empty(n, np.int32)
    over_rows(lambda a, b: _expand(a, b, wide, narrow, (members, counts)), n)
    return weighed(vectors, neighbours.farthest, (members, counts))


def reciprocal(order: NDArray[np.int32], k: int) -> Sets:
    """R(p, k): those of the k nearest of p that have p among their own k nearest. `order` (n, m) int32, nearest first, -1 where
    there are no more."""
    k = min(k, order.shape[1])
    members = np.empty((len(order), k), np.int32)
    counts = np.empty(len(order), np.int32)
    over_rows(lambda a, b: _mutual(order, k, a, b, members, counts), len(order))
    return members, counts


def joined(ones: Sets, others: Sets) -> Sets:
    """The union of sets that have no member in common."""
    members = np.concatenate([ones[0], others[0]], axis=1)
    counts = ones[1] + others[1]
    places = ones[1][:, None] + np.arange(others[0].shape[1])
    np.put_along_axis(members, places, others[0], axis=1)
    return members, counts


def weighed(vectors: Vectors, farthest: NDArray[np.float32], sets: Sets) -> SparseRows:
    """The sets as rows whose weights sum to 1: equation 7. `farthest` (n,) float32 squared distances."""
    weights = np.empty(sets[0].shape, np.float32)
    over_rows(lambda a, b: _weigh(a, b, vectors, farthest, sets, weights), len(vectors))
    return packed(sets[0], weights, sets[1])


@numba.njit(nogil=True, cache=True)
def _mutual(order, k, first, end, members, counts):  # type: ignore[no-untyped-def]
    for row in range(first, end):
        count = 0
        for place in range(k):
            other = order[row, place]
            if other < 0:
                break
            for back in range(k):
                if order[other, back] == row:
                    members[row, count] = other
                    count += 1
                    break
        counts[row] = count


@numba.njit(nogil=True, cache=True)
def _expand(first, end, wide, narrow, out):  # type: ignore[no-untyped-def]
    """Adds to each wide set the narrow sets of its members that lie in it by more than two thirds."""
    wide_members, wide_counts = wide
    narrow_members, narrow_counts = narrow
    members, counts = out
    seen_in = np.full(len(counts), -1, np.int64)  # 2 * row: in the wide set; 2 * row + 1: added
    for row in range(first, end):
        count = wide_counts[row]
        for place in range(count):
            members[row, place] = wide_members[row, place]
            seen_in[members[row, place]] = 2 * row
        for place in range(wide_counts[row]):
            member = wide_members[row, place]
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
def _weigh(first, end, vectors, farthest, sets, weights):  # type: ignore[no-untyped-def]
    """Equation 7: a member weighs exp(-distance), with the distance relative to the row's largest; divided by the row's sum."""
    members, counts = sets
    for row in range(first, end):
        total = 0.0  # stays 0 for a copy of so many earlier vectors that it is not among its own nearest: no member, no weight
        for place in range(counts[row]):
            weight = np.exp(-squared_distance(vectors, row, members[row, place]) / farthest[row])
            weights[row, place] = weight
            total += weight
        for place in range(counts[row]):
            weights[row, place] /= total
