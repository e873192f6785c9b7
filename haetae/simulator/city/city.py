"""A city: who is where when, doing what. Pure data; the same seed gives the same city."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.simulator.city import surroundings
from haetae.simulator.city.agenda import Act, Step, Walker
from haetae.simulator.city.ground import Ground
from haetae.simulator.city.map import CityCamera, CityMap, Setting, city_map
from haetae.simulator.city.marching import STEP_S, Ints
from haetae.simulator.city.movement import Movement, moved
from haetae.simulator.city.script import FIRST_SEED, Casting, Part, script

MAX_MINUTES = 24 * 60.0
_SEEN_OUTSIDE_PX = 260.0  # somebody so far outside a picture (of 1280 px) can still cast a shadow or stretch an arm into it


@dataclass(frozen=True, slots=True)
class State:
    """One walker at one instant, in the plane of the place (metres, degrees). `elapsed_s` since `act` began, of `lasts_s`."""

    number: int
    act: Act
    elapsed_s: float
    lasts_s: float
    x_m: float
    y_m: float
    heading_deg: float
    paced_m: float  # walked so far in steps of a natural walk: what the gait's phase follows
    speed_mps: float


@dataclass(frozen=True)
class City:
    """The city of a seed. `walkers[k]` has the number k + 1."""

    seed: int
    minutes: float
    part: Part
    map: CityMap
    walkers: tuple[Walker, ...]
    movement: Movement = field(repr=False)

    @property
    def duration_s(self) -> float:
        return self.minutes * 60.0

    @property
    def cameras(self) -> tuple[CityCamera, ...]:
        return self.map.cameras

    def states(self, camera: str, at_s: float) -> list[State]:
        """Everybody who may be in the camera's picture, farthest first. `at_s` from 0 to `duration_s`."""
        its = self.map.camera(camera)
        place, x, y = self.positions(at_s)
        here = np.flatnonzero(place == its.place)
        if not len(here):
            return []
        view = its.view(ImageSize(1280, 720))
        feet = view.project(np.column_stack([x[here], y[here], np.full(len(here), 0.9)]))
        seen = (feet[:, 2] > 0.6) & (np.abs(feet[:, 0] - 640) < 640 + _SEEN_OUTSIDE_PX + 900 / np.maximum(feet[:, 2], 1))
        order = np.argsort(-feet[:, 2])
        return [self.state(int(here[k]) + 1, at_s) for k in order if seen[k]]

    def positions(self, at_s: float) -> tuple[Ints, NDArray[np.float32], NDArray[np.float32]]:
        """Of every walker: place (-1 on a walkway), x and y in it."""
        k, share = self._between(at_s)
        m = self.movement
        same = m.place[k] == m.place[k + 1]
        x = np.where(same, m.x[k] * (1 - share) + m.x[k + 1] * share, m.x[k])
        y = np.where(same, m.y[k] * (1 - share) + m.y[k + 1] * share, m.y[k])
        return m.place[k], x.astype(np.float32), y.astype(np.float32)

    def state(self, number: int, at_s: float) -> State:
        """One walker, wherever."""
        k, share = self._between(at_s)
        m, i = self.movement, number - 1
        later = share if m.place[k, i] == m.place[k + 1, i] else 0.0
        n_step = int(m.step[k, i])
        step = self.walkers[i].steps[n_step - int(m.first[i])]
        turn = (float(m.heading[k + 1, i]) - float(m.heading[k, i]) + 180.0) % 360.0 - 180.0
        x, y, paced, speed = (float(a[k, i] * (1 - later) + a[k + 1, i] * later) for a in (m.x, m.y, m.paced, m.speed))
        heading = (float(m.heading[k, i]) + later * turn) % 360.0
        return State(number, step.act, at_s - float(m.began[n_step]), step.lasts_s, x, y, heading, paced, speed)

    def happened(self, number: int) -> list[tuple[Step, float, float]]:
        """(step, from, to) of everything the walker did within the city's time, seconds."""
        begin, m = int(self.movement.first[number - 1]), self.movement
        rows = []
        for k, step in enumerate(self.walkers[number - 1].steps):
            since, until = float(m.began[begin + k]), float(m.ended[begin + k])
            if since < self.duration_s:
                rows.append((step, since, min(until, self.duration_s)))
        return rows

    def _between(self, at_s: float) -> tuple[int, float]:
        position = min(max(at_s, 0.0), self.duration_s) / STEP_S + 1e-6
        k = min(int(position), self.movement.step.shape[0] - 2)
        return k, min(1.0, position - k)


def city(
    seed: int,
    n_cameras: int = 6,
    minutes: float = 5.0,
    *,
    part: Part = "test",
    casting: Casting | None = None,
    setting: Callable[[np.random.Generator], Setting] | None = None,
    ground: Callable[[Setting], Ground] = surroundings.ground,
) -> City:
    """The city of a seed; `part` decides from which identities and scenes it takes its own.

    `setting` and `ground` replace what places look like. Raises Misconfigured.
    """
    if not 0 < minutes <= MAX_MINUTES:
        raise Misconfigured(f"A city's film lasts more than 0 and at most {MAX_MINUTES:.0f} minutes, not {minutes:g}")
    if seed < 0:
        raise Misconfigured(f"A seed is 0 or more, not {seed}")
    the_map = city_map(seed, n_cameras, setting or surroundings.settings(FIRST_SEED[part], seed), ground)
    walkers = script(the_map, seed, minutes * 60.0, part, casting or Casting())
    return City(seed, minutes, part, the_map, walkers, moved(walkers, the_map.places, minutes * 60.0))
