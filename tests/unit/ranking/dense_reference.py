"""Re-ranking as plainly as it can be written: dense float64 matrices and sets. For small sizes only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from haetae.ranking import CameraAware, GraphPropagation, KReciprocal


def rerank_densely(probes: NDArray[np.float32], gallery: NDArray[np.float32], how: KReciprocal) -> NDArray[np.float64]:
    """(n_query, n_gallery) float64 by the definition, step by step."""
    squared, original, order = _distances(probes, gallery)
    n, n_query = len(squared), len(probes)
    weights = np.zeros((n, n))
    for p in range(n):
        members = sorted(_expanded(order, p, how.k1))
        if members:  # a copy of many earlier vectors may be among nobody's nearest, not even its own
            weights[p, members] = np.exp(-original[p, members])
            weights[p] /= weights[p].sum()
    if how.k2 > 1:
        weights = np.stack([weights[order[p, : how.k2]].mean(axis=0) for p in range(n)])
    return _mixed(weights, original, n_query, how.weight_of_original)


def rerank_by_camera_densely(
    probes: NDArray[np.float32], gallery: NDArray[np.float32], cameras: NDArray[np.int64], how: CameraAware
) -> NDArray[np.float64]:
    """(n_query, n_gallery) float64; `cameras` (n,) of probes and gallery together."""
    squared, original, order = _distances(probes, gallery)
    n = len(squared)
    within = [[int(q) for q in order[p] if cameras[q] == cameras[p]] for p in range(n)]
    across = [[int(q) for q in order[p] if cameras[q] != cameras[p]] for p in range(n)]
    weights = np.zeros((n, n))
    for p in range(n):
        members = [q for q in within[p][: how.k1_within + 1] if p in within[q][: how.k1_within + 1]]
        members += [q for q in across[p][: how.k1_across] if p in across[q][: how.k1_across]]
        if members:
            weights[p, members] = np.exp(-original[p, members])
            weights[p] /= weights[p].sum()
    over = [within[p][: how.k2_within] + across[p][: how.k2_across] for p in range(n)]
    return _mixed(np.stack([weights[over[p]].mean(axis=0) for p in range(n)]), original, len(probes), how.weight_of_original)


def rerank_by_graph_densely(
    probes: NDArray[np.float32], gallery: NDArray[np.float32], how: GraphPropagation
) -> NDArray[np.float64]:
    """(n_query, n_gallery) float64."""
    squared, _, order = _distances(probes, gallery)
    n = len(squared)
    nearest = np.zeros((n, n))
    strengths = np.zeros((n, n))
    for p in range(n):
        nearest[p, order[p, : how.k1]] = 1
        taken = order[p, : how.k2]
        strengths[p, taken] = np.maximum(1 - squared[p, taken] / 2, 0) ** how.alpha
    rows = nearest + nearest.T
    for _ in range(how.n_layers):
        rows = strengths @ (rows / np.linalg.norm(rows, axis=1, keepdims=True))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(1 - rows[: len(probes)] @ rows[len(probes) :].T)


def _distances(
    probes: NDArray[np.float32], gallery: NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Squared distances, the same relative to each row's largest, and each row's order, nearest first."""
    vectors = np.concatenate([probes, gallery]).astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    squared = ((vectors[:, None, :] - vectors[None, :, :]) ** 2).sum(axis=2)
    original = squared / squared.max(axis=1, keepdims=True)
    return squared, original, np.argsort(original, axis=1, kind="stable")


def _mixed(weights: NDArray[np.float64], original: NDArray[np.float64], n_query: int, share: float) -> NDArray[np.float64]:
    shared = np.minimum(weights[:n_query, None, :], weights[None, n_query:, :]).sum(axis=2)
    return np.asarray((1 - share) * (1 - shared / (2 - shared)) + share * original[:n_query, n_query:])


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
