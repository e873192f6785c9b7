"""Squares cut out of pictures, turned as one likes, with the key points that lie in them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.pose import Keypoint

Pixels = NDArray[np.uint8]
Points = NDArray[np.float32]
Map = NDArray[np.float32]
"""(2, 3): pixels of a picture -> pixels of the cut."""

MIRRORED = np.array(
    [
        Keypoint[name.replace("LEFT", "?").replace("RIGHT", "LEFT").replace("?", "RIGHT")]
        for name in (keypoint.name for keypoint in Keypoint)
    ]
)
"""Which joint each one becomes in a mirror."""


def square_map(centre: tuple[float, float], side: float, to_px: int, *, turned: float = 0.0, mirrored: bool = False) -> Map:
    """The square of `side` pixels around `centre`, turned by `turned` degrees anticlockwise, scaled to `to_px`."""
    scale = to_px / side
    cosine, sine = np.cos(np.radians(turned)) * scale, np.sin(np.radians(turned)) * scale
    linear = np.array([[cosine, sine], [-sine, cosine]])
    if mirrored:
        linear[0] = -linear[0]
    shift = to_px / 2 - linear @ np.array(centre)
    return np.column_stack([linear, shift]).astype(np.float32)


def cut(pixels: Pixels, to_cut: Map, to_px: int, *, outside: int | None = 0) -> Pixels:
    """(to_px, to_px, channels) uint8; where the picture ends: `outside`, or with None its mirror image.

    What shrinks below half is averaged first, as the pixels between would be skipped.
    """
    scale = float(np.sqrt(abs(np.linalg.det(to_cut[:, :2]))))
    while scale < 0.5 and min(pixels.shape[:2]) > 8:
        height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
        pixels = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        to_cut = np.column_stack([to_cut[:, :2] * 2, to_cut[:, 2]]).astype(np.float32)
        scale *= 2
    border = cv2.BORDER_REFLECT_101 if outside is None else cv2.BORDER_CONSTANT
    value = [float(outside or 0)] * 4
    drawn = cv2.warpAffine(pixels, to_cut, (to_px, to_px), flags=cv2.INTER_LINEAR, borderMode=border, borderValue=value)
    return np.asarray(drawn, dtype=np.uint8)


def mapped(points: Points, to_cut: Map, *, mirrored: bool = False) -> Points:
    """(17, 3) points with their third column as it is; in a mirror left and right change places."""
    moved = points.copy()
    moved[:, :2] = points[:, :2] @ to_cut[:, :2].T + to_cut[:, 2]
    return moved[MIRRORED] if mirrored else moved
