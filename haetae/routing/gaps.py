"""Where the person must have been unseen for too long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from haetae.domain.ids import CameraId
from haetae.domain.query import TrajectoryStep
from haetae.domain.trajectory import Gap
from haetae.routing.axis import MIDDLES_S, WIDTHS_S, Floats, bin_of, quantile_s, share_beyond
from haetae.routing.plausibility import interval_s
from haetae.routing.travel_times import TravelTimes


@dataclass(frozen=True, slots=True)
class TooLong:
    """What a gap is."""

    share_as_long: float = 0.05  # of all ways between the two cameras that take as long or longer
    least_s: float = 30.0  # a shorter time unseen is no gap
    n_cameras: int = 3  # that are named as where to look again


def gaps(stops: Sequence[TrajectoryStep], times: TravelTimes, how: TooLong | None = None) -> tuple[Gap, ...]:
    """The gaps between neighbouring stops of a way, in order of time. Where nothing is known of the way there is none."""
    how, times = how or TooLong(), times.knowing(stops)
    found = []
    for after, before in pairwise(stops):
        a, b, seconds = after.camera_id, before.camera_id, interval_s(after, before)
        if seconds < how.least_s or not times.knows(a, b):
            continue
        shares = times.later_shares(a, b)
        as_long = share_beyond(shares, seconds) if seconds <= times.reach.horizon_s else 0.0
        if as_long <= how.share_as_long:
            likely = (quantile_s(shares, 0.1), quantile_s(shares, 0.9))
            found.append(Gap(after, before, seconds, likely, as_long, _between(a, b, seconds, times)[: how.n_cameras]))
    return tuple(found)


def _between(a: CameraId, b: CameraId, seconds: float, times: TravelTimes) -> tuple[CameraId, ...]:
    """Cameras that the person may have passed unnoticed, the likeliest first: those on a way of two hops that takes so long."""
    if seconds > times.reach.horizon_s:
        return ()
    likelihoods = {}
    onward = times.next_shares(a)
    for camera, share in onward.items():
        if camera in (a, b) or not (times.knows(a, camera) and times.knows(camera, b)):
            continue
        both = _after_each_other(times.onward_shares(a, camera), times.onward_shares(camera, b), seconds)
        likelihoods[camera] = share * times.next_shares(camera).get(b, 0.0) * both
    return tuple(sorted((c for c in likelihoods if likelihoods[c] > 0.0), key=lambda c: (-likelihoods[c], c)))


def _after_each_other(first: Floats, second: Floats, seconds: float) -> float:
    """How likely, a second, two ways after each other take `seconds` in all, with no stay between them."""
    rest = seconds - MIDDLES_S
    fits = (MIDDLES_S >= 0) & (rest >= 0)
    per_s = second / WIDTHS_S
    return float(np.sum(first[fits] * per_s[bin_of(rest[fits])]))
