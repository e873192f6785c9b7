"""Sightings compared with what was asked for, by their embeddings: before and after re-ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import ModelVersion, Vectors
from haetae.domain.explanation import SharedNeighbours
from haetae.domain.ids import CameraId
from haetae.domain.query import Query
from haetae.domain.sighting import Sighting
from haetae.domain.sighting_ids import SightingIds
from haetae.ranking import AllTheSame, CameraAware, Reranking, TakenBy, rerank_embeddings
from haetae.ranking.explanation import shared_neighbours
from haetae.ranking.feedback import pushed_back
from haetae.ranking.fusion import fuse_photos
from haetae.ranking.likeness import Likeness
from haetae.ranking.most_similar import FindsMostSimilar
from services.search.port import Gallery
from services.search.probes import Probes
from services.search.weighing import FARTHEST, Look


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What the nearest sightings look like to `probes`: `vectors` (n, d) in the order of `ids`, and each one's look as columns.

    `distances` (n,) cosine and `reranked` (n,) float32, `log_odds` (n,) float64 of the latter. `n_against_all` of them were
    re-ranked against everybody of their day, the others against each other alone.
    """

    probes: Probes
    reranking: Reranking
    ids: SightingIds
    vectors: Vectors
    distances: NDArray[np.float32]
    reranked: NDArray[np.float32]
    log_odds: NDArray[np.float64]
    n_against_all: int = 0

    def at(self, place: int) -> Look:
        """That of one of them."""
        return Look(float(self.distances[place]), float(self.reranked[place]), float(self.log_odds[place]))

    def first(self, limit: int, order: NDArray[np.float64]) -> list[int]:
        """The places of the `limit` who are first by `order` (n,), then by distance, and of those who are as good as the last."""
        last = np.lexsort((self.distances, order))[min(limit, len(order)) - 1]
        kept = (order < order[last]) | ((order == order[last]) & (self.distances <= self.distances[last]))
        return [int(place) for place in np.flatnonzero(kept)]

    def shared(self, places: Sequence[int]) -> list[SharedNeighbours]:
        """With how many of a probe's nearest each of them shares its own, as many as the re-ranking looks at."""
        k = self.reranking.k1_across if isinstance(self.reranking, CameraAware) else self.reranking.k1
        return shared_neighbours(self.probes.vectors, self.vectors, places, k)


def nobody(probes: Probes, how: Reranking) -> Looks:
    """Where nobody is near."""
    nothing = np.empty(0, np.float32)
    return Looks(probes, how, SightingIds.of([]), np.empty((0, 0), np.float32), nothing, nothing, np.empty(0, np.float64))


def compared(
    nearest: tuple[SightingIds, Vectors],
    query: Query,
    probes: Probes,
    gallery: Gallery,
    how: tuple[Reranking, Likeness, FindsMostSimilar | None],
) -> Looks:
    """The `nearest` (ids and vectors, at least one) re-ranked: `how`, what distances of the network are worth, who compares."""
    (ids, vectors), (reranking, likeness, elsewhere) = nearest, how
    cosines = _cosine(probes.vectors, vectors)
    distances = fuse_photos(cosines, probes.qualities)
    after, known = _reranked((ids, vectors), probes, gallery, (reranking, elsewhere))
    reranked = fuse_photos(after, probes.qualities)
    away = _embedded(gallery.sightings(query.rejected), probes.model) if query.rejected else []
    if away:
        reranked = pushed_back(reranked, cosines.min(axis=0), _cosine(np.stack(away), vectors).min(axis=0))
    slope = likeness.of(reranking)
    log_odds = slope.steepness * (slope.even - reranked.astype(np.float64))
    return Looks(probes, reranking, ids, vectors, distances, reranked, log_odds, int(known.sum()))


def _cosine(probes: Vectors, gallery: Vectors) -> NDArray[np.float32]:
    """(n_photos, n) float32 cosine distances, 0-2."""
    return np.asarray(np.clip(1.0 - probes @ gallery.T, 0.0, FARTHEST), dtype=np.float32)


def _embedded(sightings: Sequence[Sighting], model: ModelVersion) -> list[Vectors]:
    """The embeddings of those that `model` has embedded."""
    return [known.vector for one in sightings if (known := one.embedding) is not None and known.model == model]


def _taken_by(n_photos: int, cameras: Sequence[CameraId]) -> TakenBy:
    """The gallery's cameras as numbers; each photo is taken to be by a camera of its own."""
    names, numbers = np.unique(cameras, return_inverse=True)
    return TakenBy(len(names) + np.arange(n_photos), numbers)


def _reranked(
    nearest: tuple[SightingIds, Vectors], probes: Probes, gallery: Gallery, by: tuple[Reranking, FindsMostSimilar | None]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(n_photos, n) re-ranked distances, and of whom (n,) they come from a stored graph: the others are re-ranked together."""
    (ids, vectors), (how, elsewhere) = nearest, by
    stored = gallery.reranked(ids, probes, how)
    if stored is not None and stored.known.all():
        return stored.distances, stored.known
    taken_by = None
    if isinstance(how, CameraAware):
        taken_by = _taken_by(len(probes.vectors), gallery.stays(ids).seen_by())
    together = _reranked_together((probes.vectors, vectors), how, taken_by, elsewhere)
    if stored is None:
        return together, np.zeros(len(ids), np.bool_)
    return np.where(stored.known, stored.distances, together), stored.known


def _reranked_together(
    vectors: tuple[Vectors, Vectors], how: Reranking, taken_by: TakenBy | None, elsewhere: FindsMostSimilar | None
) -> NDArray[np.float32]:
    """Re-ranked distances of probes and gallery; where all vectors are one there is nothing to re-rank: all are at distance 0."""
    probes, gallery = vectors
    try:
        return rerank_embeddings(probes, gallery, how, taken_by, elsewhere)
    except AllTheSame:
        return np.zeros((len(probes), len(gallery)), np.float32)
