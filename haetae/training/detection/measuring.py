"""How good the network is on frames that it did not learn from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import nn

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.imaging.letterbox import letterbox
from haetae.models.runtime import suppressed
from haetae.training.detection.labels import IGNORED, LYING, LabelledFrame, quarter_turned
from haetae.training.evaluation.boxes import FrameFound, FrameTruth, found_at
from haetae.training.evaluation.coco import box_average_precision
from haetae.training.evaluation.detecting import LEAST_SCORE, THRESHOLDS

IOU, MAX_DETECTIONS = 0.6, 100
"""As the runtime suppresses."""

_STRIDE = 32


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Frames by the name under which their figures are given; "lying" are drawn, and only their lying people are asked for."""

    frames: Mapping[str, Sequence[LabelledFrame]]
    chosen_on: tuple[str, ...]  # the threshold comes from these sets, each of which counts the same


def measured(network: nn.Module, held_out: HeldOut) -> dict[str, float]:
    """AP at IoU .5 of each set, and recall and precision at the threshold whose F1 is best in the mean of `chosen_on`.

    Drawn people belong to it: on places that it has learnt from, the network is surer than anywhere else.
    """
    found = {name: [detections(network, frame.pixels) for frame in frames] for name, frames in held_out.frames.items()}
    truths = {name: [_truth(frame) for frame in frames] for name, frames in held_out.frames.items()}
    chosen = max(THRESHOLDS, key=lambda at: sum(found_at(truths[name], found[name], at).f1 for name in held_out.chosen_on))
    figures = {"threshold": chosen}
    for name, frames in held_out.frames.items():
        at = found_at(truths[name], found[name], chosen)
        figures[f"{name}_ap50"] = box_average_precision(truths[name], found[name]).ap50
        figures[f"{name}_recall"], figures[f"{name}_precision"] = at.recall, at.precision
        lying = [_lying_only(frame) for frame in frames]
        if sum(len(truth.asked) for truth in lying) > 0:
            figures[f"{name}_lying_recall"] = found_at(lying, found[name], chosen).recall
    return figures


def detections(network: nn.Module, pixels: Pixels, wide_px: int | None = None) -> FrameFound:
    """What the network finds in a picture (h, w, 3), scaled to `wide_px` where given; boxes in the picture's pixels."""
    height, width = pixels.shape[:2]
    scale = (wide_px or width) / width
    size = ImageSize(width=-(-round(width * scale) // _STRIDE) * _STRIDE, height=-(-round(height * scale) // _STRIDE) * _STRIDE)
    boxed = letterbox(pixels, size)
    images = torch.from_numpy(np.ascontiguousarray(boxed.pixels.transpose(2, 0, 1))[None]).float()
    with torch.no_grad():
        logits, boxes = network(images.to(next(network.parameters()).device))
    scores = torch.sigmoid(logits[0]).cpu().numpy()
    likely = scores >= LEAST_SCORE
    corners, scores = boxes[0].cpu().numpy()[likely], scores[likely]
    keep = suppressed(corners, scores, IOU, MAX_DETECTIONS)
    return FrameFound(boxed.to_source(corners[keep]), scores[keep])


def turned(frames: Iterable[LabelledFrame]) -> list[LabelledFrame]:
    """The frames turned by 90 degrees, every other one the other way."""
    return [quarter_turned(frame, 1 if i % 2 else 3) for i, frame in enumerate(frames)]


def at_width(frame: LabelledFrame, wide_px: int) -> LabelledFrame:
    """The frame scaled to that width, boxes with it."""
    height, width = frame.pixels.shape[:2]
    scale = wide_px / width
    pixels = cv2.resize(frame.pixels, (wide_px, round(height * scale)), interpolation=cv2.INTER_AREA)
    return LabelledFrame(np.asarray(pixels, dtype=np.uint8), frame.boxes * np.float32(scale), frame.flags, frame.postures)


def _truth(frame: LabelledFrame) -> FrameTruth:
    return FrameTruth(frame.boxes, frame.flags == IGNORED)


def _lying_only(frame: LabelledFrame) -> FrameTruth:
    return FrameTruth(frame.boxes, (frame.flags == IGNORED) | (frame.postures != LYING))
