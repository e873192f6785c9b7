"""What a camera sees when nobody is there: drawn once, with the depth that hides people and the floor for their shadows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.errors import Misconfigured
from haetae.simulator.drawing.light import Light
from haetae.simulator.drawing.response import CameraResponse, tone_picture
from haetae.simulator.drawing.scenes import SCENES, Stage
from haetae.simulator.drawing.trace import Coarse, Eye, Place, Sun, feel, trace
from haetae.simulator.drawing.view import View
from haetae.simulator.drawing.weather import Weather

MEAN_LEVEL = 0.27
"""The mean linear brightness that a camera's automatic exposure aims at."""
BIDS = 0.75  # how far it goes towards it: night stays darker than day


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """`pixels` (h, w, 3) uint8 BGR before the lens; `depth` (h, w) float32 metres along the viewing axis (1e9: sky); `floor`
    (h, w) float32 0-1, where and how much shadows fall; `exposure` is what the camera multiplies light with here; `fog_colour`
    BGR levels."""

    pixels: NDArray[np.uint8]
    depth: NDArray[np.float32]
    floor: NDArray[np.float32]
    exposure: float = 1.0
    fog_per_m: float = 0.0
    fog_colour: tuple[float, float, float] = (0.0, 0.0, 0.0)


def background(
    scene: str, view: View, light: Light, weather: Weather, response: CameraResponse, rng: np.random.Generator
) -> Background:
    """Builds the scene as `rng` decides and draws it: the same seed and light give every camera the same place.

    Raises:
        Misconfigured: there is no such scene.
    """
    if scene not in SCENES:
        raise Misconfigured(f"There is no scene '{scene}'; choose one of {', '.join(sorted(SCENES))}.")
    stage = Stage(rng, light)
    SCENES[scene].furnish(stage)
    linear, depth, floor = _traced(stage.place(view.position_m), view, light, weather, SCENES[scene].is_indoor)
    exposure = _exposure(linear, response.gain)
    tone = response.tone(exposure)
    pixels = np.empty(linear.shape, np.uint8)
    tone_picture(linear, tone, pixels)
    fog = np.empty((1, 1, 3), np.uint8)
    tone_picture((0.7 * light.sky).reshape(1, 1, 3).astype(np.float32), tone, fog)
    blue, green, red = (float(v) for v in fog[0, 0])
    return Background(pixels, depth, floor, exposure, 0.0 if SCENES[scene].is_indoor else weather.fog_per_m, (blue, green, red))


def _traced(
    place: Place, view: View, light: Light, weather: Weather, is_indoor: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    width, height = view.size.width, view.size.height
    eye = Eye(np.asarray(view.position_m, np.float64), view.rotation, float(view.focal_px), width, height)
    outside = 0.0 if is_indoor else 1.0
    numbers = [light.is_hard, is_indoor, weather.wet * outside, weather.white * outside, weather.fog_per_m * outside]
    sun = Sun(
        light.direction.astype(np.float64),
        light.colour.astype(np.float64),
        light.sky.astype(np.float64),
        light.ground.astype(np.float64),
        np.ascontiguousarray(light.lamps, np.float64),
        light.lamp_colour.astype(np.float64),
        np.array(numbers, np.float64),
    )
    step = 4 if width > 800 else 3
    shape = (height // step + 2, width // step + 2)
    coarse = Coarse(step, np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.zeros(shape, np.int32))
    feel(place, eye, sun, coarse)
    picture = np.empty((height, width, 3), np.float32)
    depth, floor = np.empty((height, width), np.float32), np.empty((height, width), np.float32)
    trace(place, eye, sun, coarse, picture, (depth, floor))
    return picture, depth, floor


def _exposure(linear: NDArray[np.float32], gain: float) -> float:
    """Automatic exposure: brings the mean of the picture, bright spots capped, most of the way to MEAN_LEVEL."""
    grey = np.minimum(linear.mean(axis=2), 1.5)
    mean = float(grey.mean()) * gain
    return float((MEAN_LEVEL / max(mean, 1e-4)) ** BIDS)
