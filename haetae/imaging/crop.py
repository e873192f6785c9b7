"""Cuts a person out of a frame."""

from __future__ import annotations

from math import ceil, floor

import numpy as np

from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize


def crop(pixels: Pixels, box: Box, margin: float = 0.0) -> Pixels:
    """A copy of the pixels under `box`, widened on each side by `margin` (a share of the box), clipped to the frame.

    At least one pixel wide and high. Raises ValueError where the box lies wholly outside the frame.
    """
    height, width = pixels.shape[:2]
    wide = Box(
        box.x1 - margin * box.width_px,
        box.y1 - margin * box.height_px,
        box.x2 + margin * box.width_px,
        box.y2 + margin * box.height_px,
    )
    if wide.x2 <= 0 or wide.y2 <= 0 or wide.x1 >= width or wide.y1 >= height:
        raise ValueError("the box lies outside the frame")
    inside = wide.clipped(ImageSize(width=width, height=height))
    left, top = floor(inside.x1), floor(inside.y1)
    right, bottom = max(left + 1, ceil(inside.x2)), max(top + 1, ceil(inside.y2))
    return np.array(pixels[top:bottom, left:right], dtype=np.uint8, order="C", copy=True)
