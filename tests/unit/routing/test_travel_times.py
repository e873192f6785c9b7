"""How long people take between cameras: by the map, and as it was learned."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haetae.domain.ids import CameraId
from haetae.routing.axis import N_BINS, bin_of, quantile_s
from haetae.routing.learning import KnownWay, learned, mean_log_ratio
from haetae.routing.travel_times import TravelTimes
from haetae.routing.walking import Reach, anybody, walking_times
from tests.kit.ways import stop, street, walked

A, B, C = CameraId("a"), CameraId("b"), CameraId("c")


@pytest.mark.parametrize(("metres", "from_s", "to_s"), [(100, 50, 300), (1000, 500, 3000)])
def test_by_the_map_most_walk(metres: float, from_s: float, to_s: float) -> None:
    """The middle of the times is that of somebody on foot; no time is held impossible or certain."""
    shares = walking_times(metres, Reach())
    assert from_s < quantile_s(shares, 0.5) < to_s
    assert shares.sum() == pytest.approx(1.0)


def test_near_cameras_may_see_somebody_at_once() -> None:
    """Cameras 5 m apart: a part of the times is negative, and nothing is impossible; far ones never."""
    near, far = street(0, 5), street(0, 500)
    assert quantile_s(near.onward_shares(A, B), 0.05) < 0
    assert near.fastest_s(A, B) == -inf
    assert far.fastest_s(A, B) == pytest.approx(500 / 30 - 0.5, rel=0.01)


@given(st.floats(1, 20_000), st.integers(0, 5), st.floats(-300, 5000))
@settings(max_examples=60)
def test_shares_always_sum_to_one(metres: float, n: int, seconds: float) -> None:
    """With 0, 1 or 5 examples, wherever they lie: no share is 0, NaN or negative within the horizon."""
    ways = [KnownWay([stop("a", -5.0 - seconds, -seconds, name=str(k)), stop("b", 0.0, 5.0, name=str(k))]) for k in range(n)]
    times = learned(ways, street(0, metres))
    for shares in (times.later_shares(A, B), times.onward_shares(A, B), times.later_shares(B, A)):
        assert shares.sum() == pytest.approx(1.0)
        assert shares.min() >= 0.0
        assert shares[: int(bin_of(3600.0))].min() > 0.0


def test_examples_draw_the_times_to_themselves() -> None:
    """One example moves the map's expectation a little, many replace it."""
    by_map, one, many = street(0, 300), walked(street(0, 300), 60.0, n=1), walked(street(0, 300), 60.0, n=200)
    middle = [quantile_s(times.onward_shares(A, B), 0.5) for times in (by_map, one, many)]
    assert middle[0] > middle[1] > middle[2]
    assert middle[2] == pytest.approx(60.0, rel=0.15)


def test_the_way_back_is_taken_for_similar() -> None:
    """Who knows how long a way takes knows something about the way back."""
    times = walked(street(0, 300), 60.0)
    assert quantile_s(times.onward_shares(B, A), 0.5) == pytest.approx(60.0, rel=0.25)


def test_many_examples_decide_what_is_possible() -> None:
    """Cameras 20 m apart on two sides of a wall are never passed at once; views that do overlap may stand 200 m apart."""
    assert walked(street(0, 20), 90.0).fastest_s(A, B) > 20.0
    assert walked(street(0, 20), 90.0, n=4).fastest_s(A, B) == -inf
    overlapping = walked(street(0, 200), -3.0, spread=0.0, n=10)
    assert overlapping.fastest_s(A, B) < -3.0
    assert overlapping.fastest_s(B, A) < -3.0


def test_what_was_learned_foretells_others_better() -> None:
    """People who were not learned from are likelier by what was learned than by the map, and by the map than by nothing."""
    examples = [example for seed in (1, 2) for example in _examples(seed)]
    by_map, after = street(0, 300, 600), walked(street(0, 300, 600), 60.0, 150.0, n=50)
    assert mean_log_ratio(after, examples) > mean_log_ratio(by_map, examples) + 0.5
    assert mean_log_ratio(TravelTimes(), examples) == pytest.approx(0.0)


def _examples(seed: int) -> list:  # type: ignore[type-arg]
    from haetae.routing.learning import examples_of

    rng = np.random.default_rng(seed)
    legs = rng.normal(60.0, 5.0, 20)
    return [each for k, leg in enumerate(legs) for each in examples_of(KnownWay([stop("a", 0.0), stop("b", 5 + leg)]), Reach())]


def test_the_order_of_people_does_not_matter() -> None:
    """Neither that of the ways nor that of the stops within one."""
    ways = [KnownWay([stop("a", 10.0 * k), stop("b", 10.0 * k + 60 + k), stop("c", 10.0 * k + 200)]) for k in range(9)]
    turned = [KnownWay(list(reversed(way.stops))) for way in reversed(ways)]
    one, other = learned(ways, street(0, 100, 200)), learned(turned, street(0, 100, 200))
    for pair in one.later:
        assert np.array_equal(one.later[pair], other.later[pair])
    assert dict(one.ended) == dict(other.ended)


def test_where_people_go_next_sums_to_less_than_one() -> None:
    """With and without examples; the camera that all went to is likelier than any other."""
    for times in (street(0, 100, 5000), walked(street(0, 100, 5000), 60.0), TravelTimes()):
        assert 0.0 < sum(times.next_shares(A).values()) < 1.0
    shares = walked(street(0, 5000, 100), 60.0).next_shares(A)
    assert shares[B] > 0.9
    assert sum(street(0, 100).arrival_shares().values()) == pytest.approx(1.0)


def test_nothing_known_is_like_anybody() -> None:
    """Two cameras without positions and examples: any second alike."""
    assert TravelTimes().later_shares(A, B) == pytest.approx(anybody(Reach()))
    assert anybody(Reach()).shape == (N_BINS,)
