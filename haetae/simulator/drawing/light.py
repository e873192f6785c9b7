"""The light of a place: one main direction, the sky's and the floor's glow, and lamps where it is dark."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

LightKind = Literal["day", "dusk", "night", "indoor", "overcast"]
LIGHT_KINDS: tuple[LightKind, ...] = ("day", "dusk", "night", "indoor", "overcast")


def _no_lamps() -> NDArray[np.float64]:
    return np.zeros((0, 4))


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Linear BGR light. `direction` (3,) unit float64 points towards the main light; `colour`, `sky`, `ground` are (3,) float32.

    `shadow` 0-1 is how much of the floor's light a person takes away; `softness` how blurred that shadow is (pixels at 400 px a
    metre); `lamps` (n, 4) float64 are x, y, z in metres and strength (irradiance straight below), all of `lamp_colour`.
    """

    kind: LightKind
    direction: NDArray[np.float64]
    colour: NDArray[np.float32]
    sky: NDArray[np.float32]
    ground: NDArray[np.float32]
    shadow: float
    softness: float
    lamps: NDArray[np.float64] = field(default_factory=_no_lamps)
    lamp_colour: NDArray[np.float32] = field(default_factory=lambda: np.ones(3, np.float32))

    @property
    def is_hard(self) -> bool:
        """Whether it casts shadows with an edge."""
        return self.softness < 6.0

    def at(self, x_m: float, y_m: float) -> Light:
        """This light as somebody sees it who stands at a place: with lamps, the strongest mean direction takes over."""
        if not len(self.lamps):
            return self
        way = self.lamps[:, :3] - np.array([x_m, y_m, 1.0])
        distance = np.maximum(np.linalg.norm(way, axis=1), 0.5)
        strength = self.lamps[:, 3] * (self.lamps[:, 2] / distance) ** 2
        flux = ((strength / distance)[:, None] * way).sum(axis=0)
        total = float(np.linalg.norm(flux))
        mixed = flux + self.direction * float(self.colour.mean())
        colour = self.colour + self.lamp_colour * np.float32(total)
        glow = self.lamp_colour * np.float32(0.25 * strength.sum())
        return replace(
            self,
            direction=mixed / max(float(np.linalg.norm(mixed)), 1e-9),
            colour=colour.astype(np.float32),
            sky=(self.sky + glow).astype(np.float32),
            ground=(self.ground + 0.4 * glow).astype(np.float32),
        )


def light(kind: LightKind, rng: np.random.Generator) -> Light:
    """One of the many lights of a kind, as `rng` decides."""
    return _LIGHTS[kind](rng)


def _towards(azimuth_rad: float, height: float) -> NDArray[np.float64]:
    """The unit direction of an azimuth and a sine of elevation."""
    across = np.sqrt(1.0 - height * height)
    return np.array([np.cos(azimuth_rad) * across, np.sin(azimuth_rad) * across, height])


def _colour(blue: float, green: float, red: float, strength: float) -> NDArray[np.float32]:
    return np.array([blue, green, red], np.float32) * np.float32(strength)


def _day(rng: np.random.Generator) -> Light:
    warm, haze = rng.uniform(0.0, 1.0), rng.uniform(0.0, 1.0)
    return Light(
        "day",
        _towards(rng.uniform(0, 2 * np.pi), rng.uniform(0.42, 0.92)),
        _colour(0.92 - 0.15 * warm, 1.0, 1.04 + 0.12 * warm, rng.uniform(1.2, 1.7) - 0.4 * haze),
        _colour(1.18 - 0.25 * haze, 1.02, 0.92, rng.uniform(0.5, 0.65) + 0.25 * haze),
        _colour(0.92, 1.0, 1.04, rng.uniform(0.16, 0.26)),
        shadow=rng.uniform(0.5, 0.62) - 0.1 * haze,
        softness=rng.uniform(2.0, 4.5),
    )


def _overcast(rng: np.random.Generator) -> Light:
    cool = rng.uniform(-0.06, 0.08)
    return Light(
        "overcast",
        _towards(rng.uniform(0, 2 * np.pi), rng.uniform(0.85, 0.97)),
        _colour(1.0 + cool, 1.0, 1.0 - cool, rng.uniform(0.3, 0.6)),
        _colour(1.03 + cool, 1.0, 0.97 - cool, rng.uniform(0.9, 1.15)),
        _colour(1.0, 1.0, 1.02, rng.uniform(0.2, 0.3)),
        shadow=rng.uniform(0.22, 0.34),
        softness=rng.uniform(10.0, 15.0),
    )


def _dusk(rng: np.random.Generator) -> Light:
    lit = rng.random() < 0.5  # lamps are on already
    return Light(
        "dusk",
        _towards(rng.uniform(0, 2 * np.pi), rng.uniform(0.22, 0.4)),
        _colour(0.55, 0.82, 1.25, rng.uniform(0.35, 0.8)),
        _colour(1.15, 0.92, 0.95, rng.uniform(0.35, 0.5)),
        _colour(0.9, 0.95, 1.1, rng.uniform(0.1, 0.16)),
        shadow=rng.uniform(0.35, 0.5),
        softness=rng.uniform(3.0, 6.0),
        lamps=_row_of_lamps(rng, 0.25) if lit else _no_lamps(),
        lamp_colour=_lamp_colour(rng),
    )


def _night(rng: np.random.Generator) -> Light:
    return Light(
        "night",
        _towards(rng.uniform(0, 2 * np.pi), rng.uniform(0.7, 0.95)),
        _colour(1.1, 1.0, 0.9, 0.03),
        _colour(1.2, 1.0, 0.9, rng.uniform(0.05, 0.1)),
        _colour(1.0, 1.0, 1.0, rng.uniform(0.02, 0.04)),
        shadow=rng.uniform(0.4, 0.55),
        softness=rng.uniform(4.0, 8.0),
        lamps=_row_of_lamps(rng, 0.6),
        lamp_colour=_lamp_colour(rng),
    )


def _indoor(rng: np.random.Generator) -> Light:
    warm = rng.uniform(-0.08, 0.2)
    return Light(
        "indoor",
        _towards(rng.uniform(0, 2 * np.pi), rng.uniform(0.86, 0.98)),
        _colour(0.95 - warm, 1.0, 1.02 + 0.7 * warm, rng.uniform(0.5, 0.9)),
        _colour(0.97 - warm, 1.0, 1.02 + 0.6 * warm, rng.uniform(0.75, 1.0)),
        _colour(0.92 - warm, 1.0, 1.05 + 0.6 * warm, rng.uniform(0.25, 0.38)),
        shadow=rng.uniform(0.28, 0.42),
        softness=rng.uniform(7.0, 13.0),
    )


def _lamp_colour(rng: np.random.Generator) -> NDArray[np.float32]:
    """Sodium orange, warm white or cold white."""
    tones = ((0.28, 0.68, 1.25), (0.72, 0.95, 1.12), (1.1, 1.03, 0.92))
    return np.array(tones[int(rng.integers(3))], np.float32)


def _row_of_lamps(rng: np.random.Generator, strength: float) -> NDArray[np.float64]:
    """Two rows of street lamps along x, on either side."""
    gap, height, aside = rng.uniform(9, 15), rng.uniform(4.5, 6.5), rng.uniform(4.0, 6.0)
    start = rng.uniform(-gap, 0)
    return np.array(
        [
            (start + gap * (i + 0.5 * (side > 0)), side * aside, height, strength * rng.uniform(0.75, 1.25))
            for i in range(-1, 5)
            for side in (-1, 1)
        ]
    )


_LIGHTS = {"day": _day, "dusk": _dusk, "night": _night, "indoor": _indoor, "overcast": _overcast}
