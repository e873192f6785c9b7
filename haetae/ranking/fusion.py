"""Several kinds of evidence made into one order: photos of different quality, appearance, attributes, space and time.

A sum of log odds, so that an operator can be told why a candidate stands where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.explanation import LogOdds
from haetae.ranking.evidence import probability

LEAST_PHOTO_WEIGHT = 0.05  # a poor photo still counts a little: it may be the only one from behind
LEAST_PLAUSIBLE = -6.0  # log odds of what is held impossible: clocks and maps are wrong more often than one time in 400


@dataclass(frozen=True, slots=True)
class Weights:
    """What the kinds of evidence count in the sum: 1 takes their log odds as they are. That of appearance is 1.

    Below 1 for what is measured on other people than those who are looked for, and for conditions that depend on each other.
    """

    attributes: float = 0.5
    space_time: float = 1.0


def fuse_photos(distances: NDArray[np.float32], qualities: Sequence[float]) -> NDArray[np.float32]:
    """The distance of each candidate from all photos of one person together.

    `distances` (n_photos, n) float32; `qualities` 0-1, one a photo. Returns (n,) float32, the mean weighted by quality.
    """
    weights = np.maximum(np.asarray(qualities, dtype=np.float32), np.float32(LEAST_PHOTO_WEIGHT))
    return np.asarray(weights @ distances / weights.sum(), dtype=np.float32)


def fused(appearance: float | None, attributes: float | None, space_time: float | None, weights: Weights) -> LogOdds:
    """The parts as they count; None where there is nothing of the kind."""
    return LogOdds(
        appearance=appearance,
        attributes=None if attributes is None else weights.attributes * attributes,
        space_time=None if space_time is None else weights.space_time * max(space_time, LEAST_PLAUSIBLE),
    )


def order_value(log_odds: LogOdds) -> float:
    """What an answer is sorted by, 0-1, small first: how likely it is somebody else, had it been as likely as not."""
    return probability(-log_odds.total)
