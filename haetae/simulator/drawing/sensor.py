"""What lens and sensor do to a finished picture: sharpening, blur, noise."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.simulator.drawing.response import CameraResponse

REACH_PX = 3  # of the lens' kernel
ROOM = 64  # by how much a frame's noise can be shifted, px


@lru_cache(maxsize=64)
def _kernel(sharpness: float, blur_px: float) -> NDArray[np.float32]:
    """Sharpening and blur as one (7, 7) kernel."""
    side = 2 * REACH_PX + 1
    blur = cv2.getGaussianKernel(side, blur_px) @ cv2.getGaussianKernel(side, blur_px).T
    wide = cv2.getGaussianKernel(side, 1.1) @ cv2.getGaussianKernel(side, 1.1).T
    kernel = (1 + sharpness) * blur - sharpness * cv2.filter2D(blur, -1, wide, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def through_lens(picture: NDArray[np.uint8], response: CameraResponse) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 as the camera's lens and sharpening render it."""
    return np.asarray(cv2.filter2D(picture, -1, _kernel(response.sharpness, response.blur_px), borderType=cv2.BORDER_REPLICATE))


@lru_cache(maxsize=4)
def _grain(height: int, width: int) -> NDArray[np.float32]:
    """(h, w, 3) float32 noise of deviation 1: mostly brightness, a little colour, as a sensor behind a colour filter has it."""
    rng = np.random.default_rng(7)
    grey = rng.standard_normal((height, width, 1), dtype=np.float32)
    return np.asarray((grey + 0.35 * rng.standard_normal((height, width, 3), dtype=np.float32)) / 1.06, dtype=np.float32)


@lru_cache(maxsize=8)
def _noise(height: int, width: int, tenths: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """What noise adds and what it takes away, (h, w, 3) uint8 each: two saturating sums are faster than a signed one."""
    grain = np.rint(_grain(height, width) * np.float32(tenths / 10))
    return np.clip(grain, 0, 255).astype(np.uint8), np.clip(-grain, 0, 255).astype(np.uint8)


def with_noise(picture: NDArray[np.uint8], deviation: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The picture with the sensor's noise (levels of 255, standard deviation) added; another one a call."""
    height, width = picture.shape[:2]
    tenths = round(deviation * 10)
    if tenths <= 0:
        return picture
    more, less = _noise(height + ROOM, width + ROOM, tenths)
    y, x = (int(v) for v in rng.integers(0, ROOM, 2))
    brighter = cv2.add(picture, more[y : y + height, x : x + width])
    return np.asarray(cv2.subtract(brighter, less[y : y + height, x : x + width], dst=brighter))
