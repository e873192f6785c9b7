"""Whether an interval speaks for one person."""

from __future__ import annotations

from math import inf, isfinite

from hypothesis import given
from hypothesis import strategies as st

from haetae.domain.query import TrajectoryStep
from haetae.routing.plausibility import MOST, TravelTimes, log_likelihood_ratio
from tests.kit.ways import stop, street, walked

STREET = street(0, 300, 10_000)


def test_a_walkers_interval_speaks_for_one_person() -> None:
    """300 m in 5 minutes is worth more than in 40, and 10 km in 5 minutes is impossible."""
    here = stop("a", 0.0)
    assert log_likelihood_ratio(here, stop("b", 300.0), STREET) > 1.0
    assert log_likelihood_ratio(here, stop("b", 2400.0), STREET) < 0.5
    assert log_likelihood_ratio(here, stop("c", 305.0), STREET) == -inf


def test_nobody_is_at_two_places_at_once() -> None:
    """Far cameras, and twice in one camera."""
    assert log_likelihood_ratio(stop("a", 0.0, 60.0), stop("b", 30.0), STREET) == -inf
    assert log_likelihood_ratio(stop("a", 0.0, 60.0), stop("a", 30.0), STREET) == -inf
    assert log_likelihood_ratio(stop("a", 0.0, 60.0), stop("a", 59.8), STREET) > -inf


def test_what_is_not_known_says_nothing() -> None:
    """Cameras without a position, and anything beyond the horizon."""
    assert log_likelihood_ratio(stop("a", 0.0), stop("b", 10.0), TravelTimes()) == 0.0
    assert log_likelihood_ratio(stop("a", 0.0), stop("b", 4000.0), STREET) == 0.0


def test_what_was_learned_decides() -> None:
    """Where everybody takes a minute, a minute speaks for one person more than the map says, and half an hour against."""
    times = walked(STREET, 60.0)
    here = stop("a", 0.0)
    assert log_likelihood_ratio(here, stop("b", 65.0), times) > log_likelihood_ratio(here, stop("b", 65.0), STREET) + 1.0
    assert log_likelihood_ratio(here, stop("b", 1800.0), times) < -1.0


def test_positions_of_the_stops_are_enough() -> None:
    """Without a graph, the positions that the stops bring along bound what is possible."""
    here, there = (_placed(each) for each in (stop("a", 0.0), stop("c", 60.0)))
    assert log_likelihood_ratio(here, there, TravelTimes()) == -inf


cameras = st.sampled_from("abcd")
times_s = st.floats(-2000, 8000)


@given(cameras, times_s, st.floats(0, 500), cameras, times_s, st.floats(0, 500))
def test_it_is_bounded_and_has_no_order(a: str, at: float, stay: float, b: str, then: float, other_stay: float) -> None:
    """Never NaN, never above the bound, finite or -inf, the same either way round."""
    here, there = stop(a, at, at + stay, name="1"), stop(b, then, then + other_stay, name="2")
    ratio = log_likelihood_ratio(here, there, STREET)
    assert ratio == log_likelihood_ratio(there, here, STREET)
    assert ratio == -inf or (isfinite(ratio) and -MOST <= ratio <= MOST)


def _placed(step: TrajectoryStep) -> TrajectoryStep:
    return TrajectoryStep(step.sighting_id, step.camera_id, step.started_at, step.ended_at, STREET.positions[step.camera_id])
