"""Sightings weighed all at once are ordered as candidates are."""

from __future__ import annotations

import numpy as np

from haetae.domain.ids import CameraId
from haetae.domain.query import Query
from haetae.domain.sighting import Sighting
from haetae.domain.sighting_ids import SightingIds
from haetae.domain.stays import Stays
from haetae.ranking.evidence import UNMEASURED
from haetae.ranking.fusion import Weights
from haetae.routing.plausibility import TravelTimes, log_likelihood_ratio
from haetae.routing.trajectory import step_of, trajectory
from services.search.weighing import Look, Weigher
from tests.kit import builders as b

POSITIONS = {CameraId(f"cam-{n}"): b.SEOUL for n in range(3)}
SEEN = [b.sighting(n, f"cam-{n % 4}", started_at=b.at(n * 7 % 300), ended_at=b.at(n * 7 % 300 + n % 5)) for n in range(80)]


def weigher(known: list[Sighting]) -> Weigher:
    """For sightings that were confirmed."""
    times = TravelTimes()
    stops = trajectory(step_of(sighting, POSITIONS) for sighting in known)
    query = Query(b.scope(end_s=3600), confirmed=tuple(sighting.id for sighting in known))
    return Weigher(
        query, stops, POSITIONS, lambda x, y: log_likelihood_ratio(x, y, times), UNMEASURED, Weights(space_time=0.7), times
    )


def test_orders_are_those_of_candidates() -> None:
    """Bit by bit: with nobody, one and several confirmed, and of those who are confirmed themselves."""
    appearance = np.random.default_rng(0).normal(0, 4, len(SEEN))
    ids = SightingIds.of(sighting.id for sighting in SEEN)
    stays = Stays.of((sighting.camera_id, sighting.started_at, sighting.ended_at) for sighting in SEEN)
    for known in ([], SEEN[3:4], SEEN[::9]):
        weighs = weigher(known)
        looks = [Look(0.1, 0.1, log_odds) for log_odds in appearance.tolist()]
        expected = [weighs.candidate(sighting, look).order for sighting, look in zip(SEEN, looks, strict=True)]
        assert weighs.orders(ids, appearance, stays if known else None).tolist() == expected
        assert len(set(expected)) > 60
