"""People found again whose place and time are known: looks alone, the joint metric of st-ReID, and log-odds added up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring.city_ways import step
from benchmarks.measuring.times_of_others import Shares, histogram
from haetae.domain.trajectory import TravelExample
from haetae.routing.appearance import Appearance
from haetae.routing.axis import WIDTHS_S, bin_of
from haetae.routing.plausibility import log_likelihood_ratio
from haetae.routing.travel_times import Pair, TravelTimes
from haetae.training.evaluation.route import FoundPerson

Matrix = NDArray[np.float64]
_BIN_S, _GAMMA = 4.0, 5.0


def found_again(
    tracklets: Sequence[FoundPerson], similarity: Matrix, worth: Appearance, times: TravelTimes, examples: Sequence[TravelExample]
) -> dict[str, dict[str, float]]:
    """mAP and rank-1 of every owned tracklet as a query among those of other cameras; `similarity` (n, n) cosine.

    st-ReID: Wang et al., AAAI 2019, equations 3 to 6 with the numbers of the paper (lambda 1, gamma 5), its histogram over
    `examples`. Here: log-odds of the distance plus the log-likelihood ratio of the interval.
    """
    seconds, pairs = _intervals(tracklets)
    published = _looked_up(histogram(examples), seconds, pairs)
    joint = 1 / (1 + np.exp(-_GAMMA * similarity)) / (1 + np.exp(-_GAMMA * published))
    stops = [step(n, each.camera, each.from_s, each.to_s) for n, each in enumerate(tracklets)]
    ratios = np.array([[max(-50.0, log_likelihood_ratio(a, b, times)) for b in stops] for a in stops])
    orders = {"looks": similarity, "joint metric of st-ReID": joint, "log-odds added up": worth.log_odds(1 - similarity) + ratios}
    return {name: _scores(order, tracklets) for name, order in orders.items()}


def _intervals(tracklets: Sequence[FoundPerson]) -> tuple[Matrix, Callable[[int, int], Pair]]:
    """(n, n) seconds from the end of whichever began earlier to the beginning of the other; and their cameras in that order."""
    starts, ends = np.array([each.from_s for each in tracklets]), np.array([each.to_s for each in tracklets])
    forward = starts[:, None] <= starts[None, :]
    seconds = np.where(forward, starts[None, :] - ends[:, None], starts[:, None] - ends[None, :])

    def pair(i: int, j: int) -> Pair:
        first, second = (i, j) if forward[i, j] else (j, i)
        return tracklets[first].camera, tracklets[second].camera  # type: ignore[return-value]

    return seconds, pair


def _looked_up(shares: Shares, seconds: Matrix, pair: Callable[[int, int], Pair]) -> Matrix:
    """(n, n) the share of the histogram's bin of 4 s."""
    n, at = len(seconds), bin_of(seconds)
    per_bin = [[shares(pair(i, j))[at[i, j]] / WIDTHS_S[at[i, j]] * _BIN_S for j in range(n)] for i in range(n)]
    return np.array(per_bin)


def _scores(order: Matrix, tracklets: Sequence[FoundPerson]) -> dict[str, float]:
    owners = np.array([-1 if each.person is None else each.person for each in tracklets])
    cameras = np.array([each.camera for each in tracklets])
    firsts, precisions = [], []
    for i in np.flatnonzero(owners >= 0):
        among = np.flatnonzero(cameras != cameras[i])
        ranked = among[np.argsort(-order[i, among], kind="stable")]
        right = owners[ranked] == owners[i]
        if right.any():
            places = np.flatnonzero(right)
            firsts.append(bool(right[0]))
            precisions.append(float(np.mean((np.arange(len(places)) + 1) / (places + 1))))
    return {"mAP": round(float(np.mean(precisions)), 4), "rank-1": round(float(np.mean(firsts)), 4), "queries": len(firsts)}
