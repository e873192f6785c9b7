"""k-reciprocal re-ranking: candidates that are near both ways, and among the same others, come first.

Zhong, Zheng, Cao, Li: Re-ranking Person Re-identification with k-reciprocal Encoding, CVPR 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.half_scan import SeeBlock
from haetae.ranking.most_similar import FindsMostSimilar
from haetae.ranking.neighbours import neighbours_of
from haetae.ranking.reciprocal_sets import reciprocal_weights
from haetae.ranking.sparse_rows import SparseRows, averaged


@dataclass(frozen=True, slots=True)
class KReciprocal:
    """How candidates are re-ranked; the defaults are the paper's for Market-1501. Raises ValueError on impossible values."""

    k1: int = 20  # neighbours that may be reciprocal
    k2: int = 6  # neighbours over which a vector's set is averaged; 1 averages nothing
    weight_of_original: float = 0.3  # lambda: 1 keeps the original distance, 0 takes the Jaccard distance alone

    def __post_init__(self) -> None:
        if self.k1 < 1 or self.k2 < 1 or not 0.0 <= self.weight_of_original <= 1.0:
            raise ValueError(f"k1 and k2 are at least 1 and weight_of_original lies in 0-1, not {self}")


def k_reciprocal_sets(
    vectors: Vectors, how: KReciprocal, see: SeeBlock, elsewhere: FindsMostSimilar | None = None
) -> tuple[SparseRows, NDArray[np.float32]]:
    """Each vector's averaged set of reciprocal neighbours as weights that sum to 1, and the squared distance (n,) float32 of the
    vector farthest from it.

    - R(p, k1) are the k1 + 1 nearest (p itself included) that have p among theirs; ties in distance go to the lower index;
    - it is expanded by the sets R(q, round-half-even(k1 / 2)) of its members q that lie in the *original* R(p, k1) by more
      than 2/3 (equation 4; the paper has "at least", the published code "more than");
    - weights are exp(-d^2 / row maximum) (equation 7), divided by their sum, then averaged over the k2 nearest (equation 11).

    `see` and `elsewhere` as in `neighbours_of`.
    """
    neighbours = neighbours_of(vectors, max(how.k1 + 1, how.k2), see, elsewhere)
    weights = reciprocal_weights(vectors, neighbours, how.k1)
    if how.k2 > 1:
        weights = averaged(weights, np.ascontiguousarray(neighbours.order[:, : how.k2]))
    return weights, neighbours.farthest
