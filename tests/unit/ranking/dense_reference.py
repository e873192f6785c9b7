"""k-reciprocal re-ranking as plainly as it can be written: dense float64 matrices and sets. For small sizes only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from haetae.ranking import KReciprocal


def rerank_densely(probes: NDArray[np.float32], gallery: NDArray[np.float32], how: KReciprocal) -> NDArray[np.float64]:
    """(n_query, n_gallery) float64 by the definition, step by step."""
    vectors = np.concatenate([probes, gallery]).astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    squared = ((vectors[:, None, :] - vectors[None, :, :]) ** 2).sum(axis=2)
    original = squared / squared.max(axis=1, keepdims=True)
    order = np.argsort(original, axis=1, kind="stable")
    n, n_query = len(vectors), len(probes)
    weights = np.zeros((n, n))
    for p in range(n):
        members = sorted(_expanded(order, p, how.k1))
        if members:  # a copy of many earlier vectors may be among nobody's nearest, not even its own
            weights[p, members] = np.exp(-original[p, members])
            weights[p] /= weights[p].sum()
    if how.k2 > 1:
        weights = np.stack([weights[order[p, : how.k2]].mean(axis=0) for p in range(n)])
    shared = np.minimum(weights[:n_query, None, :], weights[None, n_query:, :]).sum(axis=2)
    jaccard = 1 - shared / (2 - shared)
    return np.asarray((1 - how.weight_of_original) * jaccard + how.weight_of_original * original[:n_query, n_query:])


def _expanded(order: NDArray[np.intp], p: int, k1: int) -> set[int]:
    wide = _reciprocal(order, p, k1)
    expanded = set(wide)
    for q in wide:
        narrow = _reciprocal(order, q, int(np.around(k1 / 2)))
        if len(narrow & wide) > 2 / 3 * len(narrow):
            expanded |= narrow
    return expanded


def _reciprocal(order: NDArray[np.intp], p: int, k: int) -> set[int]:
    return {int(q) for q in order[p, : k + 1] if p in order[q, : k + 1]}
