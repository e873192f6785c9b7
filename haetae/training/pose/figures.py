"""How good key points are: how many are where they should be, and whether a fall could be told by them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from haetae.domain.pose import Keypoint

Floats = NDArray[np.float64]

_HEAD_AND_SHOULDERS = [Keypoint.NOSE, Keypoint.LEFT_EYE, Keypoint.RIGHT_EYE, Keypoint.LEFT_SHOULDER, Keypoint.RIGHT_SHOULDER]
_ANKLES = [Keypoint.LEFT_ANKLE, Keypoint.RIGHT_ANKLE]
_WITHIN = 0.2  # of the torso
_LEAST_TORSO = 0.25  # of the person's longer side: a torso seen end on is no measure


def correct(found: Floats, truth: Floats) -> NDArray[np.bool_]:
    """(n, 17): PCK@.2, whether each joint lies within a fifth of the person's torso of its true place.

    Arrays (n, 17, 2 or more) in one unit. The torso reaches from the middle of the shoulders to the middle of the hips, and
    counts as at least a quarter of the longer side of the box of all joints.
    """
    shoulders = truth[:, [Keypoint.LEFT_SHOULDER, Keypoint.RIGHT_SHOULDER], :2].mean(axis=1)
    hips = truth[:, [Keypoint.LEFT_HIP, Keypoint.RIGHT_HIP], :2].mean(axis=1)
    longer = np.ptp(truth[:, :, :2], axis=1).max(axis=1)
    torso = np.maximum(np.linalg.norm(shoulders - hips, axis=1), _LEAST_TORSO * longer)
    away = np.linalg.norm(found[:, :, :2] - truth[:, :, :2], axis=2)
    return np.asarray(away <= _WITHIN * torso[:, None])


def height_of_head(keypoints: Floats) -> Floats:
    """(n,): how far apart in y the head with the shoulders and the ankles are, in longer sides of the box of all joints.

    About .8 of somebody upright, near 0 of somebody who lies across the view: what a fall is told by.
    """
    head = keypoints[:, _HEAD_AND_SHOULDERS, 1].mean(axis=1)
    ankles = keypoints[:, _ANKLES, 1].mean(axis=1)
    longer = np.ptp(keypoints[:, :, :2], axis=1).max(axis=1)
    return np.asarray(np.abs(head - ankles) / np.maximum(longer, 1e-9))


def separation(low: Floats, high: Floats) -> float:
    """The chance that one of `high` is above one of `low` (the area under the ROC curve); .5 says nothing."""
    if not len(low) or not len(high):
        return float("nan")
    above = (high[:, None] > low[None]).mean() + 0.5 * (high[:, None] == low[None]).mean()
    return float(above)
