"""Many stays between known stops at once: the same numbers as one by one."""

from __future__ import annotations

from bisect import bisect
from dataclasses import replace
from math import inf

import numpy as np
import pytest

from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import TrajectoryStep
from haetae.domain.sighting_ids import SightingIds
from haetae.domain.stays import Stays
from haetae.routing.learning import KnownWay, learned
from haetae.routing.many_stays import fits_between, step_at
from haetae.routing.plausibility import log_likelihood_ratio
from haetae.routing.trajectory import trajectory
from haetae.routing.travel_times import TravelTimes
from tests.kit.builders import SEOUL, at, uuid
from tests.kit.ways import stop

CAMERAS = [CameraId(f"cam-{n}") for n in range(6)]
POSITIONS = {
    **{camera: GeoPoint(SEOUL.latitude + 0.002 * n * n, SEOUL.longitude) for n, camera in enumerate(CAMERAS[:5])},
    CAMERAS[5]: None,
}


def some(n: int, seed: int, reach_s: float) -> list[TrajectoryStep]:
    """Stops by all cameras, of up to ten seconds, within so many seconds; times in tenths, so that some tie."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(n):
        camera = CAMERAS[int(rng.integers(6))]
        since = round(float(rng.uniform(0, reach_s)), 1)
        until = since + float(rng.integers(0, 11))
        found.append(TrajectoryStep(TrackletId(uuid(f"{seed}/{number}")), camera, at(since), at(until), POSITIONS[camera]))
    return found


def one_by_one(step: TrajectoryStep, known: list[TrajectoryStep], times: TravelTimes) -> float:
    """As `haetae.ranking.space_time` adds it."""
    at_place = bisect([(each.started_at, each.ended_at) for each in known], (step.started_at, step.ended_at))
    parts = [log_likelihood_ratio(known[at_place - 1], step, times)] if at_place else []
    parts += [log_likelihood_ratio(step, known[at_place], times)] if at_place < len(known) else []
    return sum(parts)


def learned_times() -> TravelTimes:
    """Of people who walked from the first camera to the third and fourth, again and again."""
    ways = [
        KnownWay([stop("cam-0", 0.0, 4.0, name=f"a{n}"), stop(f"cam-{2 + n % 2}", 60.0 + n, 70.0 + n, name=f"b{n}")])
        for n in range(40)
    ]
    return learned(ways, TravelTimes(positions={camera: place for camera, place in POSITIONS.items() if place}))


@pytest.mark.parametrize("n_known", [1, 2, 7, 50])
@pytest.mark.parametrize("reach_s", [60.0, 900.0, 90_000.0])
@pytest.mark.parametrize("times", [TravelTimes(), learned_times()], ids=["by the map", "learned"])
def test_all_at_once_is_as_one_by_one(n_known: int, reach_s: float, times: TravelTimes) -> None:
    """Bit by bit, before all known stops, between them and after them, where they overlap, and where nothing is known."""
    stops, known = some(300, 1, reach_s), list(trajectory(some(n_known, 2, reach_s)))
    ids = SightingIds.of(each.sighting_id for each in stops)
    stays = Stays.of((each.camera_id, each.started_at, each.ended_at) for each in stops)
    fits, unsaid = fits_between(ids, stays, known, POSITIONS, times)
    expected = [one_by_one(each, known, times) for each in stops]
    assert [fit for fit, left in zip(fits.tolist(), unsaid, strict=True) if not left] == [
        fit for fit, left in zip(expected, unsaid, strict=True) if not left
    ]
    if reach_s == 900.0:  # else too few are near enough, or none
        assert -inf in expected
        assert len({fit for fit in expected if fit not in (0.0, -inf)}) > 10


def test_nothing_is_said_of_what_is_known_itself_or_at_the_same_time() -> None:
    """Whoever asks looks at these one by one: they are compared with their neighbours, or by their ids."""
    known = list(trajectory(some(5, 3, 900.0)))
    twin = replace(known[2], sighting_id=TrackletId(uuid("twin")))
    stops = [known[1], twin, *some(3, 4, 900.0)]
    stays = Stays.of((each.camera_id, each.started_at, each.ended_at) for each in stops)
    ids = SightingIds.of(each.sighting_id for each in stops)
    _, unsaid = fits_between(ids, stays, known, POSITIONS, TravelTimes())
    assert unsaid.tolist() == [True, True, False, False, False]
    assert [step_at(ids, stays, place, POSITIONS) for place in range(5)] == stops


def test_nobody_fits_nowhere() -> None:
    """No stays: nothing to say, and no error."""
    fits, unsaid = fits_between(SightingIds.of([]), Stays.of([]), some(2, 5, 60.0), POSITIONS, TravelTimes())
    assert fits.shape == unsaid.shape == (0,)
