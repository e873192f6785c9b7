"""What two teachers agree on: boxes of people in real frames that nobody has labelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from haetae.domain.detection import Detection
from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.inference.detector import PersonDetector
from haetae.inference.port import Inference
from haetae.training.detection.labels import IGNORED, PERSON, Boxes, overlaps, shares_within

Scored = NDArray[np.float32]
"""(n, 5) float32: xyxy and score."""

Look = Callable[[Pixels], Scored]

_SAME_IOU = 0.5  # two looks at one person
_SURE, _SURE_WITH_SECOND, _SECOND = 0.42, 0.30, 0.5  # mean score of the looks alone; with the second teacher; its own score
_DOUBTFUL, _DOUBTFUL_WITH_SECOND = (
    0.2,
    0.1,
)  # from here on nobody knows; what only the second teacher sees is nobody (cars, pillars)
_PART = 0.6  # of a box within a sure one: a part of that person or a pair of people, no doubt of its own
_FURNITURE_SHARE = 0.4  # of a clip's frames
_MIN_SCORE = 0.1


def looks_of(inference: Inference) -> tuple[list[Look], Look]:
    """RTMDet-nano at two sizes, straight and mirrored; and retail-0013 as the second teacher. Raises Misconfigured."""
    first = PersonDetector(inference, "rtmdet-nano", min_score=_MIN_SCORE, deadline_s=60.0)
    second = PersonDetector(inference, "retail-0013", min_score=_MIN_SCORE, deadline_s=60.0)
    small, large = ImageSize(width=640, height=384), ImageSize(width=960, height=544)

    def straight(size: ImageSize) -> Look:
        return lambda pixels: _scored(first.detect([pixels], size)[0])

    def mirrored(size: ImageSize) -> Look:
        return lambda pixels: _mirrored(_scored(first.detect([np.ascontiguousarray(pixels[:, ::-1])], size)[0]), pixels.shape[1])

    return [straight(small), mirrored(small), straight(large)], lambda pixels: _scored(second.detect([pixels])[0])


def agreed(pixels: Pixels, looks: Sequence[Look], second: Look) -> tuple[Boxes, NDArray[np.int8]]:
    """Boxes and flags of a frame: what the teachers agree on is a person, what only some of them see is ignored."""
    return consensus([look(pixels) for look in looks], second(pixels))


def consensus(looks: Sequence[Scored], second: Scored) -> tuple[Boxes, NDArray[np.int8]]:
    """Boxes (n, 4) and flags (n,). `looks` are those of the first teacher; what a look does not see scores 0 there."""
    boxes, means = _merged(looks)
    seconds = np.where(overlaps(boxes, second[:, :4]) > _SAME_IOU, second[None, :, 4], 0.0).max(axis=1, initial=0.0)
    sure = (means >= _SURE) | ((means >= _SURE_WITH_SECOND) & (seconds >= _SECOND))
    unsure = boxes[~sure & ((means >= _DOUBTFUL) | ((means >= _DOUBTFUL_WITH_SECOND) & (seconds >= _SECOND)))]
    touching = np.maximum(shares_within(unsure, boxes[sure]), shares_within(boxes[sure], unsure).T)
    unsure = unsure[touching.max(axis=1, initial=0.0) <= _PART]
    flags = np.repeat(np.array([PERSON, IGNORED], np.int8), [int(sure.sum()), len(unsure)])
    return np.concatenate([boxes[sure], unsure]).astype(np.float32), flags


def without_furniture(frames: Sequence[tuple[Boxes, NDArray[np.int8]]]) -> list[tuple[Boxes, NDArray[np.int8]]]:
    """The consensus of a fixed camera's frames without doubtful boxes that stay where nobody is ever sure: no people."""
    sure = np.concatenate([boxes[flags == PERSON] for boxes, flags in frames])
    doubtful = [boxes[flags == IGNORED] for boxes, flags in frames]
    kept = []
    for boxes, flags in frames:
        seen = np.mean([overlaps(boxes, others).max(axis=1, initial=0.0) > _SAME_IOU for others in doubtful], axis=0)
        ever_sure = overlaps(boxes, sure).max(axis=1, initial=0.0) > _SAME_IOU
        stays = (flags == PERSON) | ever_sure | (seen < _FURNITURE_SHARE)
        kept.append((boxes[stays], flags[stays]))
    return kept


def _merged(looks: Sequence[Scored]) -> tuple[Boxes, NDArray[np.float32]]:
    """Boxes seen by any look, as the weighted mean of what the looks saw, and the mean of their scores."""
    rows = np.concatenate([np.column_stack([found, np.full(len(found), i)]) for i, found in enumerate(looks)])
    rows = rows[np.argsort(-rows[:, 4], kind="stable")]
    boxes, means = [], []
    while len(rows):
        same = overlaps(rows[:1, :4].astype(np.float32), rows[:, :4].astype(np.float32))[0] > _SAME_IOU
        group = rows[same]
        best = [group[group[:, 5] == look][0] for look in np.unique(group[:, 5])]
        weights = np.array([row[4] for row in best])
        boxes.append(np.average([row[:4] for row in best], axis=0, weights=weights))
        means.append(weights.sum() / len(looks))
        rows = rows[~same]
    return np.array(boxes, np.float32).reshape(-1, 4), np.array(means, np.float32)


def _scored(found: Sequence[Detection]) -> Scored:
    rows = [(d.box.x1, d.box.y1, d.box.x2, d.box.y2, d.score) for d in found]
    return np.array(rows, np.float32).reshape(-1, 5)


def _mirrored(found: Scored, width: int) -> Scored:
    return np.stack([width - found[:, 2], found[:, 1], width - found[:, 0], found[:, 3], found[:, 4]], axis=1)
