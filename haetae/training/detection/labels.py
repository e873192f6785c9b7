"""A frame and what is known about the people in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels

Boxes = NDArray[np.float32]
"""(n, 4) float32, xyxy pixels of the frame."""

PERSON, IGNORED = 1, 2
"""A box's flag. What lies in an ignored box is neither right nor wrong."""

UNKNOWN_POSTURE, LYING = -1, 6
"""Postures as the sprite bank numbers them; of real people nothing is known."""


@dataclass(frozen=True, slots=True)
class LabelledFrame:
    """`flags` (n,) int8 and `postures` (n,) int8 belong to the rows of `boxes`."""

    pixels: Pixels
    boxes: Boxes
    flags: NDArray[np.int8]
    postures: NDArray[np.int8]

    @property
    def people(self) -> Boxes:
        return np.asarray(self.boxes[self.flags == PERSON], dtype=np.float32)


def quarter_turned(frame: LabelledFrame, turns: int) -> LabelledFrame:
    """The frame turned by `turns` x 90 degrees anticlockwise, boxes with it."""
    boxes = frame.boxes
    height, width = frame.pixels.shape[:2]
    for _ in range(turns % 4):
        boxes = np.stack([boxes[:, 1], width - boxes[:, 2], boxes[:, 3], width - boxes[:, 0]], axis=1)
        height, width = width, height
    pixels = np.ascontiguousarray(np.rot90(frame.pixels, turns % 4))
    return LabelledFrame(pixels, boxes.astype(np.float32), frame.flags, frame.postures)


def overlaps(ones: Boxes, others: Boxes) -> NDArray[np.float32]:
    """(n, m) float32: intersection over union."""
    low = np.maximum(ones[:, None, :2], others[None, :, :2])
    high = np.minimum(ones[:, None, 2:], others[None, :, 2:])
    shared = np.asarray(np.prod((high - low).clip(0), axis=2))
    areas = [np.prod((boxes[:, 2:] - boxes[:, :2]).clip(0), axis=1) for boxes in (ones, others)]
    return np.asarray(shared / (areas[0][:, None] + areas[1][None] - shared + 1e-9), dtype=np.float32)


def shares_within(ones: Boxes, others: Boxes) -> NDArray[np.float32]:
    """(n, m) float32: how much of each of `ones` lies within each of `others`."""
    low = np.maximum(ones[:, None, :2], others[None, :, :2])
    high = np.minimum(ones[:, None, 2:], others[None, :, 2:])
    shared = np.asarray(np.prod((high - low).clip(0), axis=2))
    area = np.prod((ones[:, 2:] - ones[:, :2]).clip(0), axis=1)
    return np.asarray(shared / (area[:, None] + 1e-9), dtype=np.float32)
