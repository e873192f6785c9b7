"""Several kinds of evidence made into one order: photos of different quality, appearance and attributes.

Plain weighted means, so that an operator can be told why a candidate stands where it stands.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import AttributeCondition, Attributes

LEAST_PHOTO_WEIGHT = 0.05  # a poor photo still counts a little: it may be the only one from behind


def fuse_photos(distances: NDArray[np.float32], qualities: Sequence[float]) -> NDArray[np.float32]:
    """The distance of each candidate from all photos of one person together.

    `distances` (n_photos, n) float32; `qualities` 0-1, one a photo. Returns (n,) float32, the mean weighted by quality.
    """
    weights = np.maximum(np.asarray(qualities, dtype=np.float32), np.float32(LEAST_PHOTO_WEIGHT))
    return np.asarray(weights @ distances / weights.sum(), dtype=np.float32)


def evidence(conditions: Sequence[AttributeCondition], attributes: Attributes) -> float | None:
    """How far a sighting's attributes speak for all conditions together: their mean, 0 against, 0.5 unknown, 1 for.

    None without conditions.
    """
    if not conditions:
        return None
    return sum(condition.evidence(attributes) for condition in conditions) / len(conditions)


def order_value(distance: float | None, evidence: float | None, weight_of_attributes: float) -> float:
    """What an answer is sorted by, 0-1, small first.

    `distance` 0-1 (re-ranked) or None where there is no photo; `evidence` 0-1 or None where there are no conditions. Attributes
    read from small crops are soft hints: `weight_of_attributes` (0-1) says how far they move a candidate that has a distance.
    """
    if evidence is None:
        return 0.0 if distance is None else distance
    if distance is None:
        return 1.0 - evidence
    return (1.0 - weight_of_attributes) * distance + weight_of_attributes * (1.0 - evidence)
