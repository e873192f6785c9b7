"""Travel times out of people of whom it is known where they were: confirmed by a human, or certain to the network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

import numpy as np

from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId
from haetae.domain.query import TrajectoryStep
from haetae.domain.trajectory import TravelExample
from haetae.routing.axis import N_BINS, Floats, bin_of
from haetae.routing.plausibility import interval_s
from haetae.routing.trajectory import trajectory
from haetae.routing.travel_times import Counts, Pair, TravelTimes
from haetae.routing.walking import Reach, anybody

CONFIRMED, CERTAIN = 1.0, 0.3
"""What an example counts that a human confirmed, and one that only the network is certain of."""


@dataclass(frozen=True, slots=True)
class KnownWay:
    """Stops of one person, in any order, and how far they are to be trusted (0-1).

    `whole`: it holds every sighting of the person, so that what follows one is the next, and after the last nothing came.
    """

    stops: Sequence[TrajectoryStep]
    weight: float = CONFIRMED
    whole: bool = True


def examples_of(way: KnownWay, reach: Reach) -> list[TravelExample]:
    """Every pair of its stops within the horizon, from the earlier to the later one."""
    stops = trajectory(way.stops)
    found = []
    for i, earlier in enumerate(stops):
        for n_between, later in enumerate(stops[i + 1 :]):
            seconds = interval_s(earlier, later)
            if seconds > reach.horizon_s:
                break
            onward = way.whole and n_between == 0
            found.append(TravelExample(earlier.camera_id, later.camera_id, seconds, way.weight, onward))
    return found


def learned(ways: Iterable[KnownWay], empty: TravelTimes) -> TravelTimes:
    """The travel times that these ways tell; `empty` says where cameras stand and how people get about.

    The order of the ways does not matter. What it held before is forgotten: learn from everything that is known.
    """
    later: dict[Pair, Floats] = {}
    onward: dict[Pair, Floats] = {}
    ended: dict[CameraId, float] = {}
    for way in ways:
        for example in examples_of(way, empty.reach):
            pair, at = (example.from_camera, example.to_camera), int(bin_of(example.seconds))
            later.setdefault(pair, np.zeros(N_BINS))[at] += example.weight
            if example.onward:
                onward.setdefault(pair, np.zeros(N_BINS))[at] += example.weight
        if way.whole and way.stops:
            last = trajectory(way.stops)[-1].camera_id
            ended[last] = ended.get(last, 0.0) + way.weight
    return replace(empty, later=later, onward=onward, ended=ended)


def mean_log_ratio(times: TravelTimes, examples: Sequence[TravelExample]) -> float:
    """How well `times` foretells examples that it has not seen: the mean over them of log p(time) - log p(time of anybody).

    0.0 is what somebody has who knows nothing. Raises ValueError without examples.
    """
    if not examples:
        raise ValueError("no examples to measure travel times on")
    chance = anybody(times.reach)
    rows: dict[Pair, Floats] = {}
    total, weight = 0.0, 0.0
    for each in examples:
        pair, at = (each.from_camera, each.to_camera), int(bin_of(each.seconds))
        if pair not in rows:
            rows[pair] = times.later_shares(*pair)
        total += each.weight * (log(rows[pair][at]) - log(chance[at]))
        weight += each.weight
    return total / weight


def n_examples(counts: Counts) -> float:
    """The weighted number of examples in all."""
    return float(sum(each.sum() for each in counts.values()))


def known_positions(positions: Mapping[CameraId, GeoPoint | None]) -> dict[CameraId, GeoPoint]:
    """Those that are known."""
    return {camera: at for camera, at in positions.items() if at is not None}
