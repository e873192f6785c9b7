"""The likeliest way of one person."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haetae.domain.query import TrajectoryStep
from haetae.routing.hops import HopWorth, hop_table, impossible_together, order_of
from haetae.routing.most_likely_path import RouteSearch, membership, most_likely_routes
from haetae.routing.person import likeliest_way
from haetae.routing.plausibility import interval_s
from tests.kit.ways import stop, street, walked

STREET = walked(street(0, 300, 600, 5000), 60.0, 70.0)


def test_looks_and_times_are_added_up() -> None:
    """A poor look at the right time beats a better look that nobody can have had."""
    stops = [stop("a", 0.0), stop("b", 65.0), stop("d", 70.0)]
    routes = most_likely_routes(stops, [3.0, 0.5, 1.5], STREET)
    assert routes.best.stops == tuple(stops[:2])
    assert all(step.margin > 0 for step in routes.best.steps)
    assert routes.alternatives[0].score <= routes.best.score


def test_a_long_stay_elsewhere_excludes_more_than_its_neighbours() -> None:
    """In "d" the whole time: no way holds it and "a" and "b", also where its hop to the one before it is possible."""
    stops = [stop("d", 0.0, 400.0), stop("a", 100.0), stop("b", 165.0)]
    routes = most_likely_routes(stops, [2.0, 2.0, 2.0], STREET)
    assert routes.best.stops == tuple(stops[1:])
    assert routes.alternatives[0].stops != routes.best.stops


def test_nobody_who_looks_alike_makes_no_way() -> None:
    """Without any stop that looks like the person the way is empty; without stops too."""
    assert most_likely_routes([stop("a", 0.0)], [-1.0], STREET).best.stops == ()
    assert most_likely_routes([], [], STREET).best.stops == ()
    assert membership([], [], STREET).shape == (0,)


@pytest.mark.parametrize("odds", [[1.0], [1.0, np.nan], [inf, 0.0]])
def test_odds_that_say_nothing_are_refused(odds: list[float]) -> None:
    """One finite number a stop."""
    with pytest.raises(ValueError, match="finite log-odds"):
        most_likely_routes([stop("a", 0.0), stop("b", 65.0)], odds, STREET)


def test_membership_follows_the_good_company() -> None:
    """Of two equal looks at one camera the one whose time fits the others is likelier."""
    stops = [stop("a", 0.0), stop("b", 65.0), stop("b", 900.0), stop("c", 140.0)]
    fits, late = membership(stops, [3.0, 0.0, 0.0, 3.0], STREET)[1:3]
    assert fits > late + 1.0


stays = st.lists(
    st.tuples(st.sampled_from("abcd"), st.floats(0, 900), st.floats(0, 200), st.floats(-3, 5)), min_size=1, max_size=9
)


def _stops(drawn: list[tuple[str, float, float, float]]) -> tuple[list[TrajectoryStep], list[float]]:
    return (
        [stop(camera, at, at + stay, name=str(n)) for n, (camera, at, stay, _) in enumerate(drawn)],
        [odds for *_, odds in drawn],
    )


@given(stays, st.randoms())
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_stops_does_not_matter(drawn: list[tuple[str, float, float, float]], random: object) -> None:
    """The same stops in another order give the same way, alternatives and memberships."""
    stops, odds = _stops(drawn)
    order = list(range(len(stops)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = ([stops[i] for i in order], [odds[i] for i in order])
    assert most_likely_routes(stops, odds, STREET) == most_likely_routes(*shuffled, STREET)
    assert membership(stops, odds, STREET)[order] == pytest.approx(membership(*shuffled, STREET), abs=1e-9)


@given(stays)
@settings(max_examples=80, deadline=None)
def test_no_way_holds_an_impossible_hop(drawn: list[tuple[str, float, float, float]]) -> None:
    """Neither the best nor any other, neither between neighbours nor others; shares are probabilities."""
    stops, odds = _stops(drawn)
    routes = most_likely_routes(stops, odds, STREET)
    for way in (routes.best.stops, *(route.stops for route in routes.alternatives), likeliest_way(stops, odds, STREET)):
        for earlier, later in combinations(way, 2):
            assert interval_s(earlier, later) >= STREET.fastest_s(earlier.camera_id, later.camera_id)
    shares = membership(stops, odds, STREET)
    assert np.isfinite(shares).all()
    assert shares.max() <= 0.0


@given(stays)
@settings(max_examples=60, deadline=None)
def test_it_is_the_likeliest_of_all_ways(drawn: list[tuple[str, float, float, float]]) -> None:
    """Of every subset of the stops that is possible together none scores higher."""
    drawn = drawn[:7]
    stops, odds = _stops(drawn)
    order = order_of(stops)
    inside = [stops[i] for i in order]
    hops, apart = hop_table(inside, STREET, HopWorth()), impossible_together(inside, STREET)
    best = 0.0
    for n in range(1, len(stops) + 1):
        for chosen in combinations(range(len(stops)), n):
            if not apart[np.ix_(chosen, chosen)].any():
                hop = sum(hops[i, j] for i, j in pairwise(chosen))
                best = max(best, hop + sum(odds[order[i]] for i in chosen))
    assert most_likely_routes(stops, odds, STREET, RouteSearch(most_branches=200)).best.score == pytest.approx(best)


def test_many_contradictions_still_end() -> None:
    """Where the search for the best may not go on, what comes out is possible all the same."""
    stops = [stop(camera, at, 1000.0, name=str(at)) for at in range(12) for camera in "ad"]
    way = most_likely_routes(stops, [1.0] * len(stops), STREET, RouteSearch(most_branches=2)).best.stops
    assert len(way) == 1
