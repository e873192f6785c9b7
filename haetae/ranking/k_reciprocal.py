"""k-reciprocal re-ranking: candidates that are near both ways, and among the same others, come first.

Zhong, Zheng, Cao, Li: Re-ranking Person Re-identification with k-reciprocal Encoding, CVPR 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors, normalised
from haetae.ranking.neighbours import neighbours_of
from haetae.ranking.reciprocal_sets import reciprocal_weights
from haetae.ranking.sparse_rows import averaged, jaccard_distances

SAME_PLACE = 1e-6  # squared distance below which single precision cannot tell two unit vectors apart


class AllTheSame(ValueError):
    """No two of the vectors differ, so there is no largest distance to divide by."""


@dataclass(frozen=True, slots=True)
class KReciprocal:
    """How candidates are re-ranked; the defaults are the paper's for Market-1501. Raises ValueError on impossible values."""

    k1: int = 20  # neighbours that may be reciprocal
    k2: int = 6  # neighbours over which a vector's set is averaged; 1 averages nothing
    weight_of_original: float = 0.3  # lambda: 1 keeps the original distance, 0 takes the Jaccard distance alone

    def __post_init__(self) -> None:
        if self.k1 < 1 or self.k2 < 1 or not 0.0 <= self.weight_of_original <= 1.0:
            raise ValueError(f"k1 and k2 are at least 1 and weight_of_original lies in 0-1, not {self}")


def rerank_embeddings(
    probes: NDArray[np.floating], gallery: NDArray[np.floating], how: KReciprocal | None = None
) -> NDArray[np.float32]:
    """Re-ranked distances, (n_query, n_gallery) float32, 0-1, small is near; every probe sees all other probes as neighbours too.

    `probes` (n_query, d) and `gallery` (n_gallery, d) are embeddings of one model; rows are scaled to length 1 first.
    The variant is the published code's on squared Euclidean distances d^2 of unit vectors:

    - each row of d^2 over probes and gallery together is divided by its maximum;
    - R(p, k1) are the k1 + 1 nearest (p itself included) that have p among theirs; ties in distance go to the lower index;
    - it is expanded by the sets R(q, round-half-even(k1 / 2)) of its members q that lie in the *original* R(p, k1) by more
      than 2/3;
    - weights are exp(-d^2 / row maximum), divided by their sum, then averaged over the k2 nearest;
    - the answer is (1 - lambda) * Jaccard distance of the weights + lambda * d^2 / row maximum of the probe.

    Exact, yet nothing of size n x n is ever held: neighbour lists, sparse rows and the answer itself. Fewer vectors than k1 or k2
    ask for are used as they are. Raises ValueError where a vector is zero or not finite, where the dimensions differ, and
    AllTheSame where no two vectors differ.
    """
    how = how or KReciprocal()
    _check_shapes(probes, gallery)
    n_query, n_gallery = len(probes), len(gallery)
    if n_query == 0 or n_gallery == 0:
        return np.empty((n_query, n_gallery), np.float32)
    vectors = _unit_rows(probes, gallery)
    original = np.empty((n_query, n_gallery), np.float32)

    def keep_probe_rows(first: int, similarities: NDArray[np.float32]) -> None:
        rows = original[first : first + len(similarities)]
        np.subtract(np.float32(2), np.float32(2) * similarities[: len(rows), n_query:], out=rows)
        np.maximum(rows, np.float32(0), out=rows)

    neighbours = neighbours_of(vectors, max(how.k1 + 1, how.k2), keep_probe_rows)
    if float(neighbours.farthest.min()) < SAME_PLACE:
        raise AllTheSame("all embeddings are the same vector: there is no order to find")
    weights = reciprocal_weights(vectors, neighbours, how.k1)
    if how.k2 > 1:
        weights = averaged(weights, np.ascontiguousarray(neighbours.order[:, : how.k2]))
    reranked = jaccard_distances(weights, n_query)
    _mix(reranked, original, neighbours.farthest[:n_query], how.weight_of_original)
    return reranked


def _check_shapes(probes: NDArray[np.floating], gallery: NDArray[np.floating]) -> None:
    if probes.ndim != 2 or gallery.ndim != 2 or probes.shape[1] != gallery.shape[1] or probes.shape[1] == 0:
        raise ValueError(f"probes and gallery are (n, d) with the same d > 0, not {probes.shape} and {gallery.shape}")


def _unit_rows(probes: NDArray[np.floating], gallery: NDArray[np.floating]) -> Vectors:
    together = np.concatenate([probes, gallery]).astype(np.float32, copy=False)
    if not np.isfinite(together).all():
        raise ValueError("an embedding holds a number that is not finite")
    return normalised(together)


def _mix(
    jaccard: NDArray[np.float32], original: NDArray[np.float32], farthest: NDArray[np.float32], weight_of_original: float
) -> None:
    """Adds the original distance to `jaccard`, in place and row by row: the arrays are the largest of all."""
    for row in range(len(jaccard)):
        jaccard[row] *= np.float32(1 - weight_of_original)
        jaccard[row] += original[row] * np.float32(weight_of_original / farthest[row])
