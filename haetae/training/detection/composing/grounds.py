"""Places outdoors drawn flat, hundreds a minute: a ground in perspective, a far edge of walls, trees or sky, marks, shadows."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.training.detection.composing.things import any_colour, thing

Floats = NDArray[np.float32]

HEIGHT, WIDTH = 360, 576
"""Of what is drawn here, in pixels."""

_TEXTURE = 512


def ground(rng: np.random.Generator) -> Pixels:
    """(360, 576, 3) uint8. Nobody is in it."""
    horizon = int(rng.choice([rng.uniform(-0.5, 0.0), rng.uniform(0.0, 0.45)]) * HEIGHT)
    pixels = lying(rng, surface(rng), horizon)
    if horizon > 4:
        pixels[:horizon] = _far(rng, horizon)
        _edge(rng, pixels, horizon)
    if rng.random() < 0.6:
        _shadows(rng, pixels, max(0, horizon))
    pixels *= clouds(rng, (HEIGHT, WIDTH), 3, rng.uniform(0.0, 0.15))[..., None]
    softer = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.4, 1.0))
    return np.asarray(softer.clip(0, 255), dtype=np.uint8)


def surface(rng: np.random.Generator) -> Floats:
    """A square of ground seen from above: grass, paving, asphalt, gravel, boards."""
    side = _TEXTURE
    kind = rng.choice(["grass", "paving", "asphalt", "gravel", "boards", "plain"], p=[0.22, 0.3, 0.22, 0.08, 0.1, 0.08])
    base = np.clip(rng.uniform(45, 200) + rng.normal(0, rng.choice([6.0, 20.0]), 3), 20, 230).astype(np.float32)
    if kind == "grass":
        base = np.array([rng.uniform(20, 80), rng.uniform(70, 150), rng.uniform(40, 130)], np.float32)
    elif kind in ("asphalt", "gravel"):
        base = (rng.uniform(50, 170) + rng.normal(0, 6, 3)).astype(np.float32)
    texture = np.broadcast_to(base, (side, side, 3)).copy()
    texture *= clouds(rng, (side, side), 6, rng.uniform(0.02, 0.2))[..., None]
    texture *= clouds(rng, (side, side), 90, rng.uniform(0.02, 0.12 if kind == "asphalt" else 0.3))[..., None]
    if kind in ("paving", "boards"):
        _joints(rng, texture, boards=kind == "boards")
    if kind == "asphalt" or rng.random() < 0.2:
        _marks(rng, texture)
    return texture


def _joints(rng: np.random.Generator, texture: Floats, *, boards: bool) -> None:
    step = int(rng.uniform(14, 80))
    dark = rng.uniform(0.4, 0.9) if rng.random() < 0.8 else rng.uniform(1.1, 1.4)
    thick = int(rng.integers(1, 4))
    for i, at in enumerate(range(0, _TEXTURE, step)):
        shade = rng.uniform(0.85, 1.15)
        texture[at : at + step] *= shade
        texture[at : at + thick] *= dark
        if boards:
            continue
        shift = (i % 2) * step // 2 if rng.random() < 0.5 else 0
        for x in range(shift, _TEXTURE, step):
            texture[at : at + step, x : x + thick] *= dark
            texture[at : at + step, x : x + step] *= rng.uniform(0.9, 1.1)


def _marks(rng: np.random.Generator, texture: Floats) -> None:
    """Painted lines, crossings, kerbs, manholes."""
    paint = (rng.uniform(150, 250) + rng.normal(0, 10, 3)).tolist()
    match int(rng.integers(4)):
        case 0:
            for x in range(0, _TEXTURE, int(rng.uniform(30, 90))):
                cv2.line(texture, (x, 150), (x, 300), paint, int(rng.uniform(3, 25)))
        case 1:
            cv2.line(
                texture,
                (int(rng.uniform(0, _TEXTURE)), 0),
                (int(rng.uniform(0, _TEXTURE)), _TEXTURE),
                paint,
                int(rng.uniform(2, 10)),
            )
        case 2:
            y = int(rng.uniform(0, _TEXTURE))
            texture[y:] = texture[y:] * 0.3 + np.array(any_colour(rng), np.float32) * 0.7
        case _:
            for _ in range(int(rng.integers(1, 6))):
                centre = (int(rng.uniform(0, _TEXTURE)), int(rng.uniform(0, _TEXTURE)))
                cv2.circle(texture, centre, int(rng.uniform(3, 25)), any_colour(rng), -1)


def lying(rng: np.random.Generator, texture: Floats, horizon: int) -> Floats:
    """The texture seen in perspective, from the bottom of the picture up to the horizon."""
    far = max(horizon, 0)
    narrow = 0.5 if horizon < 0 else 0.05
    near = rng.uniform(1.0, 2.5)
    top, bottom = narrow * WIDTH * near, near * WIDTH
    middle, skew = WIDTH / 2, rng.normal(0, 0.2) * WIDTH
    target = np.array(
        [[middle - top + skew, far], [middle + top + skew, far], [middle + bottom, HEIGHT], [middle - bottom, HEIGHT]],
        np.float32,
    )
    side = _TEXTURE * rng.uniform(1.0, 4.0)
    source = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    if rng.random() < 0.5:  # turned on the floor
        source = np.roll(source, 1, axis=0) + rng.uniform(0, 200)
    matrix = cv2.getPerspectiveTransform(source, target)
    seen = cv2.warpPerspective(texture, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_WRAP)
    return np.nan_to_num(np.asarray(seen, dtype=np.float32))  # a row of pixels may lie on the horizon itself, infinitely far


def _far(rng: np.random.Generator, horizon: int) -> Floats:
    """What stands behind the ground: sky, walls with windows, a hedge or trees."""
    strip = np.empty((horizon, WIDTH, 3), np.float32)
    sky = rng.uniform(130, 240) + np.array([rng.uniform(0, 40), rng.uniform(-5, 10), rng.uniform(-30, 5)])
    strip[:] = sky * np.linspace(1.0, rng.uniform(0.9, 1.1), horizon)[:, None, None]
    x = 0
    while x < WIDTH:
        wide = int(rng.uniform(30, 260))
        top = int(rng.uniform(-0.6, 0.8) * horizon)
        if rng.random() < 0.65:
            _wall(rng, strip, (x, max(0, top), min(WIDTH, x + wide)))
        else:
            leaf = np.array([rng.uniform(20, 70), rng.uniform(50, 130), rng.uniform(20, 110)])
            for _ in range(wide):
                at = (int(x + rng.uniform(0, wide)), int(rng.uniform(top, horizon)))
                cv2.circle(strip, at, int(rng.uniform(2, 11)), (leaf * rng.uniform(0.4, 1.3)).tolist(), -1)
        x += int(wide * rng.uniform(0.6, 1.1))
    return strip


def _wall(rng: np.random.Generator, strip: Floats, place: tuple[int, int, int]) -> None:
    left, top, right = place
    horizon = strip.shape[0]
    strip[top:, left:right] = np.array(any_colour(rng)) * rng.uniform(0.6, 1.1)
    across, down, glass = int(rng.uniform(14, 50)), int(rng.uniform(14, 40)), any_colour(rng)
    share = rng.uniform(0.3, 0.8)
    for y in range(top + 4, horizon - 4, down):
        for x in range(left + 4, right - across // 2, across):
            cv2.rectangle(strip, (x, y), (int(x + across * share), int(y + down * share)), glass, -1)
    if rng.random() < 0.6:  # doors and shop windows reach the floor
        x = int(rng.uniform(left, right))
        cv2.rectangle(strip, (x, int(horizon - rng.uniform(10, 45))), (x + int(rng.uniform(6, 60)), horizon), any_colour(rng), -1)


def _edge(rng: np.random.Generator, pixels: Floats, horizon: int) -> None:
    """A row of things where the ground ends: cars, bushes, posts."""
    for _ in range(int(rng.integers(0, 9))):
        cutout = thing(rng)
        scale = rng.uniform(0.15, 0.5)
        small = cv2.resize(cutout, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
        height, width = small.shape[:2]
        x, y = int(rng.uniform(0, WIDTH - width)) if width < WIDTH else 0, horizon + int(rng.uniform(0, 25)) - height
        if y < 0 or width > WIDTH or y + height > HEIGHT:
            continue
        under = pixels[y : y + height, x : x + width]
        under[:] = under * (1 - small[..., 3:] / 255) + small[..., :3]


def _shadows(rng: np.random.Generator, pixels: Floats, horizon: int) -> None:
    """Of things outside the picture: of leaves, walls, poles."""
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    for _ in range(int(rng.integers(1, 6))):
        match int(rng.integers(3)):
            case 0:
                corners = rng.uniform([-100, horizon], [WIDTH + 100, HEIGHT + 60], (int(rng.integers(3, 6)), 2)).astype(np.int32)
                cv2.fillPoly(mask, [cv2.convexHull(corners)], 1.0)
            case 1:
                x = rng.uniform(0, WIDTH, 2)
                cv2.line(mask, (int(x[0]), horizon), (int(x[1]), HEIGHT), 1.0, int(rng.uniform(3, 30)))
            case _:
                centre = rng.uniform([0, horizon], [WIDTH, HEIGHT])
                for x, y in rng.normal(centre, [70, 22], (60, 2)):
                    cv2.ellipse(mask, (int(x), int(y)), (int(rng.uniform(3, 22)), int(rng.uniform(2, 9))), 0, 0, 360, 1.0, -1)
    mask[:horizon] = 0
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(0.8, 4.0)) * rng.uniform(0.2, 0.65)
    pixels *= (1 - soft)[..., None]


def clouds(rng: np.random.Generator, size: tuple[int, int], cells: int, strength: float) -> Floats:
    """(h, w) float32 around 1."""
    coarse = rng.normal(1.0, strength, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC), dtype=np.float32)
