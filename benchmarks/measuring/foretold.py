"""How well travel times and next cameras are foretold of people who were not learned from."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.measuring.city_ways import Population, population
from benchmarks.measuring.times_of_others import RIVALS, mean_log_ratio_of
from haetae.domain.trajectory import TravelExample
from haetae.routing.learning import examples_of, learned, mean_log_ratio
from haetae.routing.next_cameras import next_cameras
from haetae.routing.travel_times import TravelTimes

LEARNED_FROM = (0, 3, 10, 50)


def foretold_times(maps: Sequence[int], kept: Path) -> dict[str, object]:
    """Mean log p(time) - log p(time of anybody) of people who were held out, by how times are learned and from how many."""
    found: dict[str, list[list[float]]] = {}
    for seed in maps:
        known, asked = (population(seed, number, 30.0, kept) for number in (1, 2))
        empty = TravelTimes(positions=known.positions)
        held_out = examples_in(asked, empty)
        for n in LEARNED_FROM:
            some = known.first(n)
            times = learned(some.ways(), empty)
            found.setdefault("here", [[] for _ in LEARNED_FROM])[LEARNED_FROM.index(n)].append(mean_log_ratio(times, held_out))
            for name, rival in RIVALS.items():
                value = mean_log_ratio_of(rival(examples_in(some, empty)), held_out)
                found.setdefault(name, [[] for _ in LEARNED_FROM])[LEARNED_FROM.index(n)].append(value)
    return {"people": LEARNED_FROM, **{name: [round(float(np.mean(each)), 3) for each in rows] for name, rows in found.items()}}


def examples_in(people: Population, times: TravelTimes) -> list[TravelExample]:
    """All pairs of stays of all people."""
    return [example for way in people.ways() for example in examples_of(way, times.reach)]


def foretold_cameras(maps: Sequence[int], kept: Path) -> dict[str, object]:
    """Asked when somebody has just left: how often the next camera is the first, among the first three, reached in its window."""
    found: dict[str, list[list[float]]] = {}
    for seed in maps:
        known, asked = (population(seed, number, 30.0, kept) for number in (1, 2))
        for n in (0, 50):
            times = learned(known.ways()[:n], TravelTimes(positions=known.positions))
            name = f"times of {n} people" if n else "map alone"
            found.setdefault(name, []).append(_hits(asked, times))
    keys = ("first", "among three", "in its window of 10-90 %", "probability given to it")
    means = {name: [round(float(each), 3) for each in np.mean(rows, axis=0)] for name, rows in found.items()}
    return {name: dict(zip(keys, each, strict=True)) for name, each in means.items()}


def _hits(people: Population, times: TravelTimes) -> list[float]:
    rows = []
    for way in people.ways():
        stops = sorted(way.stops, key=lambda each: each.started_at)
        for last, following in pairwise(stops):
            told = next_cameras(last, last.ended_at, times)
            if following.started_at < last.ended_at:
                continue
            named = [each.camera_id for each in told]
            place = named.index(following.camera_id) if following.camera_id in named else None
            its = told[place] if place is not None else None
            inside = its is not None and its.earliest <= following.started_at <= its.latest
            rows.append([place == 0, place is not None and place < 3, inside, its.probability if its else 0.0])
    return [float(each) for each in np.mean(np.array(rows, np.float64), axis=0)]
