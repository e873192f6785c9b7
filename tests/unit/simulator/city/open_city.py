"""A city of open floors with one obstacle each: nothing has to be drawn or built for it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from haetae.simulator.city.city import City, city
from haetae.simulator.city.ground import Area, Ground
from haetae.simulator.city.map import Setting
from haetae.simulator.city.script import Casting

PILLAR = Area(9.0, -0.5, 10.0, 0.5)


def ground(_: Setting) -> Ground:
    return Ground(Area(3, -3.5, 20, 3.5), Area(-5, -6, 27, 6), (PILLAR,))


def setting(rng: np.random.Generator) -> Setting:
    return Setting("open", int(rng.integers(1000)), "day", "clear")


@lru_cache(maxsize=8)
def open_city(seed: int = 7, n_cameras: int = 6, minutes: float = 5.0, outfits_shared_by: int = 1) -> City:
    casting = Casting(outfits_shared_by=outfits_shared_by)
    return city(seed, n_cameras, minutes, casting=casting, setting=setting, ground=ground)
