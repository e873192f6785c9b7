"""Whether the time between two sightings speaks for one person."""

from __future__ import annotations

from math import inf, log

from haetae.domain.query import TrajectoryStep
from haetae.routing.axis import bin_of
from haetae.routing.travel_times import TravelTimes
from haetae.routing.walking import anybody

__all__ = ["MOST", "TravelTimes", "interval_s", "log_likelihood_ratio"]

MOST = 5.0
"""The largest and the negative of the smallest finite ratio: no interval is worth more than 1 : 148."""


def interval_s(earlier: TrajectoryStep, later: TrajectoryStep) -> float:
    """Seconds from the end of the one to the beginning of the other, negative where they overlap."""
    return (later.started_at - earlier.ended_at).total_seconds()


def log_likelihood_ratio(earlier: TrajectoryStep, later: TrajectoryStep, times: TravelTimes) -> float:
    """log p(this interval | one person) - log p(this interval | anybody), natural logarithm, at most `MOST`.

    0.0 where nothing is known or the interval is longer than the horizon; -inf where it is impossible: at two places at once, or
    faster than a person can go. Others may lie between the two. The order of the arguments does not matter.
    """
    if (later.started_at, later.ended_at, later.sighting_id) < (earlier.started_at, earlier.ended_at, earlier.sighting_id):
        earlier, later = later, earlier
    times = times.knowing((earlier, later))
    a, b, seconds = earlier.camera_id, later.camera_id, interval_s(earlier, later)
    if seconds < times.fastest_s(a, b):
        return -inf
    if seconds > times.reach.horizon_s or not times.knows(a, b):
        return 0.0
    at = int(bin_of(seconds))
    by_chance = float(anybody(times.reach)[at])
    return min(MOST, max(-MOST, log(times.later_shares(a, b)[at]) - log(by_chance)))
