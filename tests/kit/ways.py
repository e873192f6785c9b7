"""Ways over cameras that stand in a street, for tests of routes."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import TrajectoryStep
from haetae.routing.learning import KnownWay, learned
from haetae.routing.travel_times import TravelTimes
from tests.kit.builders import T0, uuid

DEGREE_M = 111_195.0
"""Metres of a degree of latitude."""


def stop(camera: str, start_s: float, end_s: float | None = None, *, name: str = "") -> TrajectoryStep:
    """A stop without a position, `start_s` after T0, five seconds long unless said."""
    end_s = start_s + 5.0 if end_s is None else end_s
    id = TrackletId(uuid(f"{camera} {start_s} {end_s} {name}"))
    return TrajectoryStep(id, CameraId(camera), T0 + timedelta(seconds=start_s), T0 + timedelta(seconds=end_s), None)


def street(*metres: float) -> TravelTimes:
    """Cameras "a", "b", "c" ... so many metres up a street; nothing but the map is known."""
    names = [CameraId(chr(ord("a") + n)) for n in range(len(metres))]
    return TravelTimes(positions={name: GeoPoint(m / DEGREE_M, 0.0) for name, m in zip(names, metres, strict=True)})


def walked(times: TravelTimes, *legs_s: float, n: int = 200, spread: float = 0.1, seed: int = 0) -> TravelTimes:
    """The same after `n` people walked from "a" on, a leg to each next camera that takes `legs_s`, more or less."""
    rng = np.random.default_rng(seed)
    ways = []
    for person in range(n):
        at, stops = 0.0, [stop("a", 0.0, name=str(person))]
        for k, leg_s in enumerate(legs_s):
            at += 5.0 + float(leg_s * np.exp(spread * rng.standard_normal()))
            stops.append(stop(chr(ord("b") + k), at, name=str(person)))
        ways.append(KnownWay(stops))
    return learned(ways, times)
