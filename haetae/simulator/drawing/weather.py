"""Rain, snow and fog: over a finished frame, and what they leave on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

WeatherKind = Literal["clear", "rain", "snow", "fog"]
WEATHER_KINDS: tuple[WeatherKind, ...] = ("clear", "rain", "snow", "fog")
ROOM = 160  # by how much a layer of drops is shifted from frame to frame, px


@dataclass(frozen=True, slots=True)
class Weather:
    """`strength` 0-1. `wet` and `white` are how much water and snow lie on the ground, 0-1; `fog_per_m` is how much of the light
    is lost a metre (Koschmieder's extinction coefficient)."""

    kind: WeatherKind = "clear"
    strength: float = 0.0
    wet: float = 0.0
    white: float = 0.0
    fog_per_m: float = 0.0


def weather(kind: WeatherKind, rng: np.random.Generator) -> Weather:
    """One of the many weathers of a kind."""
    strength = float(rng.uniform(0.3, 1.0))
    if kind == "rain":
        return Weather(kind, strength, wet=float(rng.uniform(0.5, 1.0)), fog_per_m=0.006 * strength)
    if kind == "snow":
        return Weather(kind, strength, wet=0.2, white=float(rng.uniform(0.2, 1.0)), fog_per_m=0.008 * strength)
    if kind == "fog":
        return Weather(kind, strength, wet=float(rng.uniform(0.0, 0.5)), fog_per_m=float(rng.uniform(0.02, 0.06)))
    return Weather(wet=float(rng.uniform(0.3, 0.8)) if rng.random() < 0.1 else 0.0)


def fallen(frame: NDArray[np.uint8], weather: Weather, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The frame (h, w, 3) uint8 with the drops or flakes in front of it; the same array where nothing falls."""
    if weather.kind not in ("rain", "snow"):
        return frame
    height, width = frame.shape[:2]
    layer = _layer(weather.kind, height + ROOM, width + ROOM, round(weather.strength, 1))
    y, x = (int(v) for v in rng.integers(0, ROOM, 2))
    return np.asarray(cv2.add(frame, layer[y : y + height, x : x + width]))


@lru_cache(maxsize=6)
def _layer(kind: WeatherKind, height: int, width: int, strength: float) -> NDArray[np.uint8]:
    """(h, w, 3) uint8 of light that drops add: streaks for rain, dots for snow, in three distances."""
    rng = np.random.default_rng(11)
    layer = np.zeros((height, width), np.uint8)
    scale = height / 880
    for near in (0.35, 0.6, 1.0):
        n = int(strength * (260 if kind == "rain" else 420) * (1.6 - near) * height * width / 1e6)
        sheet = np.zeros_like(layer)
        for x, y, size in zip(rng.uniform(0, width, n), rng.uniform(0, height, n), rng.uniform(0.6, 1.4, n), strict=True):
            bright = int(rng.uniform(24, 60) if kind == "rain" else rng.uniform(90, 190))
            if kind == "rain":
                end = (int(x + 3 * near * size), int(y + 46 * near * size * scale))
                cv2.line(sheet, (int(x), int(y)), end, bright, 1 + int(near * scale > 0.8), cv2.LINE_AA)
            else:
                cv2.circle(sheet, (int(x), int(y)), max(1, round(2.6 * near * size * scale)), bright, -1, cv2.LINE_AA)
        layer = cv2.max(layer, cv2.GaussianBlur(sheet, (0, 0), 0.5 + 0.6 * near))
    return np.asarray(cv2.merge([layer, layer, layer]))
