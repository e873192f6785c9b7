"""Places indoors drawn flat: shelves of goods, racks of clothes, lockers and panelled walls beside and behind a floor. Their many
upright coloured shapes are what a detector of people takes for people."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.training.detection.composing.grounds import HEIGHT, WIDTH, clouds, lying, surface
from haetae.training.detection.composing.things import any_colour

Floats = NDArray[np.float32]

_SIDE = 512  # of a wall seen straight on
_DARK = 0.45  # least light deep in a shelf


def interior(rng: np.random.Generator) -> Pixels:
    """(360, 576, 3) uint8. Nobody is in it."""
    if rng.random() < 0.25:  # a wall close by
        pixels = cv2.resize(_wall(rng), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    else:
        pixels = _room(rng)
    pixels = pixels * clouds(rng, (HEIGHT, WIDTH), 3, rng.uniform(0.0, 0.18))[..., None]
    softer = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.4, 1.0))
    return np.asarray(softer.clip(0, 255), dtype=np.uint8)


def _room(rng: np.random.Generator) -> Floats:
    """A floor, a wall behind it, and walls or shelves along both sides, narrower with the distance."""
    horizon = int(rng.uniform(-0.1, 0.45) * HEIGHT)
    back = max(horizon + int(rng.uniform(0.04, 0.3) * HEIGHT), 8)
    pixels = lying(rng, surface(rng), horizon)
    left, right = sorted(rng.uniform(0.05, 0.95, 2) * WIDTH)
    ceiling = back - rng.uniform(0.2, 1.2) * HEIGHT
    _hang(pixels, _wall(rng), [(left, ceiling), (right, ceiling), (right, back), (left, back)])
    for inner, outer in ((left, -rng.uniform(0, 0.6) * WIDTH), (right, (1 + rng.uniform(0, 0.6)) * WIDTH)):
        low, high = HEIGHT * rng.uniform(0.9, 1.6), ceiling - rng.uniform(0, 0.8) * HEIGHT
        _hang(pixels, _wall(rng), [(outer, high), (inner, ceiling), (inner, back), (outer, low)])
    return pixels


def _hang(pixels: Floats, wall: Floats, corners: list[tuple[float, float]]) -> None:
    """Lays a wall over the four corners, clockwise from its upper left."""
    flat = np.array([[0, 0], [_SIDE, 0], [_SIDE, _SIDE], [0, _SIDE]], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, np.array(corners, np.float32))
    laid = cv2.warpPerspective(wall, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    covered = cv2.warpPerspective(np.ones((_SIDE, _SIDE), np.uint8), matrix, (WIDTH, HEIGHT)) > 0
    pixels[covered] = laid[covered]


def _wall(rng: np.random.Generator) -> Floats:
    """(512, 512, 3) float32, seen straight on."""
    draw: list[Callable[[np.random.Generator], Floats]] = [_shelves, _clothes, _lockers]
    return draw[int(rng.choice(len(draw), p=[0.6, 0.2, 0.2]))](rng)


def _shelves(rng: np.random.Generator) -> Floats:
    """Boards with goods: each kind side by side some times over, with a label, its tops at one height."""
    wall = np.full((_SIDE, _SIDE, 3), any_colour(rng), np.float32) * np.float32(rng.uniform(_DARK, 0.9))
    board, step = any_colour(rng), int(rng.uniform(40, 150))
    thick = max(2, int(step * rng.uniform(0.04, 0.15)))
    typical = rng.uniform(0.12, 0.6) * step  # a good's width
    for floor in range(step, _SIDE + step, step):
        x = 0
        while x < _SIDE:
            colour, label = any_colour(rng), any_colour(rng)
            wide, high = max(3, int(typical * rng.uniform(0.5, 1.7))), int((step - thick) * rng.uniform(0.45, 0.95))
            rounded = rng.random() < 0.35
            for _ in range(int(rng.integers(1, 7))):
                _good(wall, (x, floor - high, x + wide - 1, floor), (colour, label), rounded=rounded)
                x += wide + (rng.random() < 0.1) * wide
        cv2.rectangle(wall, (0, floor), (_SIDE, floor + thick), board, -1)
        for tag in range(int(rng.uniform(0, 40)), _SIDE, int(rng.uniform(25, 90))):
            cv2.rectangle(wall, (tag, floor), (tag + 10, floor + thick), any_colour(rng), -1)
    return wall


def _good(
    wall: Floats,
    box: tuple[int, int, int, int],
    colours: tuple[tuple[float, float, float], tuple[float, float, float]],
    *,
    rounded: bool,
) -> None:
    left, top, right, bottom = box
    colour, label = colours
    third = (bottom - top) // 3
    if rounded:  # a bottle or a jar: narrow above
        neck = max(1, (right - left) // 3)
        cv2.rectangle(wall, (left, top + third), (right, bottom), colour, -1)
        cv2.rectangle(wall, (left + neck, top), (max(left + neck, right - neck), top + third), colour, -1)
    else:
        cv2.rectangle(wall, (left, top), (right, bottom), colour, -1)
    cv2.rectangle(wall, (left, top + third), (right, top + 2 * third), label, -1)


def _clothes(rng: np.random.Generator) -> Floats:
    """Garments on rails: wide at the shoulder, hanging straight, one before the other."""
    wall = np.full((_SIDE, _SIDE, 3), any_colour(rng), np.float32)
    step = int(rng.uniform(150, 400))
    for rail in range(int(rng.uniform(0, 60)), _SIDE, step):
        x = -20
        while x < _SIDE:
            colour, wide, long = any_colour(rng), int(rng.uniform(8, 70)), int(step * rng.uniform(0.4, 0.9))
            corners = [(x + wide // 3, rail), (x + 2 * wide // 3, rail), (x + wide, rail + wide // 4)]
            corners += [(x + int(wide * 0.9), rail + long), (x + int(wide * 0.1), rail + long), (x, rail + wide // 4)]
            cv2.fillPoly(wall, [np.array(corners, np.int32)], colour)
            x += int(wide * rng.uniform(0.3, 1.1)) + 1
        cv2.line(wall, (0, rail), (_SIDE, rail), any_colour(rng), 3)
    return wall


def _lockers(rng: np.random.Generator) -> Floats:
    """Doors, windows, panels and posters in a grid."""
    wall = np.full((_SIDE, _SIDE, 3), any_colour(rng), np.float32)
    wide, high = int(rng.uniform(30, 200)), int(rng.uniform(60, 500))
    colours, gap = [any_colour(rng) for _ in range(int(rng.integers(1, 4)))], int(rng.uniform(1, 20))
    for y in range(0, _SIDE, high):
        for x in range(0, _SIDE, wide):
            colour = colours[int(rng.integers(len(colours)))]
            cv2.rectangle(wall, (x + gap, y + gap), (x + wide - gap, y + high - gap), colour, -1)
            if rng.random() < 0.3:
                middle, reach = (x + wide // 2, y + int(high * rng.uniform(0.2, 0.6))), int(rng.uniform(2, wide / 3))
                cv2.circle(wall, middle, reach, any_colour(rng), -1)
    return wall
