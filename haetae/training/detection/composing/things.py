"""Things that are no people, as cut-outs: what stands about in streets, shops and parks. Their contours are what counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Cutout = NDArray[np.uint8]
"""(h, w, 4) uint8: BGR already multiplied by alpha, and alpha."""

Colour = tuple[float, float, float]
_SCALE = 2  # drawn larger, then averaged: soft edges


class _Sheet:
    """A sheet to draw on in shares of its height (y down) and width. Everything drawn is opaque."""

    def __init__(self, rng: np.random.Generator, height: int, width: int) -> None:
        self.rng, self.height, self.width = rng, height * _SCALE, width * _SCALE
        self.pixels = np.zeros((self.height, self.width, 4), np.float32)

    def at(self, x: float, y: float) -> tuple[int, int]:
        return round(x * (self.width - 1)), round(y * (self.height - 1))

    def thick(self, share: float) -> int:
        return max(1, round(share * self.height))

    def box(self, x1: float, y1: float, x2: float, y2: float, colour: Colour) -> None:
        cv2.rectangle(self.pixels, self.at(x1, y1), self.at(x2, y2), (*colour, 255), -1)

    def line(self, x1: float, y1: float, x2: float, y2: float, share: float, colour: Colour) -> None:
        cv2.line(self.pixels, self.at(x1, y1), self.at(x2, y2), (*colour, 255), self.thick(share), cv2.LINE_AA)

    def oval(self, x: float, y: float, wide: float, high: float, colour: Colour, share: float = -1.0) -> None:
        """`share` of the height as the line's width; below 0: filled."""
        axes = (max(1, round(wide * self.width)), max(1, round(high * self.height)))
        cv2.ellipse(
            self.pixels, self.at(x, y), axes, 0, 0, 360, (*colour, 255), -1 if share < 0 else self.thick(share), cv2.LINE_AA
        )

    def area(self, corners: list[tuple[float, float]], colour: Colour) -> None:
        cv2.fillPoly(self.pixels, [np.array([self.at(x, y) for x, y in corners], np.int32)], (*colour, 255), cv2.LINE_AA)

    def finished(self) -> Cutout:
        """With light from one side, from above, and a coarse grain."""
        across = _ramp(self.rng, 0.65, 1.2, self.width)[None, :, None]
        down = _ramp(self.rng, 0.75, 1.15, self.height)[:, None, None]
        coarse = self.rng.normal(1.0, self.rng.uniform(0.0, 0.22), (max(2, self.height // 9), max(2, self.width // 9))).astype(
            np.float32
        )
        grain = cv2.resize(coarse, (self.width, self.height), interpolation=cv2.INTER_LINEAR)[..., None]
        self.pixels[..., :3] = (self.pixels[..., :3] * across * down * grain).clip(0, 255) * (self.pixels[..., 3:] / 255)
        small = cv2.resize(self.pixels, (self.width // _SCALE, self.height // _SCALE), interpolation=cv2.INTER_AREA)
        return np.ascontiguousarray(small.round().clip(0, 255).astype(np.uint8))


def _ramp(rng: np.random.Generator, low: float, high: float, n_steps: int) -> NDArray[np.float32]:
    first, last = rng.uniform(low, high, 2).tolist()
    return np.linspace(first, last, n_steps).astype(np.float32)


def thing(rng: np.random.Generator) -> Cutout:
    """One thing, 30 to 280 px high."""
    draw = list(_THINGS.values())[rng.choice(len(_THINGS), p=_SHARES)]
    return draw(rng)


def any_colour(rng: np.random.Generator) -> Colour:
    """Mostly dull, at times bright; BGR 0-255."""
    grey = rng.uniform(15, 235)
    tint = rng.normal(0, rng.choice([8.0, 20.0, 60.0], p=[0.5, 0.3, 0.2]), 3)
    blue, green, red = np.clip(grey + tint, 0, 255).tolist()
    return blue, green, red


def _pole(rng: np.random.Generator) -> Cutout:
    sheet = _Sheet(rng, int(rng.uniform(90, 200)), int(rng.uniform(14, 60)))
    colour, thick = any_colour(rng), rng.uniform(0.03, 0.16)
    sheet.box(0.5 - thick, 0, 0.5 + thick, 1, colour)
    match int(rng.integers(4)):
        case 0:  # a lamp
            sheet.line(0.5, 0.03, rng.uniform(0, 1), 0.02, 0.025, colour)
            sheet.oval(0.5, 0.04, 0.4, 0.04, any_colour(rng))
        case 1:  # a sign
            sheet.oval(0.5, 0.14, 0.45, 0.12, any_colour(rng))
        case 2:  # a board or a traffic light
            sheet.box(rng.uniform(0, 0.3), 0, rng.uniform(0.7, 1), rng.uniform(0.15, 0.45), any_colour(rng))
        case _:
            sheet.box(0.5 - 2 * thick, 0.93, 0.5 + 2 * thick, 1, colour)
    return sheet.finished()


def _post(rng: np.random.Generator) -> Cutout:
    """Bollards, hydrants, bins, bottles, cones, parking meters: bodies of a person's proportions with a narrower top."""
    height = int(rng.uniform(35, 160))
    sheet = _Sheet(rng, height, max(10, int(height * rng.uniform(0.2, 0.75))))
    top, shoulder, colour = rng.uniform(0.1, 0.45), rng.uniform(0.05, 0.6), any_colour(rng)
    sheet.area(
        [(0.5 - top, 0), (0.5 + top, 0), (1, shoulder), (rng.uniform(0.8, 1), 1), (rng.uniform(0, 0.2), 1), (0, shoulder)], colour
    )
    for _ in range(int(rng.integers(0, 4))):
        y = rng.uniform(0, 0.9)
        sheet.box(0.1, y, 0.9, y + rng.uniform(0.02, 0.3), any_colour(rng))
    if rng.random() < 0.3:
        sheet.oval(0.5, 0.1, rng.uniform(0.15, 0.4), 0.1, any_colour(rng))
    return sheet.finished()


def _bicycle(rng: np.random.Generator) -> Cutout:
    height = int(rng.uniform(40, 130))
    sheet = _Sheet(rng, height, int(height * rng.uniform(0.5, 1.8)))
    colour, tyre = any_colour(rng), any_colour(rng)
    for x in (0.22, 0.78):
        sheet.oval(x, 0.7, 0.2, 0.28, tyre, 0.035)
    frame = [(0.22, 0.7), (0.4, 0.35), (0.68, 0.33), (0.5, 0.7), (0.4, 0.35), (0.22, 0.7), (0.5, 0.7)]
    for (x1, y1), (x2, y2) in pairwise(frame):
        sheet.line(x1, y1, x2, y2, 0.035, colour)
    sheet.line(0.78, 0.7, 0.66, 0.15, 0.035, colour)
    sheet.line(0.6, 0.14, 0.76, 0.12, 0.04, tyre)
    sheet.line(0.34, 0.25, 0.46, 0.25, 0.05, tyre)
    return sheet.finished()


def _car(rng: np.random.Generator) -> Cutout:
    """From the side, or from the front or behind: near a camera it fills half the frame, and its windows look like clothes."""
    return _car_from_the_side(rng) if rng.random() < 0.55 else _car_end_on(rng)


def _car_from_the_side(rng: np.random.Generator) -> Cutout:
    height = int(rng.uniform(50, 240))
    sheet = _Sheet(rng, height, int(height * rng.uniform(1.0, 2.8)))
    colour, glass = any_colour(rng), (rng.uniform(20, 120),) * 3
    front, back = rng.uniform(0.1, 0.3), rng.uniform(0.7, 0.95)
    sheet.area([(front, 0.42), (front + 0.13, 0.03), (back - 0.08, 0.03), (back, 0.42)], colour)
    sheet.area([(front + 0.04, 0.42), (front + 0.15, 0.09), (0.5, 0.09), (0.5, 0.42)], glass)
    sheet.area([(0.53, 0.42), (0.53, 0.09), (back - 0.1, 0.09), (back - 0.03, 0.42)], glass)
    sheet.area([(0, 0.5), (0.06, 0.4), (0.95, 0.4), (1, 0.55), (0.98, 0.85), (0.02, 0.85)], colour)
    for x in (rng.uniform(0.15, 0.24), rng.uniform(0.74, 0.84)):
        sheet.oval(x, 0.83, 0.09, 0.16, (25, 25, 25))
        sheet.oval(x, 0.83, 0.05, 0.09, any_colour(rng))
    for x in (0.02, 0.94):
        sheet.box(x, 0.5, x + 0.04, 0.58, any_colour(rng))
    return sheet.finished()


def _car_end_on(rng: np.random.Generator) -> Cutout:
    """Windscreen or rear window above, bonnet, lamps and bumper below; vans and lorries are taller than wide."""
    height = int(rng.uniform(50, 280))
    sheet = _Sheet(rng, height, int(height * rng.uniform(0.75, 1.5)))
    colour, dark = any_colour(rng), (rng.uniform(10, 60),) * 3
    belt, slant = rng.uniform(0.3, 0.55), rng.uniform(0.02, 0.2)
    for x in (0.04, 0.8):
        sheet.box(x, 0.75, x + 0.16, 1, (25, 25, 25))
    sheet.area([(slant + 0.02, 0), (0.98 - slant, 0), (1, belt), (1, 0.9), (0, 0.9), (0, belt)], colour)
    sheet.area(
        [(slant + 0.07, 0.06), (0.93 - slant, 0.06), (0.93, belt - 0.02), (0.07, belt - 0.02)], (rng.uniform(15, 140),) * 3
    )
    sheet.box(0.02, belt + 0.03, 0.98, belt + 0.06, dark)
    lamp, y, wide = any_colour(rng), belt + rng.uniform(0.08, 0.18), rng.uniform(0.1, 0.24)
    for x in (0.03, 0.97 - wide):
        sheet.box(x, y, x + wide, y + rng.uniform(0.06, 0.16), lamp)
    sheet.box(0.3, y, 0.7, y + rng.uniform(0.05, 0.14), dark)
    sheet.box(0, 0.78, 1, 0.9, dark if rng.random() < 0.5 else colour)
    sheet.box(0.37, 0.72, 0.63, 0.79, (rng.uniform(150, 240),) * 3)
    return sheet.finished()


def _tree(rng: np.random.Generator) -> Cutout:
    height = int(rng.uniform(60, 200))
    sheet = _Sheet(rng, height, int(height * rng.uniform(0.35, 1.0)))
    bark = (rng.uniform(20, 70), rng.uniform(30, 90), rng.uniform(40, 120))
    trunk = rng.uniform(0.03, 0.12)
    if rng.random() < 0.8:
        sheet.area([(0.5 - trunk, 1), (0.5 + trunk, 1), (0.5 + trunk * 0.6, 0.2), (0.5 - trunk * 0.6, 0.2)], bark)
    lowest = rng.uniform(0.3, 1.0)
    leaf = np.array([rng.uniform(20, 70), rng.uniform(60, 150), rng.uniform(20, 120)])
    for _ in range(int(rng.uniform(8, 60))):
        y = rng.uniform(0, lowest)
        blue, green, red = np.clip(leaf * rng.uniform(0.4, 1.4), 0, 255).tolist()
        sheet.oval(rng.uniform(0.1, 0.9), y, rng.uniform(0.04, 0.2), rng.uniform(0.03, 0.13), (blue, green, red))
    return sheet.finished()


def _furniture(rng: np.random.Generator) -> Cutout:
    """Chairs, benches, tables, trolleys: a seat or a top, legs, perhaps a back."""
    height = int(rng.uniform(35, 140))
    sheet = _Sheet(rng, height, int(height * rng.uniform(0.5, 2.2)))
    colour, legs, seat = any_colour(rng), any_colour(rng), rng.uniform(0.3, 0.6)
    left, right = rng.uniform(0, 0.2), rng.uniform(0.8, 1)
    if rng.random() < 0.7:
        sheet.box(left, 0, rng.uniform(left + 0.2, right), seat, colour)
    sheet.box(0, seat, 1, seat + rng.uniform(0.04, 0.2), colour)
    if rng.random() < 0.4:
        sheet.line(0.5, seat, 0.5, 0.95, rng.uniform(0.03, 0.08), legs)
        sheet.oval(0.5, 0.95, 0.35, 0.05, legs)
    else:
        for x in (0.05, rng.uniform(0.2, 0.8), 0.95):
            sheet.line(x, seat, x + rng.normal(0, 0.05), 1, rng.uniform(0.02, 0.06), legs)
    return sheet.finished()


def _block(rng: np.random.Generator) -> Cutout:
    """Boxes, walls, bags, boards, machines, windows."""
    height = int(rng.uniform(30, 160))
    sheet = _Sheet(rng, height, max(8, int(height * np.exp(rng.normal(-0.4, 0.6)))))
    lean = rng.uniform(0, 0.25)
    sheet.area(
        [(lean, 0), (1, rng.uniform(0, 0.15)), (1 - lean * rng.uniform(0, 1), 1), (0, rng.uniform(0.85, 1))], any_colour(rng)
    )
    for _ in range(int(rng.integers(0, 8))):
        x, y = rng.uniform(0.1, 0.8, 2)
        sheet.box(x, y, x + rng.uniform(0.03, 0.4), y + rng.uniform(0.03, 0.3), any_colour(rng))
    sheet.pixels[..., :3] *= sheet.pixels[..., 3:] > 0
    return sheet.finished()


def _heap(rng: np.random.Generator) -> Cutout:
    """Bushes, stones, sacks, clothes on a rail: lumps of a person's colours without a person's shape."""
    height = int(rng.uniform(30, 130))
    sheet = _Sheet(rng, height, max(8, int(height * rng.uniform(0.4, 2.0))))
    for _ in range(int(rng.integers(2, 9))):
        sheet.oval(rng.uniform(0.2, 0.8), rng.uniform(0.3, 0.8), rng.uniform(0.1, 0.3), rng.uniform(0.1, 0.3), any_colour(rng))
    return sheet.finished()


def _umbrella(rng: np.random.Generator) -> Cutout:
    height = int(rng.uniform(60, 180))
    sheet = _Sheet(rng, height, int(height * rng.uniform(0.6, 1.3)))
    sheet.line(0.5, 0.1, 0.5, 0.98, 0.03, any_colour(rng))
    sheet.oval(0.5, 0.98, 0.2, 0.02, any_colour(rng))
    colour = any_colour(rng)
    for x in np.linspace(0, 0.8, 5):
        shade = rng.uniform(0.8, 1.0)
        sheet.area([(0.5, 0), (x, 0.28), (x + 0.2, 0.28)], (colour[0] * shade, colour[1] * shade, colour[2] * shade))
    return sheet.finished()


def _fence(rng: np.random.Generator) -> Cutout:
    height = int(rng.uniform(40, 120))
    sheet = _Sheet(rng, height, int(height * rng.uniform(1.0, 3.0)))
    colour, n_bars = any_colour(rng), int(rng.uniform(3, 14))
    for i in range(n_bars + 1):
        sheet.line(i / n_bars, 0, i / n_bars, 1, rng.uniform(0.015, 0.05), colour)
    for y in (0.08, rng.uniform(0.4, 0.9)):
        sheet.line(0, y, 1, y, 0.04, colour)
    return sheet.finished()


_THINGS: Mapping[str, Callable[[np.random.Generator], Cutout]] = {
    "pole": _pole,
    "post": _post,
    "bicycle": _bicycle,
    "car": _car,
    "tree": _tree,
    "furniture": _furniture,
    "block": _block,
    "heap": _heap,
    "umbrella": _umbrella,
    "fence": _fence,
}
_SHARES = np.array([0.15, 0.18, 0.1, 0.2, 0.09, 0.08, 0.08, 0.06, 0.03, 0.03])
