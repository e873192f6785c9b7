"""How a crop is kept for training: the box with a margin, at one size."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize

KEPT = ImageSize(width=96, height=192)
"""Kept crops. Most people in them were seen smaller; a network of 256 x 128 may be trained on them as well."""

MARGIN = 0.08
"""On each side, a share of the box: what shifting and shearing a crop brings in."""


def framed(pixels: Pixels, box: Sequence[float] | NDArray[np.floating], kept: ImageSize = KEPT) -> Pixels:
    """(192, 96, 3) uint8 or what `kept` says: the box (xyxy px) and its margin, stretched; outside, the edge is repeated."""
    left, top, right, bottom = (float(value) for value in box)
    x_scale = kept.width / ((1 + 2 * MARGIN) * (right - left))
    y_scale = kept.height / ((1 + 2 * MARGIN) * (bottom - top))
    shrink = max(1.0, 1.0 / max(x_scale, y_scale))
    if shrink > 2.0:  # sampled at single points, a large person would come out ragged
        whole = 1 / shrink
        pixels = np.asarray(cv2.resize(pixels, None, fx=whole, fy=whole, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        left, top, right, bottom = left * whole, top * whole, right * whole, bottom * whole
        x_scale, y_scale = x_scale / whole, y_scale / whole
    x_first, y_first = left - MARGIN * (right - left), top - MARGIN * (bottom - top)
    matrix = np.array([[x_scale, 0, (0.5 - x_first) * x_scale - 0.5], [0, y_scale, (0.5 - y_first) * y_scale - 0.5]])
    part = cv2.warpAffine(pixels, matrix, (kept.width, kept.height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(part, dtype=np.uint8)


def inner(kept: Pixels) -> Pixels:
    """The box alone, without its margin: a view of the kept crop. What teachers see, and what a service would cut out."""
    height, width = kept.shape[:2]
    y, x = round(height * MARGIN / (1 + 2 * MARGIN)), round(width * MARGIN / (1 + 2 * MARGIN))
    return kept[y : height - y, x : width - x]
