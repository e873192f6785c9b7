"""How one camera turns light into 8 bits: white balance, gain, saturation, a filmic shoulder, gamma."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numba
import numpy as np
from numpy.typing import NDArray

STEPS = 4096  # of the tone curve's table, spaced by the square root of light: fine where it is dark
WHITE = 2.0  # the filmic curve x (1 + x/4) / (1 + x) reaches 1 here


@dataclass(frozen=True, slots=True)
class CameraResponse:
    """A camera's own look. `white_balance` BGR factors; `gamma` the display's (2.2); `sharpness` 0-1; `blur_px` and `noise`
    (levels of 255) are standard deviations of the lens' and of the sensor's error."""

    white_balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    gain: float = 1.0
    gamma: float = 2.2
    saturation: float = 1.0
    sharpness: float = 0.4
    blur_px: float = 0.55
    noise: float = 2.5

    def tone(self, exposure: float = 1.0) -> Tone:
        """What the kernels need, at an exposure that the camera chose for the place."""
        gains = np.array(self.white_balance, np.float32) * np.float32(self.gain * exposure)
        return gains, np.float32(self.saturation), _curve(self.gamma)


Tone = tuple[NDArray[np.float32], np.float32, NDArray[np.float32]]
"""(3,) gains, saturation, table of STEPS levels 0-255."""


def response(rng: np.random.Generator) -> CameraResponse:
    """One of the many cameras there are."""
    return CameraResponse(
        white_balance=(float(rng.uniform(0.86, 1.17)), 1.0, float(rng.uniform(0.86, 1.17))),
        gain=float(np.exp(rng.normal(0.0, 0.16))),
        gamma=float(rng.uniform(1.85, 2.45)),
        saturation=float(rng.uniform(0.7, 1.2)),
        sharpness=float(rng.choice([0.0, 0.4, 0.7])),
        blur_px=float(rng.uniform(0.5, 0.8)),
        noise=float(rng.uniform(1.5, 5.0)),
    )


@lru_cache(maxsize=64)
def _curve(gamma: float) -> NDArray[np.float32]:
    light = WHITE * np.linspace(0.0, 1.0, STEPS) ** 2
    return np.asarray(255.0 * (light * (1 + light / 4) / (1 + light)) ** (1 / gamma), dtype=np.float32)


@numba.njit(nogil=True, cache=True, fastmath=True)
def toned(blue, green, red, tone):  # type: ignore[no-untyped-def]
    """Linear light to the camera's levels: three floats 0-255."""
    gains, saturation, curve = tone
    b, g, r = blue * gains[0], green * gains[1], red * gains[2]
    grey = 0.114 * b + 0.587 * g + 0.299 * r
    return (
        _level(grey + (b - grey) * saturation, curve),
        _level(grey + (g - grey) * saturation, curve),
        _level(grey + (r - grey) * saturation, curve),
    )


@numba.njit(nogil=True, cache=True, fastmath=True)
def _level(light, curve):  # type: ignore[no-untyped-def]
    share = np.sqrt(min(max(light, 0.0), WHITE) / WHITE)
    return curve[int(share * (STEPS - 1) + 0.5)]


@numba.njit(nogil=True, cache=True, fastmath=True)
def tone_picture(linear, tone, out):  # type: ignore[no-untyped-def]
    """Fills `out` (h, w, 3) uint8 with the levels of `linear` (h, w, 3) float32."""
    for y in range(linear.shape[0]):
        for x in range(linear.shape[1]):
            b, g, r = toned(linear[y, x, 0], linear[y, x, 1], linear[y, x, 2], tone)
            out[y, x, 0], out[y, x, 1], out[y, x, 2] = np.uint8(b + 0.5), np.uint8(g + 0.5), np.uint8(r + 0.5)
