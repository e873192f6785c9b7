"""Who is nearest to whom, by the same camera and by others: two exact lists a vector."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.copies import Copies
from haetae.ranking.half_scan import SeeBlock, nothing_found, take_along_rows
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
    within, across = (np.full((n, min(wanted + SPARE, n)), -1, np.int32) for wanted in k)
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
        own = cameras[rows]
        over_rows(lambda a, b, s=similarities, c=own, o=within[rows]: _take_own(s, a, b, c, (by_camera, starts), o), len(own))  # type: ignore[misc]
        others = nothing_found(len(own), across.shape[1])
        over_rows(lambda a, b, s=similarities, o=others: take_along_rows(s, a, b, 0, o), len(own))  # type: ignore[misc]
        across[rows] = others[0]
    across[cameras[across] == cameras[:, None]] = -1  # where others have fewer than k; they come last
    for order in (within, across):
        over_rows(lambda a, b, o=order: sort_by_distance(vectors, a, b, o), n)  # type: ignore[misc]
    return CameraNeighbours(np.ascontiguousarray(within[:, : k[0]]), np.ascontiguousarray(across[:, : k[1]]), farthest_of(least))


@numba.njit(nogil=True, cache=True)
def _take_own(similarities, first, end, cameras, members_of, order):  # type: ignore[no-untyped-def]
    """Fills rows first..end of `order` with the most similar columns of the row's own camera, and takes these columns out of
    `similarities`: nothing is less similar than they are then. What is not filled stays -1."""
    by_camera, starts = members_of
    values = np.empty(order.shape[1], np.float32)
    for row in range(first, end):
        found = 0
        for at in range(starts[cameras[row]], starts[cameras[row] + 1]):
            column = by_camera[at]
            value = similarities[row, column]
            similarities[row, column] = np.float32(-3)
            if found == len(values):
                if value <= values[found - 1]:
                    continue
                found -= 1
            place = found
            while place > 0 and values[place - 1] < value:
                values[place] = values[place - 1]
                order[row, place] = order[row, place - 1]
                place -= 1
            values[place] = value
            order[row, place] = column
            found += 1
