"""OKLab: a space in which equal steps look equal (Ottosson 2020, https://bottosson.github.io/posts/oklab)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)

_level = np.arange(256, dtype=np.float32) / 255
_LINEAR = np.where(_level <= 0.04045, _level / 12.92, ((_level + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_oklab(pixels: Pixels) -> NDArray[np.float32]:
    """(h, w, 3) uint8 BGR (sRGB) as (h, w, 3) float32 L (0-1), a, b (about -0.4 to 0.4)."""
    linear = _LINEAR[pixels[..., ::-1]]
    return np.asarray(np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T, dtype=np.float32)
