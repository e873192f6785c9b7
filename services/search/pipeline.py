"""The flow of a query: probes and conditions, candidates by exact scan, re-ranking, evidence, people, their ways.

Pure over ports: no network, no database; the gallery is what the caller passes in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from haetae.domain.embedding import ModelVersion
from haetae.domain.query import Candidate, Person, Query
from haetae.domain.timing import Clock
from haetae.ranking import KReciprocal, Reranking
from haetae.ranking.evidence import UNMEASURED, Reliability
from haetae.ranking.explanation import with_hops
from haetae.ranking.fusion import Weights
from haetae.ranking.identity import SamePerson, group_people
from haetae.ranking.likeness import Likeness
from haetae.ranking.most_similar import FindsMostSimilar
from haetae.ranking.open_set import InGallery, Presence
from haetae.routing.hops import impossible_together
from haetae.routing.person import likeliest_way
from haetae.routing.plausibility import log_likelihood_ratio
from haetae.routing.trajectory import step_of, trajectory
from services.search.looks import Looks, compared, nobody
from services.search.port import Gallery
from services.search.probes import Probes
from services.search.stages import Progress, Steps
from services.search.weighing import Weigher, best

__all__ = ["Answer", "Gallery", "Ranking", "SearchPipeline"]


@dataclass(frozen=True, slots=True)
class Ranking:
    """How candidates are chosen and ordered; `reliability`, `likeness` and `presence` are those of the networks that serve.

    `elsewhere` compares candidates for a re-ranking in place of this process.
    """

    reranking: Reranking = field(default_factory=KReciprocal)
    same_person: SamePerson = field(default_factory=SamePerson)
    n_reranked: int = 1000  # nearest sightings that are re-ranked, at least as many as the query's limit
    weights: Weights = field(default_factory=Weights)
    reliability: Reliability = UNMEASURED
    likeness: Likeness = field(default_factory=Likeness)
    presence: Presence = field(default_factory=Presence)
    elsewhere: FindsMostSimilar | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """People, the most likely first. `timings_s` in seconds by step; the scope has `n_gallery` sightings.

    `model` is the network whose embeddings were compared; None where nothing was. `in_gallery` says whether the person is likely
    to be there at all; None without photos, and where sightings of the person are confirmed. `n_against_all` of the sightings
    that were compared were re-ranked against everybody of their day, the others among themselves.
    """

    people: tuple[Person, ...]
    n_gallery: int
    model: ModelVersion | None
    timings_s: Mapping[str, float]
    in_gallery: InGallery | None = None
    n_against_all: int = 0


class SearchPipeline:
    """Answers queries."""

    def __init__(self, ranking: Ranking, clock: Clock) -> None:
        self._ranking = ranking
        self._clock = clock

    @property
    def ranking(self) -> Ranking:
        """How candidates are chosen and ordered."""
        return self._ranking

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
        weigher = self._weigher(query, gallery)
        steps.end("count", n_gallery)
        in_gallery, n_against_all = None, 0
        if probes is None:
            candidates = self._by_attributes(weigher, gallery, steps)
        else:
            looks = self._compared(weigher, probes, gallery, reranking or self._ranking.reranking, steps)
            in_gallery = self._in_gallery(query, looks, n_gallery)
            candidates, n_against_all = self._by_photos(weigher, looks, gallery, steps), looks.n_against_all
        model = probes.model if probes else _commonest_model(candidates)
        people = self._people(candidates, model, weigher)
        steps.end("group", len(candidates))
        return Answer(people, n_gallery, model, steps.taken_s, in_gallery, n_against_all)

    def _weigher(self, query: Query, gallery: Gallery) -> Weigher:
        positions, times = gallery.positions(), gallery.travel_times()
        known = trajectory(step_of(sighting, positions) for sighting in gallery.sightings(query.confirmed))
        return Weigher(
            query,
            known,
            positions,
            lambda earlier, later: log_likelihood_ratio(earlier, later, times),
            self._ranking.reliability,
            self._ranking.weights,
            times,
        )

    def _compared(self, weigher: Weigher, probes: Probes, gallery: Gallery, how: Reranking, steps: Steps) -> Looks:
        query, rejected = weigher.query, set(weigher.query.rejected)
        ids = gallery.nearest(probes, query, max(self._ranking.n_reranked, query.limit) + len(rejected))
        if rejected:
            ids = ids.at([place for place, id in enumerate(ids) if id not in rejected])
        steps.end("scan", len(ids))
        vectors = gallery.vectors(ids, probes)
        steps.end("vectors", len(vectors))
        if not ids:
            return nobody(probes, how)
        looks = compared((ids, vectors), query, probes, gallery, (how, self._ranking.likeness, self._ranking.elsewhere))
        steps.end("rerank", len(ids))
        return looks

    def _in_gallery(self, query: Query, looks: Looks, n_gallery: int) -> InGallery | None:
        if query.confirmed or (n_gallery and not looks.ids):  # it is known, or nothing could be compared
            return None
        return self._ranking.presence.of(looks.distances, n_gallery)

    def _by_photos(self, weigher: Weigher, looks: Looks, gallery: Gallery, steps: Steps) -> list[Candidate]:
        if not looks.ids:
            return []
        query, places = weigher.query, list(range(len(looks.ids)))
        if not query.conditions:  # then looks, and with confirmed sightings times and places, decide: the rest need not be loaded
            stays = gallery.stays(looks.ids) if query.confirmed else None
            places = looks.first(query.limit, weigher.orders(looks.ids, looks.log_odds, stays))
        place_of = dict(zip(looks.ids.at(places), places, strict=True))
        weighed = [weigher.candidate(s, looks.at(place_of[s.id])) for s in gallery.sightings(list(place_of))]
        found = best(weighed, query.limit)
        steps.end("load", len(found))
        shared = looks.shared([place_of[candidate.sighting.id] for candidate in found])
        return [replace(c, explanation=replace(c.explanation, shared=each)) for c, each in zip(found, shared, strict=True)]

    def _by_attributes(self, weigher: Weigher, gallery: Gallery, steps: Steps) -> list[Candidate]:
        query = weigher.query
        ids = [id for id in gallery.fitting(query, self._ranking.reliability) if id not in query.rejected]
        steps.end("scan", len(ids))
        found = best([weigher.candidate(sighting, None) for sighting in gallery.sightings(ids)], query.limit)
        steps.end("load", len(found))
        return found

    def _people(self, candidates: Sequence[Candidate], model: ModelVersion | None, weigher: Weigher) -> tuple[Person, ...]:
        """Candidates by person. One whose embedding is not of `model` stands for itself."""
        groups, comparable, vectors = [], [], []
        for index, candidate in enumerate(candidates):
            embedding = candidate.sighting.embedding
            if embedding is None or embedding.model != model:
                groups.append([index])
            else:
                comparable.append(index)
                vectors.append(embedding.vector)
        if comparable:
            stays = [step_of(candidates[index].sighting, weigher.positions) for index in comparable]
            impossible = impossible_together(stays, weigher.times) if weigher.times.later else None
            alike = group_people(np.stack(vectors), stays, self._ranking.same_person, impossible)
            groups += [[comparable[index] for index in group] for group in alike]
        groups.sort()
        return tuple(_person([candidates[index] for index in group], weigher) for group in groups)


def _person(candidates: Sequence[Candidate], weigher: Weigher) -> Person:
    way = trajectory(step_of(candidate.sighting, weigher.positions) for candidate in candidates)
    shown = tuple(with_hops(candidates, way, weigher.plausible))
    if weigher.times.onward:  # where nothing was learned the map alone may not take anybody off the way
        odds = {candidate.sighting.id: candidate.log_odds.total for candidate in candidates}
        way = likeliest_way(way, [odds[stop.sighting_id] for stop in way], weigher.times)
    return Person(shown, way)


def _commonest_model(candidates: Sequence[Candidate]) -> ModelVersion | None:
    models = Counter(candidate.sighting.embedding.model for candidate in candidates if candidate.sighting.embedding)
    return models.most_common(1)[0][0] if models else None
