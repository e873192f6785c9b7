"""Where to look now, and where the person was unseen for too long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haetae.routing.gaps import gaps
from haetae.routing.next_cameras import next_cameras
from haetae.routing.travel_times import TravelTimes
from tests.kit.ways import stop, street, walked

STREET = walked(street(0, 300, 600, 5000), 60.0, 70.0)
LAST = stop("a", 0.0)


def test_the_camera_that_all_went_to_comes_first_with_its_window() -> None:
    """From 10 to 90 % of the arrivals: a minute after leaving, more or less."""
    first = next_cameras(LAST, LAST.ended_at, STREET)[0]
    assert first.camera_id == "b"
    assert first.probability > 0.9
    assert 40 < (first.earliest - LAST.ended_at).total_seconds() < 60 < (first.latest - LAST.ended_at).total_seconds() < 90
    assert first.n_examples == 200


def test_who_did_not_come_in_time_is_less_likely_to_come() -> None:
    """Ten minutes later the window lies ahead, and the share of those who are gone has grown."""
    at_once, later = (next_cameras(LAST, LAST.ended_at + timedelta(seconds=s), STREET) for s in (0, 600))
    assert sum(each.probability for each in later) < sum(each.probability for each in at_once)
    assert all(each.latest > LAST.ended_at + timedelta(seconds=600) for each in later)


@given(st.floats(-100, 10_000), st.sampled_from("abcdz"), st.sampled_from([STREET, street(0, 300), TravelTimes()]))
@settings(max_examples=80, deadline=None)
def test_probabilities_sum_to_at_most_one(seconds: float, camera: str, times: TravelTimes) -> None:
    """Whenever one asks, wherever the person was last seen; windows begin before they end and are not over."""
    last = stop(camera, 0.0)
    now = last.ended_at + timedelta(seconds=seconds)
    found = next_cameras(last, now, times)
    assert sum(each.probability for each in found) <= 1.0 + 1e-9
    assert [each.probability for each in found] == sorted((each.probability for each in found), reverse=True)
    for each in found:
        assert 0.0 < each.probability <= 1.0
        assert each.earliest <= each.latest
        assert each.latest >= now - timedelta(milliseconds=1)
    if seconds > times.reach.horizon_s:
        assert found == ()


def test_a_gap_names_the_cameras_between() -> None:
    """From "a" to "c" everybody passes "b" in about 135 s: who took 20 minutes was somewhere, and "b" is where to look again."""
    unseen = [stop("a", 0.0), stop("c", 1205.0)]
    [gap] = gaps(unseen, STREET)
    assert gap.seconds == 1200.0
    assert gap.likely_s[0] < gap.likely_s[1] < 1200.0
    assert gap.share_as_long <= 0.05
    assert gap.unseen_at[0] == "b"


@pytest.mark.parametrize("later", [stop("b", 65.0), stop("b", 20.0), stop("z", 3000.0)])
def test_an_ordinary_time_is_no_gap(later: object) -> None:
    """What the way explains, what is short, and ways of which nothing is known."""
    assert gaps([LAST, later], STREET) == ()  # type: ignore[list-item]
