"""Who is nearest to whom, by the same camera and by others: two exact lists a vector."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.copies import Copies
from haetae.ranking.half_scan import SeeBlock, nothing_found, put, take_along_rows
from haetae.ranking.neighbours import SPARE, farthest_of, sort_by_distance
from haetae.ranking.rows import at_once, over_rows

Cameras = NDArray[np.int32]
"""(n,) int32, which camera took what, from 0 on."""


@dataclass(frozen=True, slots=True, eq=False)
class CameraNeighbours:
    """Of n vectors, nearest first, ties by index, -1 where there are no more: `within` (n, k) int32 by the same camera, itself
    included; `across` (n, k) int32 by other cameras; `farthest` (n,) float32, the largest squared distance to any other."""

    within: NDArray[np.int32]
    across: NDArray[np.int32]
    farthest: NDArray[np.float32]


def camera_neighbours_of(vectors: Vectors, cameras: Cameras, k: tuple[int, int], see: SeeBlock) -> CameraNeighbours:
    """The `k` nearest (by the same camera, by others) of each row of `vectors` (n, d), by squared Euclidean distance. Raises
    AllTheSame.

    `see(first, similarities)` is shown the dot products (rows, n - first) float32 of some rows with themselves and later ones.
    """
    n = len(vectors)
    within, across = (np.empty((n, min(wanted + SPARE, n)), np.int32) for wanted in k)
    least = np.empty(n, np.float32)
    by_camera = np.argsort(cameras, kind="stable").astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(np.bincount(cameras))])
    copies, n_rows = Copies.among(vectors), at_once(4 * n)
    for first in range(0, n, n_rows):
        similarities = vectors[first : first + n_rows] @ vectors.T
        copies.tie(similarities)
        see(first, similarities[:, first:])
        rows = slice(first, first + len(similarities))
        least[rows] = similarities.min(axis=1)
        same, others = nothing_found(len(similarities), within.shape[1]), nothing_found(len(similarities), across.shape[1])
        by = (cameras[rows], by_camera, starts)
        over_rows(lambda a, b, s=similarities, c=by, o=same: _take_own(s, a, b, c, o), len(similarities))  # type: ignore[misc]
        over_rows(lambda a, b, s=similarities, o=others: take_along_rows(s, a, b, 0, o), len(similarities))  # type: ignore[misc]
        within[rows], across[rows] = same[0], others[0]
    across[cameras[across] == cameras[:, None]] = -1  # where others have fewer than k; they come last
    for order in (within, across):
        over_rows(lambda a, b, o=order: sort_by_distance(vectors, a, b, o), n)  # type: ignore[misc]
    return CameraNeighbours(np.ascontiguousarray(within[:, : k[0]]), np.ascontiguousarray(across[:, : k[1]]), farthest_of(least))


@numba.njit(nogil=True, cache=True)
def _take_own(similarities, first, end, by, state):  # type: ignore[no-untyped-def]
    """Rows first..end learn of the columns of their own camera, which are taken out of `similarities`: nothing is less similar
    than they are then."""
    cameras, by_camera, starts = by
    order, values, _ = state
    last = order.shape[1] - 1
    for row in range(first, end):
        for at in range(starts[cameras[row]], starts[cameras[row] + 1]):
            column = by_camera[at]
            value = similarities[row, column]
            similarities[row, column] = np.float32(-3)
            if value > values[row, last]:
                put(order, values, row, column, value)
