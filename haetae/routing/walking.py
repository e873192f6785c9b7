"""How long a way takes of which nothing but its length on the map is known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import exp, log

import numpy as np

from haetae.routing.axis import N_BINS, WIDTHS_S, Floats, bin_of, smoothed


@dataclass(frozen=True, slots=True)
class Reach:
    """How people get about, and how far a camera sees. Speeds are along the straight line: detours are in them."""

    max_speed_m_s: float = 30.0  # a person may take a car or a train, not an aeroplane
    near_m: float = 60.0  # cameras this near may see the same spot at the same instant
    tolerance_s: float = 0.5  # by which two tracklets of one camera may overlap, and clocks may differ
    view_m: float = 20.0  # from a camera to where people leave its view
    horizon_s: float = 3600.0  # beyond it a sighting says nothing any more about where somebody is


_WAYS = (
    (1.0, 0.40, 0.85),
    (3.5, 0.35, 0.07),
    (8.0, 0.45, 0.08),
)  # metres a second, its logarithmic spread, share: foot, wheel, car
_PAUSES = ((0.0, 0.6), (30.0, 0.3), (300.0, 0.1))  # mean seconds of a stop on the way, share
_N = 2000
_STEP = 1.05  # distances are rounded to steps of this ratio
_FAR_M, _DIRECT = 1000.0, 0.7


def direct_share(metres: float) -> float:
    """Which share of those who appear at a camera so far away within the horizon went straight there: less the farther."""
    return _DIRECT / (1.0 + metres / _FAR_M)


def walking_times(metres: float, reach: Reach) -> Floats:
    """(N_BINS,) shares that sum to 1: how long the straight way takes, on foot mostly. Negative where views overlap."""
    return _times(round(log(max(metres, 1.0)) / log(_STEP)), reach)


@lru_cache(maxsize=16)
def anybody(reach: Reach) -> Floats:
    """(N_BINS,) shares that sum to 1: when somebody who has nothing to do with it appears. At any second alike."""
    shares = np.where(np.arange(N_BINS) <= bin_of(reach.horizon_s), WIDTHS_S, 0.0)
    known: Floats = shares / shares.sum()
    known.flags.writeable = False
    return known


@lru_cache(maxsize=4096)
def _times(step: int, reach: Reach) -> Floats:
    metres = exp(step * log(_STEP))
    rng = np.random.default_rng(1)  # points of a quadrature, the same for all distances
    parts = []
    for speed, spread, share in _WAYS:
        n = round(_N * share)
        between_views = metres + rng.uniform(-2.0, 1.0, n) * reach.view_m
        pauses = np.repeat([mean for mean, _ in _PAUSES], rng.multinomial(n, [share for _, share in _PAUSES]))
        seconds = between_views / (speed * np.exp(spread * rng.standard_normal(n)))
        parts.append(seconds + np.where(seconds > 0, pauses * rng.exponential(1.0, n), 0.0))
    counts = np.bincount(bin_of(np.concatenate(parts)), minlength=N_BINS).astype(np.float64)
    shares: Floats = smoothed(counts / counts.sum(), 0.2)
    shares.flags.writeable = False
    return shares
