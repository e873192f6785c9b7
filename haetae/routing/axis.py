"""The axis on which travel times are counted: seconds, linear around 0 and logarithmic beyond, in bins of equal width."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SOFT_S: Final = 4.0  # where the axis turns from linear to logarithmic
WIDTH: Final = 0.125  # of a bin: half a second around 0, an eighth of the time far out
_FIRST, _LAST = -48, 86  # bins; from about -13 minutes to about 26 hours
N_BINS: Final = _LAST - _FIRST

EDGES_S: Final[Floats] = SOFT_S * np.sinh(WIDTH * np.arange(_FIRST, _LAST + 1))
"""(N_BINS + 1,) seconds, ascending."""
WIDTHS_S: Final[Floats] = np.diff(EDGES_S)
MIDDLES_S: Final[Floats] = SOFT_S * np.sinh(WIDTH * (np.arange(_FIRST, _LAST) + 0.5))


def bin_of(seconds: NDArray[np.floating] | float) -> NDArray[np.intp]:
    """The bin of each time; what lies beyond either end belongs to the last bin there."""
    at = np.floor(np.arcsinh(np.asarray(seconds, np.float64) / SOFT_S) / WIDTH).astype(np.intp) - _FIRST
    return np.clip(at, 0, N_BINS - 1)


def smoothed(counts: Floats, bandwidth: float) -> Floats:
    """(N_BINS,) counts spread by a Gaussian of `bandwidth` (in units of the axis); their sum stays as it is."""
    reach = max(1, int(np.ceil(3 * bandwidth / WIDTH)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * WIDTH / max(bandwidth, 1e-6)) ** 2)
    spread = np.convolve(counts, kernel / kernel.sum(), mode="full")
    inner = spread[reach:-reach].copy()
    inner[0] += spread[:reach].sum()  # what would fall off an end stays in its last bin
    inner[-1] += spread[-reach:].sum()
    return np.asarray(inner, np.float64)


def quantile_s(shares: Floats, at: float) -> float:
    """The time below which a share `at` (0-1) of a distribution lies; (N_BINS,) shares that sum to 1. Within a bin: linear."""
    cumulative = np.concatenate([[0.0], np.cumsum(shares)])
    return float(np.interp(at * cumulative[-1], cumulative, EDGES_S))


def share_beyond(shares: Floats, seconds: float) -> float:
    """Which share of a distribution lies beyond `seconds`."""
    cumulative = np.concatenate([[0.0], np.cumsum(shares)])
    return float(np.clip(1.0 - np.interp(seconds, EDGES_S, cumulative) / cumulative[-1], 0.0, 1.0))
