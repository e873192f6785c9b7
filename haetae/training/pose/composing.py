"""Examples: a person in a square picture as a detector's box would cut it, every posture turned every way, partly hidden."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from haetae.inference.pose_estimator import MARGIN
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.pose.clip_people import ClipPeople
from haetae.training.pose.crops import Map, Pixels, Points, cut, mapped, square_map
from haetae.training.pose.network import SIDE_PX
from haetae.training.pose.sprite_bank import SpriteBank

_HIDDEN, _OUTSIDE, _UNSURE = 0.3, 0.5, 0.4  # weights of joints that can only be guessed
_TEACHER_SURE, _TEACHER_UNSURE = 0.4, 0.25


@dataclass(frozen=True, slots=True)
class Example:
    """`pixels` (128, 128, 3) uint8 BGR; `places` (17, 2) float32 in 0-1 of the picture, outside of it where the joint is;
    `weights` (17,) float32, 0: nobody knows."""

    pixels: Pixels
    places: NDArray[np.float32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Chances:
    """How often what happens to an example."""

    turned_anyhow: float = 0.35
    hidden_below: float = 0.18
    with_another: float = 0.3
    border: float = 0.12


def drawn_example(
    rng: Generator, sprites: SpriteBank, places: PictureBank | None, chances: Chances, index: int | None = None
) -> Example:
    """A drawn person on an empty place, with others, behind things, at the picture's border."""
    index = int(rng.integers(len(sprites))) if index is None else index
    picture, points = sprites.pictures.picture(index), sprites.keypoints[index]
    to_cut, mirrored = _view(rng, outline_of(picture), chances)
    canvas = backdrop(rng, places)
    joints = mapped(points, to_cut, mirrored=mirrored)
    seen = joints[:, 2] >= 2
    another = rng.random() < chances.with_another
    in_front = rng.random() < 0.4
    if another and not in_front:
        _paste_another(rng, canvas, sprites)
    _paste(canvas, cut(picture, to_cut, SIDE_PX))
    if another and in_front:
        seen &= ~_covers(_paste_another(rng, canvas, sprites), joints)
    if rng.random() < chances.hidden_below:
        canvas, joints, hidden = _behind_something(rng, canvas, joints, backdrop(rng, places))
        seen &= ~hidden
    if rng.random() < chances.border:
        seen &= ~_cover_border(rng, canvas, joints)
    return Example(developed(rng, canvas), *_answers(joints, seen))


def clip_example(rng: Generator, people: ClipPeople, index: int, chances: Chances) -> Example:
    """A real person, with the joints that the teacher is sure of."""
    picture, box, points = people.pictures.picture(index), people.boxes[index], people.keypoints[index]
    outline = np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]], np.float32)
    middle = np.asarray(
        (outline + np.roll(outline, 1, axis=0)) / 2, dtype=np.float32
    )  # a person fills the box as a diamond does, not its corners
    to_cut, mirrored = _view(rng, middle, chances)
    joints = mapped(points, to_cut, mirrored=mirrored)
    places = joints[:, :2] / SIDE_PX
    weights = np.where(joints[:, 2] >= _TEACHER_SURE, 1.0, np.where(joints[:, 2] >= _TEACHER_UNSURE, _UNSURE, 0.0))
    return Example(developed(rng, cut(picture, to_cut, SIDE_PX)), places.astype(np.float32), weights.astype(np.float32))


def outline_of(picture: Pixels) -> Points:
    """(n, 2) some opaque pixels of a cut-out person, enough to know its extent however it is turned."""
    rows, columns = np.nonzero(picture[::3, ::3, 3] > 127)
    return np.asarray(3 * np.stack([columns, rows], axis=1) + 1, dtype=np.float32)


def backdrop(rng: Generator, places: PictureBank | None) -> Pixels:
    """(128, 128, 3): an empty place seen anyhow, or a plain one where there are none."""
    if places is None or rng.random() < 0.1:
        corners = rng.uniform(20, 235, (2, 2, 3)) * 0.5 + rng.uniform(20, 235, 3) * 0.5
        plain = cv2.resize(corners.astype(np.float32), (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR)
        return np.asarray(plain, dtype=np.uint8)
    picture = places.picture(int(rng.integers(len(places))))
    height, width = picture.shape[:2]
    side = min(height, width) * rng.uniform(0.35, 1.0)
    centre = (float(rng.uniform(0.3, 0.7) * width), float(rng.uniform(0.3, 0.7) * height))
    turned = rng.uniform(-180, 180) if rng.random() < 0.2 else rng.normal(0, 6)
    to_cut = square_map(centre, side, SIDE_PX, turned=float(turned), mirrored=bool(rng.random() < 0.5))
    return cut(picture, to_cut, SIDE_PX, outside=None).copy()


def developed(rng: Generator, pixels: Pixels) -> Pixels:
    """As a camera might have given it: coarse, blurred, in another light, noisy, compressed."""
    if rng.random() < 0.45:
        small = int(SIDE_PX * np.exp(rng.uniform(np.log(0.25), 0)))
        coarse = cv2.resize(pixels, (small, small), interpolation=cv2.INTER_AREA)
        pixels = np.asarray(cv2.resize(coarse, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    if rng.random() < 0.25:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), float(rng.uniform(0.4, 1.6))), dtype=np.uint8)
    levels = np.linspace(0, 1, 256)[:, None] ** np.exp(rng.normal(0, 0.2)) * np.exp(rng.normal(0, 0.12) + rng.normal(0, 0.06, 3))
    table = np.clip(255 * ((levels - 0.5) * np.exp(rng.normal(0, 0.15)) + 0.5), 0, 255).astype(np.uint8)
    pixels = np.asarray(cv2.LUT(pixels, table[None]), dtype=np.uint8)
    if rng.random() < 0.12:
        pixels = np.repeat(pixels.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
    if rng.random() < 0.4:
        noise = rng.normal(0, rng.uniform(1, 10), pixels.shape).astype(np.float32)
        pixels = np.clip(pixels + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        _, body = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 85))])
        pixels = np.asarray(cv2.imdecode(body, cv2.IMREAD_COLOR), dtype=np.uint8)
    return pixels


def _view(rng: Generator, outline: Points, chances: Chances) -> tuple[Map, bool]:
    """The square that a box around the turned outline would give, not quite in its place."""
    turned = float(rng.uniform(-180, 180) if rng.random() < chances.turned_anyhow else rng.normal(0, 12))
    mirrored = bool(rng.random() < 0.5)
    upright = square_map((0.0, 0.0), 1.0, 1, turned=turned, mirrored=mirrored)[:, :2]
    shown = outline @ upright.T
    low, high = shown.min(axis=0), shown.max(axis=0)
    longer = float((high - low).max())
    side = (1 + 2 * MARGIN) * longer * float(np.exp(np.clip(rng.normal(0.02, 0.11), -0.25, 0.3)))
    middle = (low + high) / 2 + rng.normal(0, 0.035, 2) * longer
    centre = np.linalg.inv(upright) @ middle
    return square_map((float(centre[0]), float(centre[1])), side, SIDE_PX, turned=turned, mirrored=mirrored), mirrored


def _paste(canvas: Pixels, cutting: Pixels) -> None:
    """Blends BGRA onto BGR, in place."""
    alpha = cutting[:, :, 3:].astype(np.float32) / 255
    canvas[:] = (canvas * (1 - alpha) + cutting[:, :, :3] * alpha).astype(np.uint8)


def _paste_another(rng: Generator, canvas: Pixels, sprites: SpriteBank) -> NDArray[np.bool_]:
    """Somebody else beside the person, not over the middle; what they cover."""
    picture = sprites.pictures.picture(int(rng.integers(len(sprites))))
    height, width = picture.shape[:2]
    side = max(height, width) * float(rng.uniform(0.9, 1.8))
    angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(0.35, 0.6) * side
    centre = (width / 2 + away * float(np.cos(angle)), height / 2 + 0.5 * away * float(np.sin(angle)))
    cutting = cut(picture, square_map(centre, side, SIDE_PX, mirrored=bool(rng.random() < 0.5)), SIDE_PX)
    _paste(canvas, cutting)
    return np.asarray(cutting[:, :, 3] > 127)


def _behind_something(rng: Generator, canvas: Pixels, joints: Points, thing: Pixels) -> tuple[Pixels, Points, NDArray[np.bool_]]:
    """A counter, a car, a wall hides one side of the person; the box then ends where the person does, so it is cut anew."""
    keeps = float(rng.uniform(0.4, 0.85))
    axis, from_end = (0, bool(rng.random() < 0.8)) if rng.random() < 0.75 else (1, bool(rng.random() < 0.5))
    line = int(SIDE_PX * (keeps if from_end else 1 - keeps))
    covered = slice(line, None) if from_end else slice(None, line)
    canvas = canvas.copy()
    rows, columns = (covered, slice(None)) if axis == 0 else (slice(None), covered)
    canvas[rows, columns] = thing[rows, columns]
    along = joints[:, 1 - axis]
    hidden = np.asarray(along >= line if from_end else along < line)
    side = SIDE_PX * float(rng.uniform(keeps, 1.0))
    middle = [SIDE_PX / 2, SIDE_PX / 2]
    middle[1 - axis] += (-0.5 if from_end else 0.5) * SIDE_PX * (1 - keeps)
    again = square_map((middle[0], middle[1]), side, SIDE_PX)
    return cut(canvas, again, SIDE_PX, outside=None), mapped(joints, again), hidden


def _cover_border(rng: Generator, canvas: Pixels, joints: Points) -> NDArray[np.bool_]:
    """The frame ends within the square: black beyond, in place; joints there are not seen."""
    depth, axis, from_end = int(rng.uniform(0.03, 0.2) * SIDE_PX), int(rng.integers(2)), bool(rng.random() < 0.5)
    covered = slice(SIDE_PX - depth, None) if from_end else slice(None, depth)
    canvas[(covered, slice(None)) if axis == 0 else (slice(None), covered)] = 0
    along = joints[:, 1 - axis]
    return np.asarray(along >= SIDE_PX - depth if from_end else along < depth)


def _covers(mask: NDArray[np.bool_], joints: Points) -> NDArray[np.bool_]:
    at = np.clip(joints[:, :2].astype(int), 0, SIDE_PX - 1)
    return np.asarray(mask[at[:, 1], at[:, 0]])


def _answers(joints: Points, seen: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    places = (joints[:, :2] / SIDE_PX).astype(np.float32)
    inside = ((places >= 0) & (places < 1)).all(axis=1)
    weights = np.where(inside, np.where(seen, 1.0, _HIDDEN), _OUTSIDE)
    return places, weights.astype(np.float32)
