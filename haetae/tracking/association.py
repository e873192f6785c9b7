"""Which detection belongs to which track: overlap and motion in one cost, solved for all pairs at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from haetae.tracking.motion import Floats

_SURPRISE_GATE = 11.3  # chi-square, three degrees of freedom, 99 %
_HEIGHT_RATIO_GATE = 1.9  # nobody grows or shrinks so much unseen
_FORBIDDEN = 1e6
_INSIDE = 0.8
_SAME_TOP = 0.12  # of the larger box's height


def ious(a: Floats, b: Floats) -> Floats:
    """(n, m) intersections over unions of (n, 4) and (m, 4) xyxy boxes."""
    return _overlaps(a[:, None], b[None])


def parts(boxes: Floats, scores: Floats) -> NDArray[np.bool_]:
    """(n,) whether a box shows a part of somebody whom a better box shows whole: inside it, and with the same top.

    Detectors often give head and shoulders beside the whole person. People behind others look out above them instead, and
    children in front of adults begin lower.
    """
    shared = _shared(boxes[:, None], boxes[None])
    areas, heights = _areas(boxes), boxes[:, 3] - boxes[:, 1]
    inside = shared >= _INSIDE * np.maximum(areas, 1e-9)[:, None]
    same_top = np.abs(boxes[:, None, 1] - boxes[None, :, 1]) <= _SAME_TOP * heights[None]
    better = (scores[None] > scores[:, None]) & (areas[None] > areas[:, None])
    return np.asarray((inside & same_top & better).any(axis=1))


def widened(boxes: Floats, share: Floats) -> Floats:
    """xyxy boxes (..., 4) with `share` (...) of their size added on every side: fast or small people still overlap."""
    add = (boxes[..., 2:] - boxes[..., :2]) * share[..., None]
    return np.concatenate([boxes[..., :2] - add, boxes[..., 2:] + add], axis=-1)


def costs(predicted: Floats, found: Floats, slack: Floats, surprise: Floats) -> Floats:
    """(n, m) costs 0-1 of taking detection m for track n; `_FORBIDDEN` where it cannot be.

    `predicted` (n, 4) and `found` (m, 4) are xyxy; `slack` (n,) says by which share both boxes are widened before they are
    compared (it grows with the time that a track was not seen); `surprise` (n, m) comes from the motion filters.
    """
    narrow = ious(predicted, found)
    wide = _overlaps(
        widened(predicted, slack)[:, None], widened(np.broadcast_to(found, (len(slack), *found.shape)), slack[:, None])
    )
    overlap = 0.5 * (narrow + wide)
    near = np.exp(-surprise / _SURPRISE_GATE)
    heights = np.maximum((predicted[:, 3] - predicted[:, 1])[:, None], 1.0) / np.maximum((found[:, 3] - found[:, 1])[None], 1.0)
    possible = (wide > 0) & (surprise <= _SURPRISE_GATE) & (np.maximum(heights, 1 / heights) <= _HEIGHT_RATIO_GATE)
    return np.where(possible, 1.0 - 0.5 * overlap - 0.5 * near, _FORBIDDEN)


def assigned(cost: Floats, max_cost: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pairs whose summed cost is smallest (Hungarian method); pairs above `max_cost` are not made."""
    if not cost.size:
        none = np.empty(0, dtype=np.intp)
        return none, none
    rows, columns = linear_sum_assignment(np.minimum(cost, 10.0))
    good = cost[rows, columns] <= max_cost
    return np.asarray(rows[good], dtype=np.intp), np.asarray(columns[good], dtype=np.intp)


def _overlaps(a: Floats, b: Floats) -> Floats:
    """Intersections over unions of boxes (..., 4), broadcast against each other."""
    shared = _shared(a, b)
    return np.asarray(shared / np.maximum(_areas(a) + _areas(b) - shared, 1e-9))


def _shared(a: Floats, b: Floats) -> Floats:
    sides = np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None)
    return np.asarray(sides[..., 0] * sides[..., 1])


def _areas(boxes: Floats) -> Floats:
    return np.asarray((boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1]))
