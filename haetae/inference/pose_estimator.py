"""Joints of people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.domain.pose import Joint, Pose
from haetae.imaging.letterbox import resized
from haetae.inference.crops import input_size_for
from haetae.inference.port import Array, Inference
from haetae.models.spec import IMAGES, Task

MARGIN = 0.12
"""Of the longer side, around the box: limbs reach out of boxes."""


class PoseEstimator:
    """Poses by a network of the catalogue, one square piece of the frame around each person."""

    def __init__(self, inference: Inference, name: str, *, deadline_s: float = 5.0) -> None:
        """Raises Misconfigured where the catalogue has no such network."""
        self._inference = inference
        self._name = name
        self._size = input_size_for(name, Task.POSE)
        self._deadline_s = deadline_s

    def estimate(self, pixels: Pixels, boxes: Sequence[Box]) -> list[Pose]:
        """The pose under each box, joints in pixels of the frame. Raises Transient and Overloaded."""
        if not boxes:
            return []
        squares = [square_around(box) for box in boxes]
        images = np.stack([cut(pixels, square, self._size) for square in squares])
        outputs = self._inference.infer(self._name, {IMAGES: images}, deadline_s=self._deadline_s)
        return [_pose(rows, square) for rows, square in zip(outputs["keypoints"], squares, strict=True)]


def square_around(box: Box) -> Box:
    """The square that the network is shown of a person, which may leave the frame."""
    half = (0.5 + MARGIN) * max(box.width_px, box.height_px, 2.0)
    x, y = (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2
    return Box(x - half, y - half, x + half, y + half)


def cut(pixels: Pixels, square: Box, to: ImageSize) -> Pixels:
    """The square as the network's input, black where it leaves the frame."""
    height, width = pixels.shape[:2]
    side = max(1, round(square.width_px))
    left, top = round(square.x1), round(square.y1)
    canvas = np.zeros((side, side, 3), dtype=np.uint8)
    x1, y1, x2, y2 = max(0, left), max(0, top), min(width, left + side), min(height, top + side)
    if x1 < x2 and y1 < y2:
        canvas[y1 - top : y2 - top, x1 - left : x2 - left] = pixels[y1:y2, x1:x2]
    return resized(canvas, to)


def _pose(rows: Array, square: Box) -> Pose:
    side = square.width_px
    return Pose(tuple(Joint(square.x1 + x * side, square.y1 + y * side, min(1.0, score)) for x, y, score in rows.tolist()))
