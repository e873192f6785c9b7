"""What a scene is: how it is built, and where in it people walk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from haetae.domain.geometry import ImageSize
from haetae.simulator.drawing.scenes.furniture import wear
from haetae.simulator.drawing.scenes.stage import Stage
from haetae.simulator.drawing.view import View


@dataclass(frozen=True, slots=True)
class Scene:
    """`build` fills a stage. People have `walkable` to themselves, (x1, y1, x2, y2) metres, but for a few posts and benches at
    its sides; cameras hang at `heights_m`."""

    build: Callable[[Stage], None]
    walkable: tuple[float, float, float, float] = (3.0, -3.0, 20.0, 3.0)
    is_indoor: bool = False
    heights_m: tuple[float, float] = (3.0, 5.5)

    def furnish(self, stage: Stage) -> None:
        """Builds the scene and leaves traces of use on its ground."""
        self.build(stage)
        wear(stage, self.walkable)

    def a_view(self, rng: np.random.Generator, size: ImageSize) -> View:
        """A camera as somebody would hang it: at either end or in a corner, looking over the walkable part."""
        x1, y1, x2, y2 = self.walkable
        height = float(rng.uniform(*self.heights_m))
        far_end = bool(rng.random() < 0.4)
        x = x2 + rng.uniform(0.0, 2.0) if far_end else x1 - rng.uniform(3.0, 5.0)
        y = rng.uniform(y1, y2)
        aim_x, aim_y = x1 + (x2 - x1) * rng.uniform(0.3, 0.6), (y1 + y2) / 2 + rng.uniform(-1.0, 1.0)
        way = float(np.hypot(aim_x - x, aim_y - y))
        yaw = float(np.degrees(np.arctan2(aim_y - y, aim_x - x)))
        pitch = float(np.degrees(np.arctan2(height - 0.6, way)))
        return View((float(x), float(y), height), yaw, pitch, float(size.width * rng.uniform(0.62, 0.95)), size)
