"""Sightings weighed as candidates: every kind of evidence that a query has, and the order it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

import numpy as np
from numpy.typing import NDArray

from haetae.domain.explanation import Explanation
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId
from haetae.domain.query import Candidate, Query, TrajectoryStep
from haetae.domain.sighting import Sighting
from haetae.domain.sighting_ids import SightingIds
from haetae.domain.stays import Stays
from haetae.ranking.evidence import Reliability, probability
from haetae.ranking.explanation import Plausibility, conditions_explained
from haetae.ranking.fusion import LEAST_PLAUSIBLE, Weights, fused, order_value
from haetae.ranking.space_time import space_time
from haetae.routing.many_stays import fits_between, step_at
from haetae.routing.trajectory import step_of
from haetae.routing.travel_times import TravelTimes

FARTHEST = 2.0
"""The largest cosine distance."""


@dataclass(frozen=True, slots=True)
class Look:
    """How near a sighting is to what was asked: cosine distance, re-ranked distance, and the log odds of the latter."""

    distance: float
    reranked: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class Weigher:
    """Weighs sightings for one query; `known` are the stops of the person that the operator confirmed, in order of time."""

    query: Query
    known: Sequence[TrajectoryStep]
    positions: Mapping[CameraId, GeoPoint | None]
    plausible: Plausibility
    reliability: Reliability
    weights: Weights
    times: TravelTimes = field(default_factory=TravelTimes)

    def orders(self, ids: SightingIds, appearance: NDArray[np.float64], stays: Stays | None) -> NDArray[np.float64]:
        """(n,) what sightings of this appearance (n,), in log odds, are ordered by where no attributes are asked for:
        `order_value` of each, with no candidates made. `stays` are those of the ids; None where no sighting is confirmed."""
        total = appearance
        if self.known and stays is not None and len(ids):
            total = appearance + self.weights.space_time * np.maximum(self._fits(ids, stays), LEAST_PLAUSIBLE)
        return np.array([probability(-each) for each in total.tolist()], np.float64)

    def _fits(self, ids: SightingIds, stays: Stays) -> NDArray[np.float64]:
        """(n,) log odds of times and places."""
        fits, unsaid = fits_between(ids, stays, self.known, self.positions, self.times)
        for place in np.flatnonzero(unsaid).tolist():
            fits[place] = self._in_time(step_at(ids, stays, place, self.positions)) or 0.0
        return fits

    def _in_time(self, stay: TrajectoryStep) -> float | None:
        return space_time(stay, self.known, self.plausible) if self.known else None

    def candidate(self, sighting: Sighting, look: Look | None) -> Candidate:
        """The sighting as a candidate; `look` is None where there was nothing to compare it with."""
        told = conditions_explained(self.query.conditions, sighting.attributes, self.reliability)
        attributes = sum(each.log_odds for each in told) if told else None
        log_odds = fused(
            None if look is None else look.log_odds,
            attributes,
            self._in_time(step_of(sighting, self.positions)),
            self.weights,
        )
        return Candidate(
            sighting=sighting,
            distance=None if look is None else look.distance,
            reranked_distance=None if look is None else look.reranked,
            evidence=None if attributes is None else probability(attributes),
            order=order_value(log_odds),
            log_odds=log_odds,
            explanation=Explanation(told),
        )


def best(candidates: Sequence[Candidate], limit: int) -> list[Candidate]:
    """The first `limit` by order; among equals the nearer, then the better seen, then the newer, then by id."""

    def key(candidate: Candidate) -> tuple[float, float, float, float, str]:
        distance = FARTHEST if candidate.distance is None else candidate.distance
        sighting = candidate.sighting
        return candidate.order, distance, -sighting.quality, -sighting.started_at.timestamp(), str(sighting.id)

    return nsmallest(limit, candidates, key=key)
