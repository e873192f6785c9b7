"""Why a candidate stands where it stands."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from haetae.domain.attributes import AttributeCondition, AttributeName, Attributes
from haetae.domain.explanation import Explanation, Verdict
from haetae.domain.query import Candidate, TrajectoryStep
from haetae.ranking.evidence import UNMEASURED
from haetae.ranking.explanation import conditions_explained, shared_neighbours, with_hops
from haetae.ranking.fusion import Weights, fused
from haetae.ranking.space_time import space_time
from haetae.routing.trajectory import step_of, trajectory
from tests.kit.builders import at, sighting, unit_vectors

RED = AttributeCondition(AttributeName.UPPER_COLOUR, ("red",))
NO_BAG = AttributeCondition(AttributeName.BAG, ("none",), negated=True)
HAT = AttributeCondition(AttributeName.HAT, ("hat",))


def test_each_condition_is_told_with_what_was_read() -> None:
    """The best value with its score, whether it agrees, how likely it holds, and the log odds that the order goes by."""
    attributes = Attributes({RED.name: {"red": 0.9, "blue": 0.2}, NO_BAG.name: {"none": 0.95, "bag": 0.1}})
    red, no_bag, hat = conditions_explained([RED, NO_BAG, HAT, RED], attributes, UNMEASURED)
    assert (red.read, red.score, red.verdict) == ("red", 0.9, Verdict.AGREES)
    assert (no_bag.read, no_bag.verdict) == ("none", Verdict.DISAGREES)
    assert (hat.read, hat.score, hat.holds, hat.log_odds, hat.verdict) == (None, None, None, 0.0, Verdict.UNKNOWN)
    assert red.log_odds > 0 > no_bag.log_odds
    assert (red.holds or 0) > 1 / 12  # likelier than of anybody
    assert (no_bag.holds or 1) < 4 / 5


def test_shared_neighbours_are_those_of_brute_force() -> None:
    """Of the k + 1 nearest of probe and candidate, themselves included, as many as lie in both; the best probe counts."""
    vectors, k = unit_vectors(40, 8), 6
    probes, gallery = vectors[:2], vectors[2:]
    nearest = [set(np.argsort(-(vectors @ one), kind="stable")[: k + 1].tolist()) for one in vectors]
    found = shared_neighbours(probes, gallery, range(len(gallery)), k)
    assert [each.shared for each in found] == [max(len(nearest[p] & nearest[2 + row]) for p in (0, 1)) for row in range(38)]
    assert {each.of for each in found} == {k + 1}
    assert len({each.shared for each in found}) > 2


def test_few_sightings_have_few_neighbours() -> None:
    """Where there are fewer than k, all are neighbours of all."""
    [only] = shared_neighbours(unit_vectors(1, 8), unit_vectors(1, 8, seed=1), [0], 20)
    assert (only.shared, only.of) == (2, 2)


def stop(number: int, start_s: float) -> TrajectoryStep:
    """A stay of five seconds."""
    one = replace(sighting(number, started_at=at(start_s)), ended_at=at(start_s + 5))
    return step_of(one, {})


def test_hops_tell_interval_worth_and_impossibility() -> None:
    """From the stop before and to the one after; what is impossible has no log odds."""
    sightings = [replace(sighting(n, started_at=at(60 * n)), ended_at=at(60 * n + 5)) for n in range(3)]
    candidates = [Candidate(s, None, None, None, 0.5, fused(None, None, None, Weights()), Explanation()) for s in sightings]
    way = trajectory(step_of(s, {}) for s in sightings)
    first, second, third = with_hops(candidates, way, lambda a, _: 1.5 if a.sighting_id == sightings[0].id else -math.inf)
    assert first.explanation.before is None
    assert first.explanation.after is not None
    assert first.explanation.after.sighting_id == sightings[1].id
    before, after = second.explanation.before, second.explanation.after
    assert before is not None
    assert after is not None
    assert (before.sighting_id, before.gap_s, before.log_odds, before.possible) == (sightings[0].id, 55.0, 1.5, True)
    assert (after.sighting_id, after.log_odds, after.possible) == (sightings[2].id, None, False)
    assert third.explanation.after is None


def test_space_and_time_are_weighed_between_neighbours() -> None:
    """The stop before and the stop after count, those further away do not; one is not compared with itself; -inf stays."""
    known = [stop(1, 0), stop(2, 100), stop(3, 200)]
    pairs = []

    def plausible(a: TrajectoryStep, b: TrajectoryStep) -> float:
        pairs.append(((a.started_at - at(0)).total_seconds(), (b.started_at - at(0)).total_seconds()))
        return 1.25

    assert space_time(stop(9, 150), known, plausible) == 2.5
    assert pairs == [(100.0, 150.0), (150.0, 200.0)]
    assert space_time(stop(9, 300), known, plausible) == 1.25
    assert space_time(known[1], known, plausible) == 2.5
    assert pairs[-2:] == [(0.0, 100.0), (100.0, 200.0)]
    assert space_time(known[0], known[:1], plausible) is None
    assert space_time(stop(9, 1), known, lambda a, b: -math.inf) == -math.inf


@pytest.mark.parametrize("limit", [1, 3])
def test_the_same_condition_is_explained_once(limit: int) -> None:
    """However often it was asked."""
    assert len(conditions_explained([RED] * limit, Attributes(), UNMEASURED)) == 1
