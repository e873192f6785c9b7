"""People in frames, true and found, and how many of the true ones are found at one threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
"""(n, 4) float32, xyxy, pixels of the frame."""

MIN_IOU = 0.5
IGNORED_SHARE = 0.5
"""A detection that lies in something ignored by this share of its own area is not counted, as COCO does with crowds."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameTruth:
    """Who is in a frame: boxes (n, 4), and which of them are neither asked for nor counted against anybody, (n,) bool.

    `acts` says of each box what the person does (walk, lie ...), or is empty.
    """

    boxes: Boxes
    ignored: NDArray[np.bool_]
    acts: tuple[str, ...] = ()

    @property
    def asked(self) -> Boxes:
        """The boxes that are to be found."""
        return self.boxes[~self.ignored]


@dataclass(frozen=True, slots=True, eq=False)
class FrameFound:
    """What a detector found in a frame: boxes (n, 4) and scores (n,) 0-1."""

    boxes: Boxes
    scores: NDArray[np.float32]

    def above(self, threshold: float) -> FrameFound:
        """What has at least this score."""
        keep = self.scores >= threshold
        return FrameFound(self.boxes[keep], self.scores[keep])


@dataclass(frozen=True, slots=True)
class Found:
    """Counts over all frames at one threshold, with the two shares that follow; a share of nothing is 0."""

    threshold: float
    n_true: int
    n_hits: int
    n_false: int

    @property
    def recall(self) -> float:
        return self.n_hits / max(1, self.n_true)

    @property
    def precision(self) -> float:
        return self.n_hits / max(1, self.n_hits + self.n_false)

    @property
    def f1(self) -> float:
        return 2 * self.n_hits / max(1, self.n_true + self.n_hits + self.n_false)


def found_at(truths: Sequence[FrameTruth], results: Sequence[FrameFound], threshold: float, min_iou: float = MIN_IOU) -> Found:
    """Recall and precision of detections of at least `threshold`.

    Best score first, each detection takes the free true box that it overlaps most, from `min_iou` on; what is left over and lies
    in an ignored box by IGNORED_SHARE of itself, or overlaps one by `min_iou`, counts nowhere; the rest is false.
    """
    n_true = n_hits = n_false = 0
    for truth, result in zip(truths, results, strict=True):
        hit, false = _hit_and_false(truth, result.above(threshold), min_iou)
        n_true, n_hits, n_false = n_true + len(hit), n_hits + int(hit.sum()), n_false + false
    return Found(threshold, n_true, n_hits, n_false)


def recall_by_act(
    truths: Sequence[FrameTruth], results: Sequence[FrameFound], threshold: float, min_iou: float = MIN_IOU
) -> dict[str, tuple[int, float]]:
    """By what people do: how many there are, and the share of them that is found. Frames that do not say are left out."""
    hits: dict[str, list[bool]] = {}
    for truth, result in zip(truths, results, strict=True):
        if truth.acts:
            acts = [act for act, ignored in zip(truth.acts, truth.ignored, strict=True) if not ignored]
            for act, hit in zip(acts, _hit_and_false(truth, result.above(threshold), min_iou)[0].tolist(), strict=True):
                hits.setdefault(act, []).append(hit)
    return {act: (len(its), sum(its) / len(its)) for act, its in sorted(hits.items())}


def turned(truth: FrameTruth, width_px: float) -> FrameTruth:
    """The truth of a frame of this width after the frame was turned by 90 degrees anticlockwise."""
    x1, y1, x2, y2 = truth.boxes.T
    return FrameTruth(np.stack([y1, width_px - x2, y2, width_px - x1], axis=1), truth.ignored, truth.acts)


def best_threshold(truths: Sequence[FrameTruth], results: Sequence[FrameFound], candidates: Sequence[float]) -> Found:
    """The counts at the candidate with the best F1, the higher one of equals: chosen on validation frames, used elsewhere."""
    return max((found_at(truths, results, each) for each in candidates), key=lambda found: (found.f1, found.threshold))


def ious(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """(n, m) intersection over union of (n, 4) and (m, 4) boxes, 0-1."""
    shared = intersections_px(a, b)
    union = areas_px(a)[:, None] + areas_px(b)[None, :] - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0), dtype=np.float32)


def intersections_px(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """(n, m) shared areas in square pixels."""
    width = np.minimum(a[:, None, 2], b[None, :, 2]) - np.maximum(a[:, None, 0], b[None, :, 0])
    height = np.minimum(a[:, None, 3], b[None, :, 3]) - np.maximum(a[:, None, 1], b[None, :, 1])
    return np.asarray(width.clip(0) * height.clip(0), dtype=np.float32)


def areas_px(boxes: Boxes) -> NDArray[np.float32]:
    """(n,) areas in square pixels."""
    return np.asarray((boxes[:, 2] - boxes[:, 0]).clip(0) * (boxes[:, 3] - boxes[:, 1]).clip(0), dtype=np.float32)


def _hit_and_false(truth: FrameTruth, result: FrameFound, min_iou: float) -> tuple[NDArray[np.bool_], int]:
    """Which of those asked for are found, and how many detections are false."""
    order = np.argsort(-result.scores, kind="stable")
    boxes = result.boxes[order]
    overlaps = ious(boxes, truth.asked)
    excused = _excused(boxes, truth.boxes[truth.ignored], min_iou)
    free = np.ones(len(truth.asked), dtype=bool)
    false = 0
    for row, is_excused in zip(overlaps, excused, strict=True):
        open_ones = np.where(free, row, -1.0)
        best = int(open_ones.argmax()) if len(open_ones) else -1
        if best >= 0 and open_ones[best] >= min_iou:
            free[best] = False
        elif not is_excused:
            false += 1
    return ~free, false


def _excused(boxes: Boxes, ignored: Boxes, min_iou: float) -> NDArray[np.bool_]:
    inside = intersections_px(boxes, ignored) >= IGNORED_SHARE * np.maximum(areas_px(boxes), 1e-6)[:, None]
    return np.asarray((inside | (ious(boxes, ignored) >= min_iou)).any(axis=1), dtype=np.bool_)
