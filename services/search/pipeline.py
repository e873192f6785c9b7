"""The flow of a query: probes and conditions, candidates by exact scan, re-ranking, people, their ways.

Pure over ports: no network, no database; the gallery is what the caller passes in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import ModelVersion, Vectors
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Candidate, Person, Query, Scope
from haetae.domain.sighting import Sighting
from haetae.domain.timing import Clock
from haetae.ranking import AllTheSame, CameraAware, KReciprocal, Reranking, TakenBy, rerank_embeddings
from haetae.ranking.feedback import pushed_back
from haetae.ranking.fusion import evidence, fuse_photos, order_value
from haetae.ranking.identity import SamePerson, group_people
from haetae.routing.trajectory import step_of, trajectory
from services.search.probes import Probes
from services.search.stages import Progress, Steps

FARTHEST = 2.0  # the largest cosine distance


class Gallery(Protocol):
    """The sightings as one transaction sees them, and where the cameras stand."""

    def nearest(self, probes: Probes, query: Query, limit: int) -> list[TrackletId]:
        """The `limit` sightings of the query's scope that are nearest to any of the probes, by exact scan.

        Only embeddings of the probes' model are compared; required conditions exclude what speaks against them.
        """
        ...

    def vectors(self, ids: Sequence[TrackletId], probes: Probes) -> Vectors:
        """(n, d) float32 unit rows of the probes' model in the order of `ids`, which `nearest` gave."""
        ...

    def cameras(self, ids: Sequence[TrackletId]) -> list[CameraId]:
        """Which camera saw each of `ids`, which `nearest` gave, in their order."""
        ...

    def fitting(self, query: Query) -> list[TrackletId]:
        """The sightings of the query's scope, at most its limit, that its conditions speak most for."""
        ...

    def sightings(self, ids: Sequence[TrackletId]) -> list[Sighting]:
        """Those that are there, with their embeddings, in the order of `ids`."""
        ...

    def count(self, scope: Scope) -> int:
        """How many sightings the scope has."""
        ...

    def positions(self) -> Mapping[CameraId, GeoPoint | None]:
        """Where the cameras stand."""
        ...


@dataclass(frozen=True, slots=True)
class Ranking:
    """How candidates are chosen and ordered."""

    reranking: Reranking = field(default_factory=KReciprocal)
    same_person: SamePerson = field(default_factory=SamePerson)
    n_reranked: int = 1000  # nearest sightings that are re-ranked, at least as many as the query's limit
    weight_of_attributes: float = 0.2


@dataclass(frozen=True, slots=True)
class Answer:
    """People, the most likely first. `timings_s` in seconds by step; the scope has `n_gallery` sightings.

    `model` is the network whose embeddings were compared; None where nothing was.
    """

    people: tuple[Person, ...]
    n_gallery: int
    model: ModelVersion | None
    timings_s: Mapping[str, float]


class SearchPipeline:
    """Answers queries."""

    def __init__(self, ranking: Ranking, clock: Clock) -> None:
        self._ranking = ranking
        self._clock = clock

    def answer(
        self,
        query: Query,
        probes: Probes | None,
        gallery: Gallery,
        reranking: Reranking | None = None,
        progress: Progress | None = None,
    ) -> Answer:
        """The people whom photos and conditions point to. Raises Transient, Refused, and whatever `progress` raises."""
        steps = Steps(self._clock, progress)
        n_gallery = gallery.count(query.scope)
        steps.end("count", n_gallery)
        if probes is None:
            candidates = self._by_attributes(query, gallery, steps)
        else:
            candidates = self._by_photos(query, probes, gallery, reranking or self._ranking.reranking, steps)
        model = probes.model if probes else _commonest_model(candidates)
        people = self._people(candidates, model, gallery)
        steps.end("group", len(candidates))
        return Answer(people, n_gallery, model, steps.taken_s)

    def _by_photos(self, query: Query, probes: Probes, gallery: Gallery, reranking: Reranking, steps: Steps) -> list[Candidate]:
        rejected = set(query.rejected)
        nearest = gallery.nearest(probes, query, max(self._ranking.n_reranked, query.limit) + len(rejected))
        ids = [id for id in nearest if id not in rejected]
        steps.end("scan", len(ids))
        vectors = gallery.vectors(ids, probes)
        steps.end("vectors", len(vectors))
        if not ids:
            return []
        cosines = _cosine(probes.vectors, vectors)
        distances = fuse_photos(cosines, probes.qualities).tolist()
        taken_by = _taken_by(len(probes.vectors), gallery.cameras(ids)) if isinstance(reranking, CameraAware) else None
        reranked = fuse_photos(_reranked(probes.vectors, vectors, reranking, taken_by), probes.qualities)
        away = _embedded(gallery.sightings(query.rejected), probes.model) if rejected else []
        if away:
            reranked = pushed_back(reranked, cosines.min(axis=0), _cosine(np.stack(away), vectors).min(axis=0))
        after = dict(zip(ids, zip(distances, reranked.tolist(), strict=True), strict=True))
        steps.end("rerank", len(after))
        if not query.conditions:  # then nothing but distances decides, and the rest need not be loaded
            ids = nsmallest(query.limit, ids, key=lambda id: (after[id][1], after[id][0]))
        candidates = [self._candidate(query, sighting, *after[sighting.id]) for sighting in gallery.sightings(ids)]
        best = _best(candidates, query.limit)
        steps.end("load", len(best))
        return best

    def _by_attributes(self, query: Query, gallery: Gallery, steps: Steps) -> list[Candidate]:
        ids = [id for id in gallery.fitting(query) if id not in query.rejected]
        steps.end("scan", len(ids))
        best = _best([self._candidate(query, s, None, None) for s in gallery.sightings(ids)], query.limit)
        steps.end("load", len(best))
        return best

    def _candidate(self, query: Query, sighting: Sighting, distance: float | None, reranked: float | None) -> Candidate:
        supported = evidence(query.conditions, sighting.attributes)
        order = order_value(reranked, supported, self._ranking.weight_of_attributes)
        return Candidate(sighting, distance, reranked, supported, order)

    def _people(self, candidates: Sequence[Candidate], model: ModelVersion | None, gallery: Gallery) -> tuple[Person, ...]:
        """Candidates by person. One whose embedding is not of `model` stands for itself."""
        positions = gallery.positions()
        groups, comparable, vectors = [], [], []
        for index, candidate in enumerate(candidates):
            embedding = candidate.sighting.embedding
            if embedding is None or embedding.model != model:
                groups.append([index])
            else:
                comparable.append(index)
                vectors.append(embedding.vector)
        if comparable:
            stays = [step_of(candidates[index].sighting, positions) for index in comparable]
            alike = group_people(np.stack(vectors), stays, self._ranking.same_person)
            groups += [[comparable[index] for index in group] for group in alike]
        groups.sort()
        return tuple(_person([candidates[index] for index in group], positions) for group in groups)


def _person(candidates: Sequence[Candidate], positions: Mapping[CameraId, GeoPoint | None]) -> Person:
    steps = (step_of(candidate.sighting, positions) for candidate in candidates)
    return Person(tuple(candidates), trajectory(steps))


def _commonest_model(candidates: Sequence[Candidate]) -> ModelVersion | None:
    models = Counter(candidate.sighting.embedding.model for candidate in candidates if candidate.sighting.embedding)
    return models.most_common(1)[0][0] if models else None


def _best(candidates: Sequence[Candidate], limit: int) -> list[Candidate]:
    """The first `limit` by order; among equals the nearer, then the newer, then by id."""

    def key(candidate: Candidate) -> tuple[float, float, float, str]:
        distance = FARTHEST if candidate.distance is None else candidate.distance
        return candidate.order, distance, -candidate.sighting.started_at.timestamp(), str(candidate.sighting.id)

    return nsmallest(limit, candidates, key=key)


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


def _reranked(probes: Vectors, gallery: Vectors, how: Reranking, taken_by: TakenBy | None) -> NDArray[np.float32]:
    """Re-ranked distances; where all vectors are one there is nothing to re-rank, and all are at distance 0."""
    try:
        return rerank_embeddings(probes, gallery, how, taken_by)
    except AllTheSame:
        return np.zeros((len(probes), len(gallery)), np.float32)
