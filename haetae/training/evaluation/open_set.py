"""How often a search misses somebody who is there, where it may answer for nobody who is not: FNIR at fixed FPIR.

ISO/IEC 19795-1:2021, terms "false-positive identification rate" and "false-negative identification rate"; Grother, Ngan, Hanaoka:
Face Recognition Vendor Test part 2: Identification, NISTIR 8271, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class OpenSetRate:
    """`fnir` at `threshold`, the lowest at which at most `fpir` of the searches for people who are not there are answered."""

    fpir: float
    fnir: float
    threshold: float


def open_set_rates(mated: Floats, is_mate: NDArray[np.bool_], unmated: Floats, fpirs: Sequence[float]) -> list[OpenSetRate]:
    """FNIR at each FPIR, both shares 0-1.

    `mated` (n,) is the score (large for alike) of the best candidate that each search for somebody who is there returns among the
    ranks that count, `is_mate` (n,) whether one of those ranks holds the person: then the score is that of the best such.
    `unmated` (m,) is the best score of each search for somebody who is not there. A search is a false positive where its score is
    at or above the threshold, and a false negative where the person is not among the ranks or scores below it.
    Raises ValueError where there are no searches of either kind, or a score is not finite.
    """
    if not len(mated) or not len(unmated) or len(mated) != len(is_mate):
        raise ValueError("searches of both kinds are needed, and for each mated one whether its mate was returned")
    if not np.isfinite(mated).all() or not np.isfinite(unmated).all():
        raise ValueError("a score is not finite")
    rates = []
    for fpir in fpirs:
        threshold = _threshold(np.sort(unmated)[::-1], fpir)
        missed = ~is_mate | (mated < threshold)
        rates.append(OpenSetRate(fpir, float(missed.mean()), threshold))
    return rates


def _threshold(falling: Floats, fpir: float) -> float:
    """The lowest score at or above which no more than the share `fpir` of the falling scores lie."""
    n_allowed = int(np.floor(fpir * len(falling) + 1e-9))
    if n_allowed >= len(falling):
        return float(falling[-1])
    return float(np.nextafter(falling[n_allowed], np.inf))
