"""What a camera and its encoder do to a finished frame: softness, sharpening, contrast, noise, compression."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels

_GRAIN_SIDE = 512
_LEVELS = np.arange(256, dtype=np.float32) / 255


def finished(rng: np.random.Generator, pixels: NDArray[np.float32]) -> Pixels:
    """(h, w, 3) float32 0-255 as a camera would give it, uint8."""
    frame = np.clip(pixels, 0, 255).astype(np.uint8)
    height, width = frame.shape[:2]
    fate = rng.random()
    if fate < 0.35:  # a smaller sensor, or an encoder that threw the fine lines away
        share = rng.uniform(0.45, 0.9)
        small = cv2.resize(frame, (int(width * share), int(height * share)), interpolation=cv2.INTER_AREA)
        frame = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    elif fate < 0.6:
        frame = cv2.GaussianBlur(frame, (0, 0), rng.uniform(0.3, 1.0))
    if rng.random() < 0.3:
        frame = cv2.addWeighted(frame, 1.5, cv2.GaussianBlur(frame, (0, 0), 1.2), -0.5, 0)
    curve = _LEVELS ** math.exp(rng.normal(0, 0.2)) * rng.uniform(0.8, 1.2) + rng.normal(0, 0.04)
    frame = cv2.LUT(frame, (255 * curve).clip(0, 255).astype(np.uint8))
    if rng.random() < 0.08:
        frame = cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    if rng.random() < 0.45:
        y, x = rng.integers(0, _GRAIN_SIDE // 2, 2).tolist()
        grain = cv2.resize(_GRAIN[y : y + 256, x : x + 256], (width, height), interpolation=cv2.INTER_NEAREST)
        frame = cv2.add(frame, grain * np.float32(rng.uniform(1, 6)), dtype=cv2.CV_8U)
    if rng.random() < 0.7:
        encoded = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(22, 90))])[1]
        frame = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR))
    return np.asarray(frame, dtype=np.uint8)


def _grain() -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    common = rng.normal(0, 1, (_GRAIN_SIDE, _GRAIN_SIDE, 1))
    return (common + 0.5 * rng.normal(0, 1, (_GRAIN_SIDE, _GRAIN_SIDE, 3))).astype(np.float32)


_GRAIN = _grain()
