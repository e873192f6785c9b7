"""What the places of a city look like, and where in them one can walk."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from haetae.simulator.city.ground import Area, Ground
from haetae.simulator.city.map import Setting
from haetae.simulator.drawing.light import Light, LightKind, light
from haetae.simulator.drawing.scenes import SCENES
from haetae.simulator.drawing.scenes.stage import Stage
from haetae.simulator.drawing.solids import extents
from haetae.simulator.drawing.weather import Weather, WeatherKind, weather

_LIGHTS: dict[LightKind, float] = {"day": 0.42, "overcast": 0.3, "dusk": 0.16, "night": 0.12}
_WEATHERS: dict[WeatherKind, float] = {"clear": 0.72, "rain": 0.12, "snow": 0.07, "fog": 0.09}
_STEP_OVER_M = 0.12  # lower things are walked over
_PASS_UNDER_M = 1.9  # what begins higher up is passed under
_BEYOND_M, _ASIDE_M = 7.0, 4.0  # how far people come from and go to around a stage
_HIGHEST_M = 6.0


def settings(
    first_seed: int, city_seed: int, *, light_kind: LightKind | None = None, weather_kind: WeatherKind | None = None
) -> Callable[[np.random.Generator], Setting]:
    """What draws the looks of a city's places: each another scene, all under one sky. Scenes come from `first_seed` on."""
    rng = np.random.default_rng([city_seed, 4])
    sky = light_kind or cast(LightKind, str(rng.choice(list(_LIGHTS), p=list(_LIGHTS.values()))))
    falls = weather_kind or cast(WeatherKind, str(rng.choice(list(_WEATHERS), p=list(_WEATHERS.values()))))
    order = [str(name) for name in rng.permutation(sorted(SCENES))]
    taken = 0

    def setting(rng: np.random.Generator) -> Setting:
        nonlocal taken
        scene = order[taken % len(order)]
        taken += 1
        indoor = SCENES[scene].is_indoor
        return Setting(
            scene, first_seed + int(rng.integers(1_000_000)), "indoor" if indoor else sky, "clear" if indoor else falls
        )

    return setting


def light_of(setting: Setting) -> Light:
    """The light of a place."""
    return light(cast(LightKind, setting.light), np.random.default_rng([setting.seed, 1]))


def weather_of(setting: Setting) -> Weather:
    """The weather of a place."""
    return weather(cast(WeatherKind, setting.weather), np.random.default_rng([setting.seed, 2]))


def layout_rng(setting: Setting) -> np.random.Generator:
    """What the scene is built from: the same for every camera of the place."""
    return np.random.default_rng([setting.seed, 3])


def ground(setting: Setting) -> Ground:
    """Where one can walk in a place: everything around its stage but for the solids of its scene that stand in the way."""
    scene = SCENES[setting.scene]
    stage = Stage(layout_rng(setting), light_of(setting))
    scene.build(stage)
    x1, y1, x2, y2 = scene.walkable
    whole = Area(x1 - _BEYOND_M, y1 - _ASIDE_M, x2 + _BEYOND_M, y2 + _ASIDE_M)
    boxes = extents(stage.place().solids.shapes)
    standing = boxes[(boxes[:, 2] < _PASS_UNDER_M) & (boxes[:, 5] > _STEP_OVER_M)]
    obstacles = [Area(float(b[0]), float(b[1]), float(b[3]), float(b[4])) for b in standing]
    near = tuple(
        b for b in obstacles if b.x2 > whole.x1 - 1 and b.x1 < whole.x2 + 1 and b.y2 > whole.y1 - 1 and b.y1 < whole.y2 + 1
    )
    low, high = scene.heights_m
    return Ground(Area(x1, y1, x2, y2), whole, near, (low, high if scene.is_indoor else max(high, _HIGHEST_M)))
