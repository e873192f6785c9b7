"""A drawn street with two people whom every network takes for people: an input with known answers that needs no photograph.

Plain arithmetic on float32, so that each machine draws the same pixels to within one level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize

Bgr = tuple[int, int, int]

_Plane = NDArray[np.float32]
_Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Clothes:
    """Colours of a drawn person, BGR."""

    upper: Bgr = (45, 45, 190)
    lower: Bgr = (90, 50, 30)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a drawn person stands: feet at (x, y) pixels, `height` pixels tall."""

    x: float
    y: float
    height: float
    clothes: Clothes = Clothes()

    @property
    def box(self) -> Box:
        """The outline of the drawing, to about two per cent of its height."""
        half = 0.2 * self.height
        return Box(self.x - half, self.y - self.height, self.x + half, self.y)


def draw_street(size: ImageSize, people: tuple[Standing, ...]) -> Pixels:
    """A wall, a pavement and the people, nearest last. (height, width, 3) uint8 BGR."""
    canvas = np.empty((size.height, size.width, 3), dtype=np.float32)
    rows = np.linspace(0, 1, size.height, dtype=np.float32)[:, None]
    canvas[:] = (150 + 30 * rows)[:, :, None] + np.array([0, 4, 0], dtype=np.float32)
    canvas[size.height // 2 :] = (110, 115, 120)
    for person in people:
        _paint(canvas, person)
    return np.asarray(canvas.clip(0, 255).round(), dtype=np.uint8)


def street(size: ImageSize) -> tuple[Pixels, tuple[Standing, ...]]:
    """The street with two people, scaled to `size`."""
    width, height = size.width, size.height
    people = (
        Standing(0.70 * width, 0.73 * height, 0.44 * height, Clothes(upper=(60, 160, 60), lower=(40, 40, 42))),
        Standing(0.42 * width, 0.85 * height, 0.70 * height),
    )
    return draw_street(size, people), people


def portrait(size: ImageSize, clothes: Clothes = Clothes()) -> Pixels:
    """One person who fills the picture: what a crop of a detection looks like."""
    return draw_street(size, (Standing(size.width / 2, 0.985 * size.height, 0.96 * size.height, clothes),))


def _paint(canvas: _Plane, person: Standing) -> None:
    """Limb by limb, in heights of the person from the crown (y) and from the middle (x)."""
    rows, columns = np.mgrid[0 : canvas.shape[0], 0 : canvas.shape[1]].astype(np.float32)
    y = (rows - (person.y - person.height)) / np.float32(person.height)
    x = (columns - np.float32(person.x)) / np.float32(person.height)
    shade = 0.65 + 0.35 * np.cos(14 * x)
    skin: Bgr = (135, 165, 210)

    def fill(where: _Mask, colour: Bgr) -> None:
        canvas[where] = np.array(colour, dtype=np.float32) * shade[where][:, None]

    def disc(cx: float, cy: float, rx: float, ry: float) -> _Mask:
        return np.asarray(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 <= 1)

    for side in (-1.0, 1.0):
        leg_x = side * (0.055 + 0.02 * (y - 0.5))
        fill((np.abs(x - leg_x) < 0.042 - 0.02 * (y - 0.5)) & (y > 0.52) & (y < 0.97), person.clothes.lower)
        fill(disc(side * 0.068, 0.978, 0.045, 0.021), (30, 30, 35))
        arm_x = side * (0.135 + 0.08 * (y - 0.2))
        fill((np.abs(x - arm_x) < 0.03) & (y > 0.18) & (y < 0.5), person.clothes.upper)
        fill(disc(side * 0.16, 0.515, 0.022, 0.028), skin)
    fill((np.abs(x) < 0.115 - 0.05 * np.abs(y - 0.21)) & (y > 0.155) & (y < 0.54), person.clothes.upper)
    fill(disc(0.0, 0.16, 0.1, 0.03), person.clothes.upper)
    fill((np.abs(x) < 0.028) & (y > 0.11) & (y < 0.16), skin)
    fill(disc(0.0, 0.07, 0.048, 0.066), skin)
    fill(disc(0.0, 0.048, 0.05, 0.05) & (y < 0.05), (30, 35, 45))
