"""How large people are where in a frame."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from haetae.domain.geometry import ImageSize

_SMALLEST_PX = 18.0
_LARGEST = 1.15  # of the frame's height


@dataclass(frozen=True, slots=True)
class Slope:
    """Level ground: people's height grows with the distance of their feet from the horizon, at a rate of their height to the
    camera's. `rate` 0: any size anywhere."""

    size: ImageSize
    horizon_px: float
    rate: float

    @classmethod
    def drawn(cls, rng: np.random.Generator, size: ImageSize) -> Slope:
        rate = math.exp(rng.uniform(math.log(0.2), math.log(0.9))) if rng.random() < 0.7 else 0.0
        return cls(size, rng.uniform(-1.0, 0.45) * size.height, rate)

    def somewhere(self, rng: np.random.Generator) -> tuple[float, float, float]:
        """x, y of the feet and the height of a standing person, all in pixels. Every height is as likely as its half."""
        x = rng.uniform(-0.01, 1.01) * self.size.width
        high = math.exp(rng.uniform(math.log(20), math.log(_LARGEST * self.size.height)))
        lowest = 1.12 * self.size.height
        nearest = lowest
        if self.rate > 0:
            nearest = max(self.horizon_px + _SMALLEST_PX / self.rate, 0.1 * self.size.height)
        if nearest >= lowest:
            return x, rng.uniform(0.1, 1.0) * self.size.height + 0.12 * high, high
        y = rng.uniform(nearest, lowest)
        grown = self.rate * (y - self.horizon_px)
        return x, y, grown if _SMALLEST_PX <= grown <= _LARGEST * self.size.height else high
