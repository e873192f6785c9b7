"""Who is nearest to whom: exact neighbour lists of a set of unit vectors, without their dense distance matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.half_scan import SeeBlock, most_similar_of_all
from haetae.ranking.rows import over_rows

BLOCK_BYTES = 64 << 20  # of similarities held at a time
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


def neighbours_of(vectors: Vectors, k: int, see: SeeBlock) -> Neighbours:
    """The k nearest (at most n) of each row of `vectors` (n, d), by squared Euclidean distance. Raises AllTheSame.

    `see(first, similarities)` is shown the dot products (rows, n - first) float32 of some rows with themselves and later ones.
    """
    n = len(vectors)
    k = min(k, n)
    kept = min(k + SPARE, n)
    if len(_copies(vectors)[0]):
        order, least = _most_similar_of_copies(vectors, kept, see)
    else:
        order, least = most_similar_of_all(vectors, kept, see)
    over_rows(lambda a, b: sort_by_distance(vectors, a, b, order), n)
    return Neighbours(np.ascontiguousarray(order[:, :k]), farthest_of(least))


def _most_similar_of_copies(vectors: Vectors, kept: int, see: SeeBlock) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """As most_similar_of_all, where some vectors are equal: whole rows, in which equal columns tie."""
    n = len(vectors)
    order, least = np.empty((n, kept), np.int32), np.empty(n, np.float32)
    for first, similarities in blocks_of(vectors):
        see(first, similarities[:, first:])
        rows = slice(first, first + len(similarities))
        over_rows(lambda a, b, s=similarities, o=order[rows], m=least[rows]: most_similar(s, a, b, o, m), len(similarities))  # type: ignore[misc]
    return order, least


def farthest_of(least: NDArray[np.float32]) -> NDArray[np.float32]:
    """The largest squared distances that belong to the least similarities. Raises AllTheSame."""
    farthest = np.maximum(np.float32(2) - np.float32(2) * least, np.float32(0))
    if float(farthest.min()) < SAME_PLACE:
        raise AllTheSame("all embeddings are the same vector: there is no order to find")
    return np.asarray(farthest, dtype=np.float32)


def blocks_of(vectors: Vectors) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """The dot products of all rows with all, some rows at a time: (first row, (rows, n) float32). Equal vectors' columns tie."""
    n = len(vectors)
    copies, originals = _copies(vectors)
    rows = max(64, min(1024, BLOCK_BYTES // (4 * n)))
    for first in range(0, n, rows):
        similarities = vectors[first : first + rows] @ vectors.T
        if len(copies):  # matrix products may round equal columns differently: copies must tie exactly
            similarities[:, copies] = similarities[:, originals]
        yield first, similarities


def _copies(vectors: Vectors) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of rows equal to an earlier row, and of those earlier rows."""
    as_bytes = np.ascontiguousarray(vectors).view(np.dtype((np.void, vectors.itemsize * vectors.shape[1]))).ravel()
    _, first, inverse = np.unique(as_bytes, return_index=True, return_inverse=True)
    original = first[inverse]
    copies = np.flatnonzero(original != np.arange(len(vectors)))
    return copies, original[copies]


@numba.njit(nogil=True, cache=True)
def most_similar(similarities, first, end, order, least):  # type: ignore[no-untyped-def]
    """Fills rows first..end of `order` with the columns of the largest values (value descending, then column), and `least` with
    the smallest value of each row."""
    n, kept, screen = similarities.shape[1], order.shape[1], 64
    values = np.empty(kept, np.float32)
    for row in range(first, end):
        found = 0
        weakest = np.float32(-np.inf)
        minimum = np.float32(np.inf)
        for start in range(0, n, screen):
            stop = min(n, start + screen)
            # the largest and smallest of a few values at a time are found by vector instructions; few groups need a closer look
            high = similarities[row, start]
            low = high
            for column in range(start, stop):
                high = max(high, similarities[row, column])
                low = min(low, similarities[row, column])
            minimum = min(minimum, low)
            if found == kept and high <= weakest:
                continue
            for column in range(start, stop):
                value = similarities[row, column]
                if found == kept and value <= weakest:
                    continue
                place = min(found, kept - 1)
                found = min(found + 1, kept)
                while place > 0 and values[place - 1] < value:
                    values[place] = values[place - 1]
                    order[row, place] = order[row, place - 1]
                    place -= 1
                values[place] = value
                order[row, place] = column
                weakest = values[found - 1]
        least[row] = minimum


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
