"""Fits an image into a network's input without changing its proportions."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize

PAD = 114
"""The grey that RTMDet and YOLOX were trained with around their images."""

_AREA_BELOW = 0.5  # bilinear sampling skips source pixels below half size, and small people with them


@dataclass(frozen=True, slots=True)
class Letterboxed:
    """`pixels` has the asked-for size; the image lies at its top left, `scale` times the source's size."""

    pixels: Pixels
    scale: float
    source: ImageSize

    def to_source(self, boxes: NDArray[np.floating]) -> NDArray[np.float32]:
        """(n, 4) xyxy in pixels of the letterbox as (n, 4) float32 xyxy in pixels of the source, clipped to it."""
        scaled = np.asarray(boxes, dtype=np.float32).reshape(-1, 4) / np.float32(self.scale)
        scaled[:, 0::2] = scaled[:, 0::2].clip(0, self.source.width)
        scaled[:, 1::2] = scaled[:, 1::2].clip(0, self.source.height)
        return scaled


def letterbox(pixels: Pixels, to: ImageSize, pad: int = PAD) -> Letterboxed:
    """`pixels` scaled to fit into `to`, at the top left, the rest filled with `pad`. An image that already fits is not copied."""
    height, width = pixels.shape[:2]
    source = ImageSize(width=width, height=height)
    if source == to:
        return Letterboxed(pixels, 1.0, source)
    scale = min(to.width / width, to.height / height)
    inner = ImageSize(width=max(1, min(to.width, round(width * scale))), height=max(1, min(to.height, round(height * scale))))
    if inner != source:
        pixels = resized(pixels, inner)
    if inner == to:
        return Letterboxed(pixels, scale, source)
    canvas = np.full((to.height, to.width, 3), pad, dtype=np.uint8)
    canvas[: inner.height, : inner.width] = pixels
    return Letterboxed(canvas, scale, source)


def resized(pixels: Pixels, to: ImageSize) -> Pixels:
    """`pixels` stretched to exactly `to`: averaged where it shrinks below half, else bilinear."""
    height, width = pixels.shape[:2]
    if (width, height) == (to.width, to.height):
        return np.ascontiguousarray(pixels)
    shrinks = to.width < width * _AREA_BELOW or to.height < height * _AREA_BELOW
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, (to.width, to.height), interpolation=method), dtype=np.uint8)
