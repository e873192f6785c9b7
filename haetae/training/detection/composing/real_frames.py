"""Real frames with their teachers' boxes: parts of them, at any scale, one or four in a picture."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.geometry import ImageSize
from haetae.training.detection.labels import IGNORED, PERSON, LabelledFrame

_SCALES = (0.25, 1.4)  # of the frame's longer side
_LEAST_OF_WHOLE, _LEAST_SIDE_PX, _ANY_SIDE_PX = 0.35, 12, 3
_GREY = (114, 114, 114)
_CHANNELS = ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


def cut(rng: np.random.Generator, frame: LabelledFrame, size: ImageSize) -> LabelledFrame:
    """A part of the frame, or the frame with grey around it, at another scale; mirrored half of the time."""
    height, width = frame.pixels.shape[:2]
    wide = max(width, height) * math.exp(rng.uniform(*np.log(_SCALES)))
    high = wide * size.height / size.width
    left, top = (rng.uniform(min(0, room), max(0, room)) for room in (width - wide, height - high))
    scale = size.width / wide
    pixels = frame.pixels if scale > 0.8 else cv2.GaussianBlur(frame.pixels, (0, 0), 0.45 / scale)
    across = -scale if rng.random() < 0.5 else scale
    offset = size.width + left * scale if across < 0 else -left * scale
    matrix = np.array([[across, 0, offset], [0, scale, -top * scale]])
    pixels = cv2.warpAffine(pixels, matrix, (size.width, size.height), flags=cv2.INTER_LINEAR, borderValue=_GREY)
    corners = frame.boxes * np.array([across, scale] * 2, np.float32) + np.array([offset, -top * scale] * 2, np.float32)
    boxes = np.concatenate([np.minimum(corners[:, :2], corners[:, 2:]), np.maximum(corners[:, :2], corners[:, 2:])], axis=1)
    inside = boxes.clip(0, [size.width, size.height] * 2).astype(np.float32)
    sides = inside[:, 2:] - inside[:, :2]
    whole = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    large = sides.max(1, initial=0) >= _LEAST_SIDE_PX
    sure = (frame.flags == PERSON) & (sides.prod(1) > _LEAST_OF_WHOLE * whole) & large
    stays = (sides >= _ANY_SIDE_PX).all(axis=1)
    flags = np.where(sure, PERSON, IGNORED).astype(np.int8)
    return LabelledFrame(np.asarray(pixels, dtype=np.uint8), inside[stays], flags[stays], frame.postures[stays])


def mosaic(
    rng: np.random.Generator, size: ImageSize, part: Callable[[np.random.Generator, ImageSize], LabelledFrame]
) -> LabelledFrame:
    """Four parts side by side (Bochkovskiy et al., YOLOv4, 2020, section 3.3): people in surroundings that are not theirs."""
    pixels = np.empty((size.height, size.width, 3), np.uint8)
    parts = []
    for left, top, right, bottom in quarters(rng, size):
        found = part(rng, ImageSize(width=right - left, height=bottom - top))
        pixels[top:bottom, left:right] = found.pixels
        parts.append((found.boxes + np.array([left, top] * 2, np.float32), found.flags, found.postures))
    boxes, flags, postures = (np.concatenate(column) for column in zip(*parts, strict=True))
    return LabelledFrame(pixels, boxes, flags, postures)


def quarters(rng: np.random.Generator, size: ImageSize) -> list[tuple[int, int, int, int]]:
    """Four rectangles (left, top, right, bottom) that meet somewhere in the middle."""
    x, y = int(rng.uniform(0.25, 0.75) * size.width), int(rng.uniform(0.25, 0.75) * size.height)
    return [(0, 0, x, y), (x, 0, size.width, y), (0, y, x, size.height), (x, y, size.width, size.height)]


def recoloured(rng: np.random.Generator, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """In other light, at times with the colours exchanged: clothes and places of a few clips in many colours."""
    if rng.random() < 0.3:
        pixels = pixels[..., _CHANNELS[int(rng.integers(len(_CHANNELS)))]]
    changed = pixels.astype(np.float32)
    if rng.random() < 0.7:
        changed *= (rng.uniform(0.55, 1.4) * rng.uniform(0.85, 1.15, 3)).astype(np.float32)
        changed += np.float32(rng.uniform(-20, 20))
    return changed
