"""What another camera, another moment or a careless detector would have made of a crop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.training.reid.framing import MARGIN

_GREY_WEIGHTS = (0.114, 0.587, 0.299)  # BGR


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How strongly crops are changed; spreads are standard deviations, of logarithms where values are factors."""

    flip: float = 0.5  # chance
    scale: float = 0.10  # the box is up to this much larger or smaller
    shift: float = 0.06  # ... and off by up to this share of it
    shear: float = 0.03
    cut: float = 0.10  # chance that the feet or the head are cut off
    gamma: float = 0.13
    gain: float = 0.11
    tint: float = 0.04  # gain of each channel
    contrast: float = 0.11
    saturation: float = 0.13
    coarse: float = 0.30  # chance of a crop that was seen with a fraction of the pixels
    jpeg: float = 0.15  # chance
    noise: float = 0.03  # of full scale, at most
    erase: float = 0.20  # chance that a part is covered (Zhong et al., AAAI 2020)


def augmented(kept: Pixels, how: Augmentation, to: ImageSize, rng: np.random.Generator) -> Pixels:
    """One kept crop as (to.height, to.width, 3) uint8, its box moved, its colours and sharpness changed."""
    pixels = _moved(kept, how, to, rng)
    pixels = _recoloured(pixels, how, rng)
    if rng.random() < how.coarse:
        pixels = _coarse(pixels, rng)
    if rng.random() < how.jpeg:
        pixels = _compressed(pixels, int(rng.integers(20, 80)))
    if how.noise:
        pixels = noisy(pixels, rng.uniform(0, how.noise) * 255, rng)
    return pixels


def erased(images: Sequence[Pixels], chance: float, rng: np.random.Generator) -> None:
    """Covers a rectangle of some of the images, in place: with one colour, or with the same part of another image."""
    height, width = images[0].shape[:2]
    for i in np.flatnonzero(rng.random(len(images)) < chance).tolist():
        area, aspect = rng.uniform(0.03, 0.31) * height * width, np.exp(rng.uniform(-1.1, 1.1))
        h, w = min(height - 1, int((area * aspect) ** 0.5)), min(width - 1, int((area / aspect) ** 0.5))
        if h < 2 or w < 2:
            continue
        y, x = int(rng.integers(0, height - h)), int(rng.integers(0, width - w))
        other = int(rng.integers(len(images)))
        part = images[other][y : y + h, x : x + w].copy() if rng.random() < 0.5 else rng.integers(0, 256, 3)
        images[i][y : y + h, x : x + w] = part


def straight(kept: Pixels, to: ImageSize) -> Pixels:
    """The box without its margin, stretched to a network's input as services do."""
    height, width = kept.shape[:2]
    y, x = height * MARGIN / (1 + 2 * MARGIN), width * MARGIN / (1 + 2 * MARGIN)
    return _warped(kept, (x, y, width - x, height - y), 0.0, to)


def _moved(kept: Pixels, how: Augmentation, to: ImageSize, rng: np.random.Generator) -> Pixels:
    height, width = kept.shape[:2]
    box_width, box_height = width / (1 + 2 * MARGIN), height / (1 + 2 * MARGIN)
    half_width = 0.5 * box_width * (1 + rng.uniform(-how.scale, how.scale))
    half_height = 0.5 * box_height * (1 + rng.uniform(-how.scale, how.scale))
    x = width / 2 + rng.uniform(-how.shift, how.shift) * box_width
    y = height / 2 + rng.uniform(-how.shift, how.shift) * box_height
    top, bottom = y - half_height, y + half_height
    if rng.random() < how.cut:
        if rng.random() < 0.75:
            bottom -= rng.uniform(0.05, 0.35) * box_height
        else:
            top += rng.uniform(0.02, 0.12) * box_height
    left, right = x - half_width, x + half_width
    if rng.random() < how.flip:
        left, right = right, left
    return _warped(kept, (left, top, right, bottom), rng.normal(0, how.shear), to)


def _warped(kept: Pixels, box: tuple[float, float, float, float], shear: float, to: ImageSize) -> Pixels:
    """The box (right before left: mirrored) of the kept crop at the size `to`; averaged first where it gets much smaller."""
    left, top, right, bottom = box
    if bottom - top > 1.7 * to.height:
        kept = np.asarray(cv2.resize(kept, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        left, top, right, bottom = left / 2, top / 2, right / 2, bottom / 2
    x_scale, y_scale = (right - left) / to.width, (bottom - top) / to.height
    x_shear = shear * abs(x_scale)
    back = np.array(  # from the output's pixels to the kept crop's
        [[x_scale, x_shear, left + 0.5 * x_scale - 0.5 - x_shear * to.height / 2], [0, y_scale, top + 0.5 * y_scale - 0.5]]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(kept, back, (to.width, to.height), flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _recoloured(pixels: Pixels, how: Augmentation, rng: np.random.Generator) -> Pixels:
    gamma, contrast = np.exp(rng.normal(0, how.gamma)), np.exp(rng.normal(0, how.contrast))
    gains = np.exp(rng.normal(0, how.gain) + rng.normal(0, how.tint, 3))
    levels = (np.arange(256) / 255.0) ** gamma
    middle = float(pixels.mean()) / 255.0
    table = ((levels[:, None] * gains - middle) * contrast + middle).clip(0, 1) * 255
    pixels = np.asarray(cv2.LUT(pixels, np.round(table).astype(np.uint8).reshape(1, 256, 3)), np.uint8)
    return np.asarray(cv2.transform(pixels, _saturating(float(np.exp(rng.normal(0, how.saturation))))), np.uint8)


def _saturating(factor: float) -> NDArray[np.float32]:
    """(3, 3): colours drawn towards their grey (below 1) or away from it."""
    grey = np.tile(np.array(_GREY_WEIGHTS, np.float32), (3, 1))
    return np.asarray(factor * np.eye(3, dtype=np.float32) + (1 - factor) * grey, np.float32)


def _coarse(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    height, width = pixels.shape[:2]
    share = rng.uniform(0.2, 0.6)
    small = cv2.resize(pixels, (max(4, round(width * share)), max(8, round(height * share))), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _compressed(pixels: Pixels, quality: int) -> Pixels:
    coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


_NOISE = np.random.default_rng(7).normal(0, 1, 1 << 20).astype(np.float32)  # drawing it anew would cost more than all the rest


def noisy(pixels: Pixels, sigma: float, rng: np.random.Generator) -> Pixels:
    """With normal noise of deviation `sigma` (levels of 255)."""
    first = int(rng.integers(0, _NOISE.size - pixels.size))
    noise = _NOISE[first : first + pixels.size].reshape(pixels.shape)
    return np.asarray(cv2.add(pixels, noise * np.float32(sigma), dtype=cv2.CV_8U), np.uint8)
