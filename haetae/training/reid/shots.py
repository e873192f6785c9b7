"""One crop: somebody walks past a camera of the bank, others in between, the detector's box not quite right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.simulator.drawing.painter import Canvas, Drawn, draw_walker, keypoints_now, visibility
from haetae.simulator.drawing.sensor import through_lens
from haetae.simulator.drawing.weather import fallen
from haetae.simulator.people.figure import Figure
from haetae.simulator.people.mesh import Material, Posed
from haetae.simulator.people.postures import Place, PostureKind, any_posture, style_of
from haetae.training.reid.augmentation import noisy
from haetae.training.reid.cameras import BankCamera
from haetae.training.reid.framing import KEPT, framed

Corners = NDArray[np.float64]
"""(4,) xyxy."""

_WHOLE_PX, _WHOLE_SEEN, _WHOLE_CUT = 60.0, 0.5, 0.1
_BOX_ERROR = 0.025  # of its sides, standard deviation
_FRONT_DEG, _BACK_DEG = 45.0, 135.0  # between the heading and the way to the camera
_ATTEMPTS = 12
_TURNING_DEG = 35.0  # deviation of somebody's heading within one camera
_SURFACE_M = 0.035  # what is no deeper than this behind what the camera sees belongs to it


@dataclass(frozen=True, slots=True)
class Taking:
    """What is photographed, and how well. `least_seen` of the person's pixels: below .4 no detector's box would be that person's.

    `others`, `cut_below` and `cut_above` are chances: of somebody close by, and of boxes that end too early.
    """

    smallest_px: float = 34.0
    largest_px: float = 200.0
    least_seen: float = 0.4
    others: float = 0.28
    cut_below: float = 0.10
    cut_above: float = 0.03
    shutters_s: tuple[float, ...] = (1 / 120, 1 / 60, 1 / 30)
    least_quality: int = 15
    kept: ImageSize = KEPT
    postures: tuple[tuple[PostureKind, float], ...] = (
        (PostureKind.WALK, 0.68),
        (PostureKind.STAND, 0.21),
        (PostureKind.RUN, 0.04),
        (PostureKind.BEND, 0.03),
        (PostureKind.CROUCH, 0.02),
        (PostureKind.SIT, 0.02),
    )


ANY = Taking()
"""Whatever a detector may find."""

BEST = Taking(
    smallest_px=90.0,
    largest_px=240.0,
    least_seen=0.85,
    others=0.12,
    cut_below=0.03,
    cut_above=0.0,
    shutters_s=(1 / 120, 1 / 60),
    least_quality=60,
    kept=ImageSize(width=144, height=288),
    postures=((PostureKind.WALK, 0.75), (PostureKind.STAND, 0.25)),
)
"""What is kept as a tracklet's best shots and what attributes are read from: people near, upright, sharp and hardly hidden."""


@dataclass(frozen=True, slots=True)
class Shot:
    """`pixels` as kept; `height_px` that the person had in the camera's picture; `seen` share 0-1; front, side or back.

    `cut_above` and `cut_below` are the shares of the person's height that the box leaves out; `bag_seen` is the share of the
    person's visible pixels that show a bag or its straps, `eyes_seen` whether the camera sees at least one of the eyes.
    """

    pixels: Pixels
    height_px: float
    seen: float
    direction: str
    cut_above: float
    cut_below: float
    bag_seen: float
    eyes_seen: bool


def shot(
    camera: BankCamera,
    figure: Figure,
    others: Sequence[Figure],
    rng: np.random.Generator,
    *,
    whole: bool = False,
    taking: Taking = ANY,
    facing_deg: float | None = None,
) -> Shot | None:
    """A crop of the person, or None where none of the places tried lets enough of the person be seen.

    `whole` asks for 60 px or more, half of the person seen, and a box that cuts nothing off: what searches are measured on.
    `facing_deg`: about where to the person goes, as everybody does in one camera; None: anywhere.
    """
    for _ in range(_ATTEMPTS):
        heading = float(rng.uniform(0, 360)) if facing_deg is None else float(rng.normal(facing_deg, _TURNING_DEG))
        taken = _attempt(camera, (figure, others), taking, heading, rng)
        if taken is not None and (not whole or _is_whole(taken)):
            return taken
    return None


def _is_whole(taken: Shot) -> bool:
    cut = max(taken.cut_above, taken.cut_below)
    return taken.height_px >= _WHOLE_PX and taken.seen >= _WHOLE_SEEN and cut <= _WHOLE_CUT


def _attempt(
    camera: BankCamera, people: tuple[Figure, Sequence[Figure]], taking: Taking, heading: float, rng: np.random.Generator
) -> Shot | None:
    figure, others = people
    spot = _spot(camera, taking, rng)
    if spot is None:
        return None
    canvas = camera.canvas
    canvas.clear()
    drawn, posed = _drawn(canvas, figure, Place(spot[0], spot[1], heading), (1, taking), rng)
    if drawn is None:
        return None
    if others and rng.random() < taking.others:
        away, side = rng.uniform(0.35, 1.1), rng.uniform(0, 2 * np.pi)
        near = Place(spot[0] + away * np.cos(side), spot[1] + away * np.sin(side), float(rng.uniform(0, 360)))
        _drawn(canvas, others[int(rng.integers(len(others)))], near, (2, taking), rng)
    seen = visibility(canvas, drawn)
    if seen < taking.least_seen:
        return None
    box = _box(drawn, canvas, taking, rng)
    if box is None:
        return None
    eyes = bool((keypoints_now(canvas, drawn)[1:3, 2] == 2).any())
    bag = _bag_seen(canvas, posed)
    pixels, offset = _photographed(camera, box, taking.least_quality, rng)
    moved = box - np.array([*offset, *offset])
    top, bottom = drawn.box[1], drawn.box[3]
    above, below = (float(max(0.0, cut) / (bottom - top)) for cut in (box[1] - top, bottom - box[3]))
    kept, direction = framed(pixels, moved, taking.kept), direction_of(heading, camera, spot)
    return Shot(kept, float(bottom - top), seen, direction, above, below, bag, eyes)


def _bag_seen(canvas: Canvas, posed: Posed) -> float:
    """The share of the pixels of somebody (number 1) that show a bag: those which the camera sees vertices of bags in."""
    carried = posed.vertices[posed.mesh.material == Material.BAG]
    if not len(carried):
        return 0.0
    height, width = canvas.ids.shape[0], canvas.ids.shape[1]
    places = canvas.view.project(carried)
    x, y = places[:, 0].astype(int), places[:, 1].astype(int)
    inside = (x >= 0) & (y >= 0) & (x < width) & (y < height) & (places[:, 2] > 0)
    x, y, depth = x[inside], y[inside], places[inside, 2]
    shown = (canvas.ids[y, x] == 1) & (depth - canvas.depth[y, x] < _SURFACE_M)
    n_person = int(np.count_nonzero(canvas.ids == 1))
    return len(np.unique(y[shown] * width + x[shown])) / max(1, n_person)


def direction_of(heading_deg: float, camera: BankCamera, spot: tuple[float, float]) -> str:
    """Whether the camera sees somebody at `spot` who faces `heading_deg` from the front, from the side or from the back."""
    x, y, _ = camera.view.position_m
    to_camera = np.degrees(np.arctan2(y - spot[1], x - spot[0]))
    away = abs((heading_deg - to_camera + 180.0) % 360.0 - 180.0)
    return "front" if away < _FRONT_DEG else "back" if away > _BACK_DEG else "side"


def _spot(camera: BankCamera, taking: Taking, rng: np.random.Generator) -> tuple[float, float] | None:
    """A place on the floor where people are about as tall in pixels as is wanted: small and large ones alike often."""
    if not len(camera.spots):
        return None
    candidates = rng.integers(0, len(camera.spots), 48)
    wanted = rng.uniform(np.log(taking.smallest_px), np.log(taking.largest_px))
    heights = camera.heights_px[candidates]
    misses = np.abs(np.log(heights) - wanted)
    misses[(heights < 0.8 * taking.smallest_px) | (heights > 1.2 * taking.largest_px)] = np.inf
    best = int(np.argmin(misses))
    if not np.isfinite(misses[best]):
        return None
    x, y = camera.spots[candidates[best]].tolist()
    return float(x), float(y)


def _drawn(
    canvas: Canvas, figure: Figure, place: Place, numbered: tuple[int, Taking], rng: np.random.Generator
) -> tuple[Drawn | None, Posed]:
    number, taking = numbered
    kinds, chances = zip(*taking.postures, strict=True)
    shares = np.array(chances, np.float64)
    kind = kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]
    posed = figure.posed(any_posture(rng, kind, style_of(figure.identity)), place)
    speed = {PostureKind.WALK: 1.3, PostureKind.RUN: 3.0}.get(kind, 0.0)
    way = np.radians(place.heading_deg)
    velocity = (float(speed * np.cos(way)), float(speed * np.sin(way)))
    shift = float(figure.identity.seed % 30)
    shutter_s = float(rng.choice(taking.shutters_s))
    return draw_walker(canvas, posed, number, shift=shift, velocity_m_s=velocity, shutter_s=shutter_s), posed


def _box(drawn: Drawn, canvas: Canvas, taking: Taking, rng: np.random.Generator) -> Corners | None:
    """What a detector might give: within the picture, a little off, sometimes without the feet or the top of the head."""
    height, width = canvas.frame.shape[:2]
    x1, y1, x2, y2 = drawn.box
    whole_px = y2 - y1
    x1, y1, x2, y2 = max(0.0, x1), max(0.0, y1), min(float(width), x2), min(float(height), y2)
    draw = rng.random()
    if draw < taking.cut_below:
        y2 -= rng.uniform(0.05, 0.4) * (y2 - y1)
    elif draw < taking.cut_below + taking.cut_above:
        y1 += rng.uniform(0.02, 0.12) * (y2 - y1)
    wide, high = x2 - x1, y2 - y1
    if wide < 6 or high < max(14.0, 0.4 * whole_px):
        return None
    off = rng.normal(0, _BOX_ERROR, 4)
    return np.array([x1 + 1.5 * off[0] * wide, y1 + off[1] * high, x2 + 1.5 * off[2] * wide, y2 + off[3] * high])


def _photographed(
    camera: BankCamera, box: Corners, least_quality: int, rng: np.random.Generator
) -> tuple[Pixels, tuple[int, int]]:
    """The part of the camera's picture around the box, through lens, weather, sensor and compression; and where it begins."""
    canvas = camera.canvas
    height, width = canvas.frame.shape[:2]
    room_x, room_y = 0.15 * (box[2] - box[0]) + 6, 0.15 * (box[3] - box[1]) + 6
    left, top = max(0, int(box[0] - room_x)), max(0, int(box[1] - room_y))
    right, bottom = min(width, int(box[2] + room_x) + 1), min(height, int(box[3] + room_y) + 1)
    if camera.weather.kind in ("rain", "snow"):  # layers of drops are kept for the size of the whole picture
        pixels = fallen(through_lens(canvas.frame, camera.response), camera.weather, rng)[top:bottom, left:right]
    else:
        pixels = through_lens(canvas.frame[top:bottom, left:right], camera.response)
    pixels = noisy(pixels, camera.response.noise, rng)
    quality = int(np.clip(camera.quality + rng.integers(-10, 11), least_quality, 95))
    coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8), (left, top)
