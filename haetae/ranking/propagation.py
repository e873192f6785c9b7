"""Graph re-ranking: each vector's row of neighbours takes up the rows of its nearest, twice, and rows are compared.

Zhang, Jiang, Cao, Wang, Yu: Understanding Image Retrieval Re-Ranking: A Graph Neural Network Perspective, arXiv:2012.07620, 2020.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.most_similar import FindsMostSimilar
from haetae.ranking.neighbours import neighbours_of, squared_distance, unseen
from haetae.ranking.rows import over_rows
from haetae.ranking.sparse_rows import SparseRows, averaged, unit_length


@dataclass(frozen=True, slots=True)
class GraphPropagation:
    """How candidates are re-ranked; the defaults are the paper's for Market-1501. Raises ValueError on impossible values."""

    k1: int = 26  # neighbours that a row begins with
    k2: int = 7  # neighbours whose rows are taken up
    n_layers: int = 2
    alpha: float = 2.0  # a neighbour's row weighs similarity ** alpha

    def __post_init__(self) -> None:
        if self.k1 < 1 or self.k2 < 1 or self.n_layers < 0 or not self.alpha >= 0.0:
            raise ValueError(f"k1 and k2 are at least 1, n_layers and alpha not below 0, not {self}")


def propagated_sets(vectors: Vectors, how: GraphPropagation, elsewhere: FindsMostSimilar | None = None) -> SparseRows:
    """Each vector's row, of length 1. Raises AllTheSame.

    A row begins (equation 5) with 1 where either counts the other among its k1 nearest (itself included) and 1 more where both
    do; `n_layers` times (equation 7) it takes up the rows of its k2 nearest, itself included, weighed by max(cosine, 0) ** alpha,
    and is scaled to length 1.
    """
    neighbours = neighbours_of(vectors, max(how.k1, how.k2), unseen, elsewhere)
    rows = _either_way(np.ascontiguousarray(neighbours.order[:, : how.k1]))
    over = np.ascontiguousarray(neighbours.order[:, : how.k2])
    strengths = np.empty(over.shape, np.float32)
    over_rows(lambda a, b: _strengths(vectors, a, b, over, how.alpha, strengths), len(vectors))
    for _ in range(how.n_layers):
        rows = averaged(unit_length(rows), over, strengths)
    return unit_length(rows)


def _either_way(order: NDArray[np.int32]) -> SparseRows:
    """The sum of the neighbours' 0-1 matrix and its transpose."""
    n, k = order.shape
    here, there = np.repeat(np.arange(n, dtype=np.int64), k), order.ravel().astype(np.int64)
    cells, weights = np.unique(np.concatenate([here * n + there, there * n + here]), return_counts=True)
    counts = np.bincount(cells // n, minlength=n)
    starts = np.concatenate(([0], np.cumsum(counts)))
    return SparseRows(starts, (cells % n).astype(np.int32), weights.astype(np.float32))


@numba.njit(nogil=True, cache=True)
def _strengths(vectors, first, end, over, alpha, strengths):  # type: ignore[no-untyped-def]
    for row in range(first, end):
        for place in range(over.shape[1]):
            cosine = 1.0 - 0.5 * squared_distance(vectors, row, over[row, place])
            strengths[row, place] = max(cosine, 0.0) ** alpha
