"""The colours people wear: tones as shops sell them, each with the name that the product would give it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.imaging.colours import colour_name

BGR = tuple[float, float, float]
_APART = 55.0  # levels of 255 in the channel that differs most


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour in white light: `bgr` 0-255 (sRGB), and its name, one of `haetae.domain.attributes.COLOURS`."""

    bgr: BGR
    name: str

    @property
    def linear(self) -> NDArray[np.float64]:
        """(3,) linear BGR 0-1."""
        return linear(self.bgr)

    def differs_from(self, other: Colour) -> bool:
        """Whether the two are told apart at a glance: another name, and clearly lighter, darker or of another hue."""
        apart = float(np.abs(np.subtract(self.bgr, other.bgr)).max())
        return self.name != other.name and apart > _APART

    def times(self, share: float) -> Colour:
        """The same dye darker (share < 1) or lighter."""
        return colour_of(tuple(float(np.clip(c * share, 4, 250)) for c in self.bgr))


def linear(bgr: Sequence[float]) -> NDArray[np.float64]:
    """(3,) linear BGR 0-1 of a 0-255 triple."""
    return np.asarray((np.asarray(bgr, dtype=np.float64) / 255.0) ** 2.2)


def colour_of(bgr: Sequence[float] | NDArray[np.float64]) -> Colour:
    """A colour with its name."""
    blue, green, red = (float(c) for c in bgr)
    return Colour((blue, green, red), colour_name((blue, green, red)))


TONES: Mapping[str, BGR] = {
    "black": (30, 29, 28), "charcoal": (56, 54, 53), "grey": (122, 121, 119), "light_grey": (170, 170, 169),
    "white": (224, 225, 225), "navy": (72, 46, 34), "blue": (142, 90, 52), "royal": (176, 84, 36), "sky": (206, 168, 132),
    "red": (52, 42, 168), "maroon": (50, 36, 98), "green": (62, 104, 52), "forest": (48, 66, 34), "lime": (84, 176, 122),
    "olive": (58, 88, 88), "beige": (150, 176, 194), "cream": (182, 206, 216), "khaki": (104, 132, 148),
    "brown": (46, 66, 98), "tan": (84, 120, 158), "yellow": (66, 176, 214), "mustard": (44, 136, 176), "orange": (40, 112, 214),
    "pink": (172, 150, 218), "rose": (142, 104, 206), "purple": (124, 66, 104), "lilac": (190, 148, 168), "teal": (110, 106, 46),
    "denim_dark": (76, 54, 42), "denim": (124, 90, 66), "denim_light": (176, 146, 120), "denim_black": (42, 38, 36),
    "safety_yellow": (62, 232, 226), "safety_green": (72, 236, 186), "safety_orange": (30, 98, 244),
    "shell_yellow": (28, 184, 238), "shell_white": (232, 234, 234), "shell_blue": (168, 82, 26), "shell_red": (36, 30, 190),
}  # fmt: skip
"""BGR 0-255 in white light."""

_TRIES = 5  # a dye between two names (charcoal, say) is drawn again: what even people call differently teaches nothing


def toned(tone: str, rng: np.random.Generator, *, spread: float = 0.14) -> Colour:
    """One garment's own shade of a tone of TONES: lighter or darker by up to `spread`, a little off in hue."""
    base = np.array(TONES[tone])
    drawn = colour_of(base)
    for _ in range(_TRIES):
        shade = np.clip(base * rng.uniform(1 - spread, 1 + spread) + rng.normal(0, 3.5, 3), 10, 248)
        drawn = colour_of(shade)
        if drawn.name == drawn.times(0.93).name == drawn.times(1.07).name:
            return drawn
    return drawn
