"""Scenes: places by name, each built anew by a random generator, so that every name stands for hundreds of places."""

from __future__ import annotations

from collections.abc import Mapping

from haetae.simulator.drawing.scenes.indoor import INDOOR
from haetae.simulator.drawing.scenes.open_air import OPEN_AIR
from haetae.simulator.drawing.scenes.scene import Scene
from haetae.simulator.drawing.scenes.stage import Stage
from haetae.simulator.drawing.scenes.streets import STREETS

SCENES: Mapping[str, Scene] = {**STREETS, **OPEN_AIR, **INDOOR}
"""Every scene by its name."""

__all__ = ["SCENES", "Scene", "Stage"]
