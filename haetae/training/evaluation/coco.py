"""Average precision of boxes and of key points as COCO defines them, through pycocotools."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from haetae.training.evaluation.boxes import FrameFound, FrameTruth

_PERSON = 1
_BOX_SHARE_OF_FIGURE = 0.53
"""OKS asks for the area of the figure; where only its box is known, COCO's people fill about this share of it."""


@dataclass(frozen=True, slots=True)
class AveragePrecision:
    """`ap` over IoU (or OKS) .5, .55 ... .95, `ap50` and `ap75` at one; NaN-free: 0 where nothing was asked for."""

    ap: float
    ap50: float
    ap75: float
    recall: float  # average recall over the same thresholds, at most 100 boxes (20 poses) a frame


@dataclass(frozen=True, slots=True, eq=False)
class FramePoses:
    """Poses of a frame: key points (n, 17, 3): x, y in pixels and visibility 0, 1, 2 (truth) or score 0-1 (found).

    `boxes` (n, 4) xyxy are the truth's; `scores` (n,) those of poses found.
    """

    keypoints: NDArray[np.float32]
    boxes: NDArray[np.float32] | None = None
    scores: NDArray[np.float32] | None = None


def box_average_precision(truths: Sequence[FrameTruth], results: Sequence[FrameFound]) -> AveragePrecision:
    """AP of the boxes of frames; ignored boxes are COCO's crowds."""
    annotations = [
        {"image_id": number, "category_id": _PERSON, "iscrowd": int(crowd), **_box(box)}
        for number, truth in enumerate(truths, start=1)
        for box, crowd in zip(truth.boxes.tolist(), truth.ignored.tolist(), strict=True)
    ]
    rows = [
        {"image_id": number, "category_id": _PERSON, "score": score, **_box(box)}
        for number, result in enumerate(results, start=1)
        for box, score in zip(result.boxes.tolist(), result.scores.tolist(), strict=True)
    ]
    return _evaluated(len(truths), annotations, rows, "bbox")


def pose_average_precision(truths: Sequence[FramePoses], results: Sequence[FramePoses]) -> AveragePrecision:
    """AP of key points by object key point similarity. Raises ValueError where truths lack boxes or results scores."""
    annotations, rows = [], []
    for number, truth in enumerate(truths, start=1):
        if truth.boxes is None:
            raise ValueError("true poses need the boxes of their people")
        for points, box in zip(truth.keypoints, truth.boxes.tolist(), strict=True):
            described = _box(box)
            described["area"] *= _BOX_SHARE_OF_FIGURE
            n_visible = int((points[:, 2] > 0).sum())
            annotations.append({"image_id": number, **_points(points), "num_keypoints": n_visible, "iscrowd": 0, **described})
    for number, result in enumerate(results, start=1):
        if result.scores is None:
            raise ValueError("poses that were found need scores")
        for points, score in zip(result.keypoints, result.scores.tolist(), strict=True):
            rows.append({"image_id": number, **_points(points), "score": score})
    return _evaluated(len(truths), annotations, rows, "keypoints")


def _evaluated(n_images: int, annotations: list[dict[str, Any]], rows: list[dict[str, Any]], kind: str) -> AveragePrecision:
    if not annotations or not rows:
        return AveragePrecision(0.0, 0.0, 0.0, 0.0)
    numbered = [{"id": i, **annotation} for i, annotation in enumerate(annotations, start=1)]
    with redirect_stdout(io.StringIO()):  # the library tells of every step
        truth = COCO()
        truth.dataset = {
            "info": {},
            "images": [{"id": number} for number in range(1, n_images + 1)],
            "categories": [{"id": _PERSON, "name": "person"}],
            "annotations": numbered,
        }
        truth.createIndex()
        evaluation = COCOeval(truth, truth.loadRes(rows), kind)
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    stats = np.maximum(np.asarray(evaluation.stats, dtype=float), 0.0)  # -1 stands for "nothing of this kind"
    recall = stats[8] if kind == "bbox" else stats[5]
    return AveragePrecision(float(stats[0]), float(stats[1]), float(stats[2]), float(recall))


def _box(xyxy: Sequence[float]) -> dict[str, Any]:
    x1, y1, x2, y2 = xyxy
    width, height = max(0.0, x2 - x1), max(0.0, y2 - y1)
    return {"bbox": [x1, y1, width, height], "area": width * height}


def _points(points: NDArray[np.float32]) -> Mapping[str, Any]:
    return {"category_id": _PERSON, "keypoints": [float(value) for value in points.reshape(-1)]}
