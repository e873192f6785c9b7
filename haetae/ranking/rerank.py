"""Re-ranking: probes and gallery in, distances out that know about everybody's neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors, normalised
from haetae.ranking.camera_aware import CameraAware, camera_aware_sets
from haetae.ranking.camera_neighbours import Cameras
from haetae.ranking.half_scan import nothing_found, take_along_rows
from haetae.ranking.k_reciprocal import KReciprocal, k_reciprocal_sets
from haetae.ranking.most_similar import FindsMostSimilar
from haetae.ranking.neighbours import unseen
from haetae.ranking.original_distances import OriginalDistances
from haetae.ranking.propagation import GraphPropagation, propagated_sets
from haetae.ranking.rows import at_once, over_rows
from haetae.ranking.sparse_rows import jaccard_blocks, jaccard_distances, products

Reranking = KReciprocal | CameraAware | GraphPropagation
"""What a re-ranking goes by."""


@dataclass(frozen=True, slots=True)
class TakenBy:
    """The cameras of probes (n_query,) and gallery (n_gallery,), integers. A photo by no camera has a number of its own."""

    probes: NDArray[np.integer]
    gallery: NDArray[np.integer]


def rerank_embeddings(
    probes: NDArray[np.floating],
    gallery: NDArray[np.floating],
    how: Reranking | None = None,
    taken_by: TakenBy | None = None,
    elsewhere: FindsMostSimilar | None = None,
) -> NDArray[np.float32]:
    """Re-ranked distances, (n_query, n_gallery) float32, 0-1, small is near; every probe sees all other probes as neighbours too.

    `probes` (n_query, d) and `gallery` (n_gallery, d) are embeddings of one model; rows are scaled to length 1 first.
    `how` is KReciprocal() unless given; CameraAware needs `taken_by`, the others ignore it. Who is given as `elsewhere` compares
    all with all in place of this process, but for CameraAware.

    KReciprocal and CameraAware: the published codes' variant on squared Euclidean distances d^2 of unit vectors, each row of d^2
    over probes and gallery together divided by its maximum; the answer is (1 - lambda) * Jaccard distance of the sets (see
    `k_reciprocal_sets`, `camera_aware_sets`) + lambda * d^2 / row maximum of the probe (equation 12 of Zhong et al.).
    GraphPropagation: 1 - the cosine of the propagated rows (`propagated_sets`).

    Exact, yet nothing of size n x n is ever held: neighbour lists, sparse rows and the answer itself. Fewer vectors than k1 or k2
    ask for are used as they are. Raises ValueError where a vector is zero or not finite, where the dimensions differ, where
    CameraAware gets no cameras, and AllTheSame where no two vectors differ.
    """
    how = how or KReciprocal()
    _check_shapes(probes, gallery)
    cameras = _together(taken_by, len(probes), len(gallery)) if isinstance(how, CameraAware) else None
    n_query, n_gallery = len(probes), len(gallery)
    if n_query == 0 or n_gallery == 0:
        return np.empty((n_query, n_gallery), np.float32)
    vectors = _unit_rows(probes, gallery)
    original = OriginalDistances(vectors, n_query)
    match how:
        case GraphPropagation():
            distances = 1 - products(propagated_sets(vectors, how, elsewhere), n_query)
            return np.asarray(np.clip(distances, 0, 1), dtype=np.float32)
        case CameraAware():
            assert cameras is not None
            sets, farthest = camera_aware_sets(vectors, cameras, how, original.see)
        case KReciprocal():
            sets, farthest = k_reciprocal_sets(vectors, how, original.see, elsewhere)
    reranked = jaccard_distances(sets, n_query)
    _mix(reranked, original.whole(), farthest[:n_query], how.weight_of_original)
    return reranked


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Of each probe the nearest of the gallery, ties by index: `order` (n_query, keep) int32, `distances` the same float32."""

    order: NDArray[np.int32]
    distances: NDArray[np.float32]


def nearest_reranked(
    probes: NDArray[np.floating],
    gallery: NDArray[np.floating],
    keep: int,
    how: KReciprocal | None = None,
    elsewhere: FindsMostSimilar | None = None,
) -> Nearest:
    """The first `keep` of each row of `rerank_embeddings`, without holding its rows.

    Memory grows with the number of vectors times the length of their lists: 100,000 probes against 100,000 are no obstacle.
    Raises as `rerank_embeddings` does.
    """
    how = how or KReciprocal()
    _check_shapes(probes, gallery)
    n_query, n_gallery = len(probes), len(gallery)
    keep = min(keep, n_gallery)
    found = Nearest(np.empty((n_query, keep), np.int32), np.empty((n_query, keep), np.float32))
    if n_query == 0 or keep < 1:
        return found
    vectors = _unit_rows(probes, gallery)
    sets, farthest = k_reciprocal_sets(vectors, how, unseen, elsewhere)
    original = OriginalDistances(vectors, n_query)
    for first, block in jaccard_blocks(sets, n_query, at_once(4 * n_gallery, least=1)):
        rows = slice(first, first + len(block))
        _mix(block, original.of(rows), farthest[rows], how.weight_of_original)
        np.negative(block, out=block)
        order, nearness, _ = state = nothing_found(len(block), keep)
        over_rows(lambda a, b, n=block, s=state: take_along_rows(n, a, b, 0, s), len(block))  # type: ignore[misc]
        found.order[rows], found.distances[rows] = order, -nearness
    return found


def _together(taken_by: TakenBy | None, n_query: int, n_gallery: int) -> Cameras:
    """(n,) int32, cameras numbered from 0."""
    if taken_by is None:
        raise ValueError("camera-aware re-ranking needs the cameras of probes and gallery")
    if len(taken_by.probes) != n_query or len(taken_by.gallery) != n_gallery:
        raise ValueError(
            f"{n_query} probes and {n_gallery} of the gallery need a camera each, "
            f"not {len(taken_by.probes)} and {len(taken_by.gallery)}"
        )
    return np.unique(np.concatenate([taken_by.probes, taken_by.gallery]), return_inverse=True)[1].astype(np.int32)


def _check_shapes(probes: NDArray[np.floating], gallery: NDArray[np.floating]) -> None:
    if probes.ndim != 2 or gallery.ndim != 2 or probes.shape[1] != gallery.shape[1] or probes.shape[1] == 0:
        raise ValueError(f"probes and gallery are (n, d) with the same d > 0, not {probes.shape} and {gallery.shape}")


def _unit_rows(probes: NDArray[np.floating], gallery: NDArray[np.floating]) -> Vectors:
    together = np.empty((len(probes) + len(gallery), probes.shape[1]), np.float32)
    for part, into in ((probes, together[: len(probes)]), (gallery, together[len(probes) :])):
        if not np.isfinite(part).all():
            raise ValueError("an embedding holds a number that is not finite")
        into[:] = normalised(part)
    return together


def _mix(
    jaccard: NDArray[np.float32], original: NDArray[np.float32], farthest: NDArray[np.float32], weight_of_original: float
) -> None:
    """Adds the original distance to `jaccard`, in place and row by row: the arrays are the largest of all."""
    for row in range(len(jaccard)):
        jaccard[row] *= np.float32(1 - weight_of_original)
        jaccard[row] += original[row] * np.float32(weight_of_original / farthest[row])
