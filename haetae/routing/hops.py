"""What every hop from one stop to a later one is worth, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.ids import CameraId
from haetae.domain.query import TrajectoryStep
from haetae.routing.axis import WIDTHS_S, Floats, bin_of
from haetae.routing.travel_times import TravelTimes

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class HopWorth:
    """Limits of what one hop counts for or against a way, natural logarithm; chosen on simulated cities."""

    most: float = 3.0
    least: float = -2.0  # of a hop that is possible: people are missed, and turn up where nobody expects them


def order_of(stops: Sequence[TrajectoryStep]) -> NDArray[np.intp]:
    """Indices of the stops by beginning, end and id: the same stops in any order give the same sequence."""
    keys = sorted(range(len(stops)), key=lambda i: (stops[i].started_at, stops[i].ended_at, stops[i].sighting_id))
    return np.array(keys, np.intp)


def hop_table(stops: Sequence[TrajectoryStep], times: TravelTimes, worth: HopWorth) -> Floats:
    """(n, n) log-likelihood ratios of the hop from stop i to stop j; `stops` in the order of `order_of`.

    log p(seen next at this camera after so long | one person) - log p(seen there then | anybody); -inf where j does not come
    after i or the hop is impossible.
    """
    n = len(stops)
    if n < 2:
        return np.full((n, n), -np.inf)
    met = _Met.between(stops)
    rows = _PairWorths(times)
    worths = np.stack([rows.of(*pair) for pair in met.pairs])
    values = np.clip(worths[met.which, bin_of(met.seconds)], worth.least, worth.most)
    values = np.where(met.seconds > times.reach.horizon_s, worth.least, values)
    possible = np.triu(met.seconds >= met.fastest_s(times), 1)
    return np.where(possible, values, -np.inf)


def impossible_together(stops: Sequence[TrajectoryStep], times: TravelTimes) -> Flags:
    """(n, n) bool, symmetric, False on the diagonal: pairs that no way can hold both of; `stops` in any order."""
    order = order_of(stops)
    apart = np.zeros((len(stops), len(stops)), bool)
    if len(stops) < 2:
        return apart
    times = times.knowing(stops)
    met = _Met.between([stops[i] for i in order])
    upper = np.triu(met.seconds < met.fastest_s(times), 1)
    apart[np.ix_(order, order)] = upper | upper.T
    return apart


@dataclass(frozen=True, slots=True, eq=False)
class _Met:
    """Of n stops: (n, n) seconds from the end of i to the beginning of j; the pairs of cameras; (n, n) which of them it is."""

    seconds: Floats
    pairs: Sequence[tuple[CameraId, CameraId]]
    which: NDArray[np.intp]

    @classmethod
    def between(cls, stops: Sequence[TrajectoryStep]) -> _Met:
        """Every stop with every other."""
        cameras = sorted({stop.camera_id for stop in stops})
        number = {camera: k for k, camera in enumerate(cameras)}
        numbers = np.array([number[stop.camera_id] for stop in stops])
        starts = np.array([stop.started_at.timestamp() for stop in stops])
        ends = np.array([stop.ended_at.timestamp() for stop in stops])
        codes, which = np.unique(numbers[:, None] * len(cameras) + numbers[None, :], return_inverse=True)
        pairs = [(cameras[code // len(cameras)], cameras[code % len(cameras)]) for code in codes.tolist()]
        return cls(starts[None, :] - ends[:, None], pairs, which.reshape(len(stops), len(stops)))

    def fastest_s(self, times: TravelTimes) -> Floats:
        """(n, n) the least seconds that are possible."""
        return np.array([times.fastest_s(*pair) for pair in self.pairs])[self.which]


class _PairWorths:
    """What the hop between two cameras is worth by the time it takes, before limits."""

    def __init__(self, times: TravelTimes) -> None:
        self._times, self._typical_s = times, times.typical_s()
        self._arrivals = times.arrival_shares()
        self._least = min(self._arrivals.values(), default=1.0)

    def of(self, a: CameraId, b: CameraId) -> Floats:
        """(N_BINS,) log-likelihood ratios."""
        share = self._times.next_shares(a).get(b, self._least)
        per_s = self._times.onward_shares(a, b) / WIDTHS_S
        with np.errstate(divide="ignore"):
            return np.log(share * self._typical_s * per_s / self._arrivals.get(b, self._least))
