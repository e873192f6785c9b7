"""The cameras that all people of a bank walk past: views, lights, responses and places, shared by every identity.

Were each identity seen by cameras of its own, a network could tell people apart by the cameras.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from haetae.domain.geometry import ImageSize
from haetae.simulator.drawing.background import background
from haetae.simulator.drawing.light import Light, LightKind, light
from haetae.simulator.drawing.painter import Canvas
from haetae.simulator.drawing.response import CameraResponse, response
from haetae.simulator.drawing.scenes import SCENES
from haetae.simulator.drawing.view import View
from haetae.simulator.drawing.weather import Weather, WeatherKind, weather

T = TypeVar("T")

SIZE = ImageSize(width=640, height=360)
_LIGHTS: tuple[tuple[LightKind, float], ...] = (("day", 0.38), ("overcast", 0.3), ("dusk", 0.14), ("night", 0.18))
_WEATHERS: tuple[tuple[WeatherKind, float], ...] = (("clear", 0.79), ("rain", 0.09), ("snow", 0.06), ("fog", 0.06))
_STATURE_M, _WAIST_M = 1.65, 0.9
_FLOOR = 0.5  # where a background's floor says more than this, somebody can stand


@dataclass(frozen=True, slots=True, eq=False)
class BankCamera:
    """One camera with its empty picture; `quality` is that of its JPEG.

    `spots` (n, 2) float64: x and y in metres of the floor that is seen; `heights_px` (n,) how tall a grown person there looks.
    """

    canvas: Canvas
    weather: Weather
    spots: NDArray[np.float64]
    heights_px: NDArray[np.float64]
    quality: int

    @property
    def view(self) -> View:
        return self.canvas.view

    @property
    def response(self) -> CameraResponse:
        return self.canvas.response


def bank_cameras(
    n: int, seed: int, told: Callable[[str], None] = lambda _: None, *, without: Collection[str] = ()
) -> list[BankCamera]:
    """`n` cameras over the simulator's scenes in turn; seconds each. Cameras that see hardly any floor are drawn anew.

    `without`: words of lights and weathers, such as "night", that no camera has.
    """
    cameras: list[BankCamera] = []
    names = sorted(SCENES)
    attempt = 0
    while len(cameras) < n:
        rng = np.random.default_rng((seed, attempt))
        camera = _camera(names[len(cameras) % len(names)], rng, without)
        attempt += 1
        if len(camera.spots) >= 500 or attempt > 4 * n + 20:
            cameras.append(camera)
            told(f"camera {len(cameras)} of {n}")
    return cameras


def _camera(scene: str, rng: np.random.Generator, without: Collection[str]) -> BankCamera:
    height = float(rng.uniform(2.4, 6.0))
    reach = float(rng.uniform(6.0, 14.0))  # where the optical axis meets a person's waist
    pitch = float(np.degrees(np.arctan2(height - 0.9, reach)))
    view = View((0.0, 0.0, height), float(rng.uniform(-12, 12)), pitch, float(rng.uniform(430, 800)), SIZE)
    indoors = SCENES[scene].is_indoor
    lights = tuple(each for each in _LIGHTS if each[0] not in without)
    weathers = tuple(each for each in _WEATHERS if each[0] not in without)
    kind: LightKind = "indoor" if indoors else _chosen(lights, rng)
    lit: Light = light(kind, rng)
    sky = Weather() if indoors else weather(_chosen(weathers, rng), rng)
    look = response(rng)
    place = background(scene, view, lit, sky, look, rng)
    spots, heights = _floor(view, place.floor > _FLOOR)
    return BankCamera(Canvas(view, place, lit, look), sky, spots, heights, int(rng.integers(25, 88)))


def _floor(view: View, seen: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where pixels that show the floor lie on it, and how tall a person looks there."""
    rows, columns = np.nonzero(seen)
    aims = np.stack([columns + 0.5 - view.size.width / 2, rows + 0.5 - view.size.height / 2], axis=1) / view.focal_px
    rays = np.concatenate([aims, np.ones((len(aims), 1))], axis=1) @ view.rotation
    down = rays[:, 2] < -1e-3
    position = np.array(view.position_m)
    points = position + rays[down] * (position[2] / -rays[down, 2])[:, None]
    distances = np.linalg.norm(points - (position - np.array((0.0, 0.0, _WAIST_M))), axis=1)
    return points[:, :2], _STATURE_M * view.focal_px / distances


def _chosen(choices: tuple[tuple[T, float], ...], rng: np.random.Generator) -> T:
    chances = np.array([chance for _, chance in choices])
    return choices[int(rng.choice(len(choices), p=chances / chances.sum()))][0]
