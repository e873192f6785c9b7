"""The way of somebody whose sightings were already held to be one person by their looks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from haetae.domain.query import TrajectoryStep
from haetae.routing.axis import Floats
from haetae.routing.most_likely_path import most_likely_routes
from haetae.routing.travel_times import TravelTimes

LEAST_JOINED, MOST_JOINED = 1.0, 8.0
"""What the looks of a sighting are worth at least once it was joined to a person, and at most: only a bad hop takes it out."""


def joined_log_odds(log_odds: Sequence[float]) -> Floats:
    """(n,) log-odds of the members of one identity group, whatever made each of them a candidate."""
    return np.clip(np.nan_to_num(np.asarray(log_odds, np.float64), nan=0.0), LEAST_JOINED, MOST_JOINED)


def likeliest_way(stops: Sequence[TrajectoryStep], log_odds: Sequence[float], times: TravelTimes) -> tuple[TrajectoryStep, ...]:
    """The stops of a person in order of time, without those that cannot or hardly have been; the same whatever their order.

    `log_odds` (n,) as the candidates were weighed. No two stops of it are impossible together.
    """
    return most_likely_routes(stops, joined_log_odds(log_odds), times).best.stops
