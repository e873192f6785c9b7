"""What search is tuned on: each confirmed sighting of a case asked for in turn, with whom search would have compared it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import ModelVersion, Vectors
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Scope, TrajectoryStep
from haetae.domain.sighting import Sighting
from haetae.ranking.evidence import Reliability, log_odds
from haetae.ranking.fusion import LEAST_PLAUSIBLE
from haetae.ranking.space_time import space_time
from haetae.routing.learning import known_positions
from haetae.routing.plausibility import TravelTimes, log_likelihood_ratio
from haetae.routing.trajectory import step_of
from haetae.store.scopes import cameras_in
from haetae.store.store import Transaction
from haetae.training.tuning.search_cases import Case

MOST_PROBES = 3
"""Of one case: what its other confirmed sightings would ask is much the same."""

GROUPED = 50
"""As many of the nearest as an answer shows are grouped into people with the confirmed ones."""

_ANEW = timedelta(minutes=1)
"""Seen again by the camera of the probe so much later, a person has come back; sooner it is the same visit, and easy."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One probe (d,) of a case against n sightings (n, d) float16 in scope: which are `right` (n,) bool, `n_right` of them are
    there to be found, and the log odds (n,) of each by attributes and by space and time."""

    case: int
    probe: Vectors
    vectors: NDArray[np.float16]
    right: NDArray[np.bool_]
    n_right: int
    attributes: NDArray[np.float64]
    space_time: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """The confirmed sightings of a case among those that look most alike: vectors (n, d), stays n, and (n,) bool who is it."""

    case: int
    vectors: Vectors
    stays: tuple[TrajectoryStep, ...]
    is_person: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """All of the cases 0 .. n_cases - 1; each has at least one task and a grouping."""

    model: ModelVersion
    n_cases: int
    tasks: tuple[Task, ...]
    groupings: tuple[Grouping, ...]


def commonest_model(transaction: Transaction, cases: Sequence[Case]) -> ModelVersion | None:
    """The network that embedded most of the confirmed sightings; None where none is embedded."""
    ids = sorted({id for case in cases for id in case.confirmed})
    found = Counter(one.embedding.model for one in transaction.sightings.many(ids, with_embeddings=True) if one.embedding)
    return max(found, key=lambda model: (found[model], str(model))) if found else None


def material_of(
    transaction: Transaction,
    cases: Sequence[Case],
    model: ModelVersion,
    reliability: Reliability,
    *,
    n_nearest: int,
    told: Callable[[float], None] = lambda done: None,
) -> Material:
    """Reads what the cases need; those are left out whose sightings are gone, or embedded by another network, or none of which
    can be found from another. `told` hears how many cases are read. Raises Transient, Refused (503)."""
    positions = {camera.id: camera.position for camera in transaction.cameras.all()}
    reading = _Reading(transaction, model, reliability, positions, n_nearest)
    tasks: list[Task] = []
    groupings: list[Grouping] = []
    for done, case in enumerate(cases):
        told(done)
        number = len(groupings)
        its = reading.tasks(case, number)
        if its:
            tasks += its
            groupings.append(reading.grouping(case, number))
    return Material(model, len(groupings), tuple(tasks), tuple(groupings))


class _Reading:
    """By the map alone: what was learned of travel times may have been learned from these very cases."""

    def __init__(
        self,
        transaction: Transaction,
        model: ModelVersion,
        reliability: Reliability,
        positions: Mapping[CameraId, GeoPoint | None],
        n_nearest: int,
    ) -> None:
        self._sightings = transaction.sightings
        self._session = transaction.session
        self._model = model
        self._reliability = reliability
        self._positions = positions
        self._times = TravelTimes(positions=known_positions(positions))
        self._n_nearest = n_nearest
        self._seen: dict[TrackletId, Sighting] = {}  # of the case that is read

    def tasks(self, case: Case, number: int) -> list[Task]:
        self._seen = {}
        confirmed = self._many(case.confirmed)
        probes = _spread(sorted(confirmed, key=lambda one: (one.started_at, one.id)), MOST_PROBES)
        return [task for probe in probes if (task := self._task(case, number, probe, confirmed)) is not None]

    def grouping(self, case: Case, number: int) -> Grouping:
        """Of the case whose tasks were read last."""
        confirmed = self._many(case.confirmed)
        nearest = self._nearest(np.stack([_vector(one) for one in confirmed]), case, GROUPED)
        members = self._many(dict.fromkeys([*case.confirmed, *case.rejected, *nearest]))
        stays = tuple(step_of(one, self._positions) for one in members)
        right = set(case.confirmed)
        return Grouping(number, _stacked(members), stays, np.array([one.id in right for one in members]))

    def _task(self, case: Case, number: int, probe: Sighting, confirmed: Sequence[Sighting]) -> Task | None:
        within = self._within(case.scope)
        right = {one.id for one in confirmed if one.id != probe.id and within(one) and _is_another_visit(probe, one)}
        if not right:
            return None
        rejected = [one.id for one in self._many(case.rejected) if within(one)]
        nearest = self._nearest(_vector(probe)[None], case, self._n_nearest)
        left_out = set(case.confirmed) - right
        them = self._many([id for id in dict.fromkeys([*nearest, *rejected]) if id not in left_out])
        if not them:
            return None
        return Task(
            case=number,
            probe=_vector(probe),
            vectors=_stacked(them).astype(np.float16),
            right=np.array([one.id in right for one in them]),
            n_right=len(right),
            attributes=np.array([sum(log_odds(case.conditions, one.attributes, self._reliability).values()) for one in them]),
            space_time=np.array([self._space_time(probe, one) for one in them]),
        )

    def _nearest(self, vectors: Vectors, case: Case, limit: int) -> list[TrackletId]:
        found = self._sightings.nearest(vectors, self._model, case.scope, limit=limit, conditions=case.conditions)
        return [id for id, _ in found]

    def _many(self, ids: Iterable[TrackletId]) -> list[Sighting]:
        """Those that are stored with an embedding of the model."""
        wanted = list(ids)
        missing = [id for id in wanted if id not in self._seen]
        self._seen |= {one.id: one for one in self._sightings.many(missing, with_embeddings=True)}
        found = [self._seen[id] for id in wanted if id in self._seen]
        return [one for one in found if one.embedding is not None and one.embedding.model == self._model]

    def _within(self, scope: Scope) -> Callable[[Sighting], bool]:
        cameras = cameras_in(self._session, scope)

        def within(one: Sighting) -> bool:
            return scope.window.overlaps(one.started_at, one.ended_at) and (cameras is None or one.camera_id in cameras)

        return within

    def _space_time(self, probe: Sighting, one: Sighting) -> float:
        here, there = step_of(one, self._positions), step_of(probe, self._positions)
        found = space_time(here, [there], lambda earlier, later: log_likelihood_ratio(earlier, later, self._times))
        return max(found or 0.0, LEAST_PLAUSIBLE)


def _vector(one: Sighting) -> Vectors:
    assert one.embedding is not None
    return one.embedding.vector


def _stacked(sightings: Sequence[Sighting]) -> Vectors:
    return np.stack([_vector(one) for one in sightings])


def _is_another_visit(probe: Sighting, one: Sighting) -> bool:
    apart = max(one.started_at - probe.ended_at, probe.started_at - one.ended_at)
    return one.camera_id != probe.camera_id or apart >= _ANEW


def _spread(sightings: Sequence[Sighting], most: int) -> list[Sighting]:
    """At most so many, evenly over all."""
    if len(sightings) <= most:
        return list(sightings)
    return [sightings[round(i * (len(sightings) - 1) / (most - 1))] for i in range(most)]
