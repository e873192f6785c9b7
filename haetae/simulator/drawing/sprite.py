"""One person alone with an alpha channel, as some camera in some light would see them: the stuff of training pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.geometry import ImageSize
from haetae.simulator.drawing.light import Light
from haetae.simulator.drawing.patch import patch
from haetae.simulator.drawing.response import CameraResponse
from haetae.simulator.drawing.view import View
from haetae.simulator.people.figure import Figure
from haetae.simulator.people.postures import Place, Posture, PostureKind

STANDING_M = 1.75
NEAREST_CAMERA_M = 2.4
INSIDE_M = np.array([0.06] * 5 + [0.12] * 2 + [0.1] * 4 + [0.2] * 2 + [0.12] * 4)  # how deep below the skin each key point lies
SIDEWAYS = 0.14  # deviation of how far off the optical axis people stand, of their distance
SPAN_M = 3.2  # of the picture around a person
FRONT_DEG, SIDE_DEG = 45.0, 135.0


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """`bgra` (h, w, 4) uint8, colour not multiplied with alpha; `keypoints` (17, 3) float32: x px, y px, visibility 1 (hidden by
    the body itself) or 2 (seen); `kind` of posture where it was told; `direction` "front", "side" or "back", how the
    person is turned to the camera; `standing_px`: how tall somebody of 1.75 m who stands upright would be."""

    bgra: NDArray[np.uint8]
    keypoints: NDArray[np.float32]
    kind: PostureKind | None
    direction: str
    standing_px: float


def sprite(
    figure: Figure, posture: Posture, rng: np.random.Generator, *, height_px: float, kind: PostureKind | None = None
) -> Sprite | None:
    """Draws `figure` in `posture` as `rng` chooses camera, light and response; somebody upright is `height_px` tall.

    None in the rare case that nothing is left to see (a person who is smaller than a few pixels).
    """
    heading = float(rng.uniform(0, 360))
    view, place = _around(rng, height_px, heading, lying=posture.lying is not None)
    tone = _any_response(rng).tone()
    posed = figure.posed(posture, place, level=0 if height_px > 130 or len(figure.meshes) == 1 else 1)
    person = patch(posed, view, _any_light(rng), tone, shift=figure.identity.seed % 97 * 0.31)
    if person is None:
        return None
    pixels = person.pixels
    rows, columns = np.nonzero(pixels[..., 3].max(axis=1) > 0.3)[0], np.nonzero(pixels[..., 3].max(axis=0) > 0.3)[0]
    if len(rows) < 3 or len(columns) < 3:
        return None
    top, left = int(rows[0]), int(columns[0])
    part = pixels[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
    bgra = np.empty((*part.shape[:2], 4), np.uint8)
    bgra[..., :3] = np.clip(part[..., :3] + 0.5, 0, 255)
    bgra[..., 3] = part[..., 3] * 255 + 0.5
    keypoints = view.project(posed.keypoints)
    keypoints[:, 0] -= person.x + left
    keypoints[:, 1] -= person.y + top
    keypoints[:, 2] = _seen(keypoints, part[..., 4])
    return Sprite(bgra, keypoints, kind, direction(view, place), float(height_px))


def direction(view: View, place: Place) -> str:
    """How somebody at a place is turned to a camera: "front" (the face is seen), "side" or "back"."""
    back = np.degrees(np.arctan2(view.position_m[1] - place.y_m, view.position_m[0] - place.x_m))
    away = abs((float(back) - place.heading_deg + 180.0) % 360.0 - 180.0)
    return "front" if away < FRONT_DEG else ("side" if away < SIDE_DEG else "back")


def _around(rng: np.random.Generator, height_px: float, heading: float, *, lying: bool) -> tuple[View, Place]:
    """A camera somewhere around, seldom from far above, and a place near its axis."""
    lift = rng.normal(14, 10) if rng.random() < 0.5 else rng.normal(32, 13)
    elevation = np.radians(np.clip(lift, -3, 75))
    focal = 600.0
    distance = max(focal * STANDING_M / height_px, NEAREST_CAMERA_M)
    focal = height_px * distance / STANDING_M
    middle = 0.45 if lying else 0.9
    position = (float(distance * np.cos(elevation)), 0.0, float(middle + distance * np.sin(elevation)))
    place = Place(0.0, float(np.clip(rng.normal(0, SIDEWAYS), -0.45, 0.45) * distance), heading)
    width = int(2 * focal * (abs(place.y_m) + SPAN_M / 2) / distance) + 8
    tall = int(1.3 * SPAN_M * height_px) + 8
    return View(position, 180.0, float(np.degrees(elevation)), float(focal), ImageSize(width=width, height=tall)), place


def _any_light(rng: np.random.Generator) -> Light:
    """Light from any side, from dull to glaring."""
    up, turn = rng.uniform(0.35, 1.0), rng.uniform(0, 2 * np.pi)
    across = np.sqrt(1 - up * up)
    colour = np.array([rng.uniform(0.6, 1.15), 1.0, rng.uniform(0.7, 1.15)]) * rng.uniform(0.3, 1.9)
    sky = np.array([rng.uniform(0.8, 1.2), 1.0, rng.uniform(0.8, 1.1)]) * rng.uniform(0.5, 1.1)
    towards = np.array([np.cos(turn) * across, np.sin(turn) * across, up])
    ground = sky * rng.uniform(0.2, 0.5)
    return Light("day", towards, colour.astype(np.float32), sky.astype(np.float32), ground.astype(np.float32), 0.5, 4.0)


def _any_response(rng: np.random.Generator) -> CameraResponse:
    return CameraResponse(
        white_balance=(float(rng.uniform(0.85, 1.18)), 1.0, float(rng.uniform(0.85, 1.18))),
        gain=float(np.exp(rng.normal(0.4, 0.3))),
        gamma=round(float(rng.uniform(1.7, 2.5)), 2),
        saturation=float(rng.uniform(0.55, 1.2)),
    )


def _seen(keypoints: NDArray[np.float32], depth: NDArray[np.float32]) -> NDArray[np.float32]:
    """(17,) 0, 1 or 2; the third column of `keypoints` still holds depths."""
    height, width = depth.shape
    x, y = keypoints[:, 0].astype(int), keypoints[:, 1].astype(int)
    inside = (keypoints[:, 0] >= 0) & (keypoints[:, 1] >= 0) & (x < width) & (y < height)
    before = depth[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
    return np.where(inside & (keypoints[:, 2] - before < INSIDE_M), 2, 1).astype(np.float32)
