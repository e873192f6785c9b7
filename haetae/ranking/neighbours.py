"""Who is nearest to whom: exact neighbour lists of a set of unit vectors, without their dense distance matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.copies import Copies
from haetae.ranking.half_scan import SeeBlock, most_similar_of_all
from haetae.ranking.most_similar import FindsMostSimilar
from haetae.ranking.rows import over_rows

SPARE = 8  # neighbours kept beyond k while distances are still rounded, so that rounding cannot push one out
SAME_PLACE = 1e-6  # squared distance below which single precision cannot tell two unit vectors apart


class AllTheSame(ValueError):
    """No two of the vectors differ, so there is no largest distance to divide by."""


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """Of n vectors: `order` (n, k) int32, nearest first, ties by index, the vector itself included; `farthest` (n,) float32,
    the largest squared Euclidean distance from each vector to any other."""

    order: NDArray[np.int32]
    farthest: NDArray[np.float32]


def neighbours_of(vectors: Vectors, k: int, see: SeeBlock, elsewhere: FindsMostSimilar | None = None) -> Neighbours:
    """The k nearest (at most n) of each row of `vectors` (n, d), by squared Euclidean distance. Raises AllTheSame.

    `elsewhere` is asked first. `see(first, similarities)` may be shown the dot products (rows, n - first) float32 of some rows
    with themselves and later ones, in order: all of them where no two vectors are equal and this process compares them.
    """
    copies = Copies.among(vectors)
    different = np.delete(vectors, copies.later, axis=0) if len(copies) else vectors
    found = elsewhere(different, min(k + SPARE, len(different))) if elsewhere else None
    if found is None:
        found = most_similar_of_all(different, min(k + SPARE, len(different)), unseen if len(copies) else see)
    order, farthest = found.order, farthest_of(found.least)
    over_rows(lambda a, b: sort_by_distance(different, a, b, order), len(different))
    if len(copies):
        order = copies.spread(order, min(k + SPARE, len(vectors)))
        over_rows(lambda a, b: sort_by_distance(vectors, a, b, order), len(vectors))  # equally far copies of two vectors
        farthest = farthest[copies.number]
    return Neighbours(np.ascontiguousarray(order[:, :k]), farthest)


def unseen(first: int, similarities: NDArray[np.float32]) -> None:
    """A SeeBlock that does not look."""


def farthest_of(least: NDArray[np.float32]) -> NDArray[np.float32]:
    """The largest squared distances that belong to the least similarities. Raises AllTheSame."""
    farthest = np.maximum(np.float32(2) - np.float32(2) * least, np.float32(0))
    if float(farthest.min()) < SAME_PLACE:
        raise AllTheSame("all embeddings are the same vector: there is no order to find")
    return np.asarray(farthest, dtype=np.float32)


@numba.njit(nogil=True, cache=True)
def sort_by_distance(vectors, first, end, order):  # type: ignore[no-untyped-def]
    """Sorts rows first..end of `order` by distance computed anew in double precision, then by index.

    A row ends where it holds -1.
    """
    distances = np.empty(order.shape[1], np.float64)
    for row in range(first, end):
        kept = 0
        while kept < order.shape[1] and order[row, kept] >= 0:
            kept += 1
        for place in range(kept):
            distances[place] = squared_distance(vectors, row, order[row, place])
        for place in range(1, kept):
            distance, index, at = distances[place], order[row, place], place
            while at > 0 and (distances[at - 1] > distance or (distances[at - 1] == distance and order[row, at - 1] > index)):
                distances[at] = distances[at - 1]
                order[row, at] = order[row, at - 1]
                at -= 1
            distances[at] = distance
            order[row, at] = index


@numba.njit(nogil=True, cache=True, fastmath={"reassoc", "contract"})
def squared_distance(vectors, a, b):  # type: ignore[no-untyped-def]
    """Squared Euclidean distance of two rows: exactly 0 for equal rows, the same for (a, b) and (b, a)."""
    total = 0.0
    for z in range(vectors.shape[1]):
        difference = np.float64(vectors[a, z]) - np.float64(vectors[b, z])
        total += difference * difference
    return total
