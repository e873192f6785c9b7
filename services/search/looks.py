"""Sightings compared with what was asked for, by their embeddings: before and after re-ranking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import ModelVersion, Vectors
from haetae.domain.explanation import LogOdds, SharedNeighbours
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Query
from haetae.domain.sighting import Sighting
from haetae.ranking import AllTheSame, CameraAware, Reranking, TakenBy, rerank_embeddings
from haetae.ranking.explanation import shared_neighbours
from haetae.ranking.feedback import pushed_back
from haetae.ranking.fusion import fuse_photos, order_value
from haetae.ranking.likeness import Likeness
from services.search.port import Gallery
from services.search.probes import Probes
from services.search.weighing import FARTHEST, Look


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What the nearest sightings look like to `probes`: `vectors` (n, d) in the order of `ids`, and each one's look.

    `n_against_all` of them were re-ranked against everybody of their day, the others against each other alone.
    """

    probes: Probes
    reranking: Reranking
    ids: Sequence[TrackletId]
    vectors: Vectors
    of: Mapping[TrackletId, Look]
    n_against_all: int = 0

    def nearest(self, limit: int, order: Mapping[TrackletId, float] | None = None) -> list[TrackletId]:
        """The `limit` whose looks are best, or who are first by `order`, and those that are as good as the last of them."""

        def key(id: TrackletId) -> tuple[float, float]:
            look = self.of[id]
            return order[id] if order else order_value(LogOdds(look.log_odds, None, None)), look.distance

        last = key(nsmallest(limit, self.ids, key=key)[-1])
        return [id for id in self.ids if key(id) <= last]

    def shared(self, ids: Sequence[TrackletId]) -> list[SharedNeighbours]:
        """With how many of a probe's nearest each of `ids` shares its own, as many as the re-ranking looks at."""
        places = {id: place for place, id in enumerate(self.ids)}
        k = self.reranking.k1_across if isinstance(self.reranking, CameraAware) else self.reranking.k1
        return shared_neighbours(self.probes.vectors, self.vectors, [places[id] for id in ids], k)


def compared(
    nearest: tuple[Sequence[TrackletId], Vectors],
    query: Query,
    probes: Probes,
    gallery: Gallery,
    how: tuple[Reranking, Likeness],
) -> Looks:
    """The `nearest` (ids and vectors, at least one) re-ranked; `how`, and by a network whose distances are worth what it says."""
    (ids, vectors), (reranking, likeness) = nearest, how
    cosines = _cosine(probes.vectors, vectors)
    distances = fuse_photos(cosines, probes.qualities)
    after, known = _reranked((ids, vectors), probes, gallery, reranking)
    reranked = fuse_photos(after, probes.qualities)
    away = _embedded(gallery.sightings(query.rejected), probes.model) if query.rejected else []
    if away:
        reranked = pushed_back(reranked, cosines.min(axis=0), _cosine(np.stack(away), vectors).min(axis=0))
    slope = likeness.of(reranking)
    pairs = zip(ids, distances.tolist(), reranked.tolist(), strict=True)
    of = {id: Look(before, after, slope.log_odds(after)) for id, before, after in pairs}
    return Looks(probes, reranking, ids, vectors, of, int(known.sum()))


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
    nearest: tuple[Sequence[TrackletId], Vectors], probes: Probes, gallery: Gallery, how: Reranking
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(n_photos, n) re-ranked distances, and of whom (n,) they come from a stored graph: the others are re-ranked together."""
    ids, vectors = nearest
    stored = gallery.reranked(ids, probes, how)
    if stored is not None and stored.known.all():
        return stored.distances, stored.known
    taken_by = None
    if isinstance(how, CameraAware):
        taken_by = _taken_by(len(probes.vectors), [stay.camera_id for stay in gallery.stays(ids)])
    together = _reranked_together(probes.vectors, vectors, how, taken_by)
    if stored is None:
        return together, np.zeros(len(ids), np.bool_)
    return np.where(stored.known, stored.distances, together), stored.known


def _reranked_together(probes: Vectors, gallery: Vectors, how: Reranking, taken_by: TakenBy | None) -> NDArray[np.float32]:
    """Re-ranked distances; where all vectors are one there is nothing to re-rank, and all are at distance 0."""
    try:
        return rerank_embeddings(probes, gallery, how, taken_by)
    except AllTheSame:
        return np.zeros((len(probes), len(gallery)), np.float32)
