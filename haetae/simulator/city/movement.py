"""How the walkers of a city move: every agenda carried out, kept as arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.city.agenda import Walker
from haetae.simulator.city.map import Place
from haetae.simulator.city.marching import HEADING, OWN_SPEED, STEP_S, Floats, Ints, X, Y, march


@dataclass(frozen=True, slots=True)
class Movement:
    """Every walker every STEP_S. Arrays (n_steps, n_walkers): `step` indexes all agendas one after the other (`first` says
    where each begins), `place` is -1 on walkways, `x`, `y` metres in the place, `heading` degrees, `paced` metres walked so
    far as a natural walk's steps would have taken them (it drives the gait), `speed` m/s. `began`, `ended`: (n_agenda_steps,)
    seconds, infinite where it was not reached.
    """

    first: Ints
    step: Ints
    place: Ints
    x: NDArray[np.float32]
    y: NDArray[np.float32]
    heading: NDArray[np.float32]
    paced: NDArray[np.float32]
    speed: NDArray[np.float32]
    began: Floats
    ended: Floats


def moved(walkers: Sequence[Walker], places: Sequence[Place], duration_s: float) -> Movement:
    """All agendas carried out from 0 to `duration_s`. The same agendas give the same movement."""
    n_steps = math.ceil(duration_s / STEP_S) + 2
    first = np.cumsum([0, *(len(walker.steps) for walker in walkers)]).astype(np.int64)
    agenda = _agenda(walkers)
    blocks = np.array([[p.number, b.x1, b.y1, b.x2, b.y2] for p in places for b in p.ground.obstacles], np.float64).reshape(-1, 5)
    begins = np.searchsorted(blocks[:, 0], np.arange(len(places) + 1)).astype(np.int64)
    rows = np.zeros((n_steps, len(walkers)), np.int64)
    facts = np.zeros((n_steps, len(walkers), 6))
    times = np.full((2, len(agenda)), math.inf)
    homes = np.array([walker.place for walker in walkers], np.int64)
    leader = np.array([-1 if walker.group is None else walker.group - 1 for walker in walkers], np.int64)
    behind = np.where(leader >= 0, first[:-1] - first[leader], 0)
    march((first[:-1].copy(), leader, behind), agenda, _people(walkers), homes, (blocks, begins), (rows, facts), times)
    x, y, heading, paced, speed = (np.ascontiguousarray(facts[:, :, k], np.float32) for k in range(1, 6))
    return Movement(first, rows, facts[:, :, 0].astype(np.int64), x, y, heading, paced, speed, times[0], times[1])


def _agenda(walkers: Sequence[Walker]) -> Floats:
    rows = []
    for walker in walkers:
        last = len(walker.steps) - 1
        for k, step in enumerate(walker.steps):
            facing = math.nan if step.facing is None else step.facing
            rows.append([int(step.act), step.place, step.x, step.y, step.lasts_s, facing, k == last])
    return np.array(rows, np.float64)


def _people(walkers: Sequence[Walker]) -> Floats:
    people = np.zeros((len(walkers), 8))
    headings = np.random.default_rng(len(walkers)).uniform(0, 360, len(walkers))
    for k, walker in enumerate(walkers):
        people[k, [X, Y, HEADING, OWN_SPEED]] = [*walker.start, headings[k], walker.speed_mps]
    return people
