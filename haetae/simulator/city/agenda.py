"""What somebody does, step by step, and how it is written down."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from math import hypot

from haetae.simulator.city.ground import Point
from haetae.simulator.city.map import CityMap, Place


class Act(IntEnum):
    """What a step is. AWAY: on a walkway that no camera sees."""

    WALK = 0
    RUN = 1
    STAND = 2
    PHONE = 3
    SIT = 4
    BEND = 5
    FALL = 6
    LIE = 7
    RISE = 8
    AWAY = 9


MOVING = (Act.WALK, Act.RUN)
RUN_FACTOR = 2.1
FALL_S, RISE_S = 1.1, 2.4


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. WALK and RUN go to (x, y); AWAY comes out at (x, y) of `place`; the others last `lasts_s` on the spot."""

    act: Act
    place: int
    x: float
    y: float
    lasts_s: float = 0.0
    facing: float | None = None  # heading in degrees that somebody standing turns to


@dataclass(frozen=True, slots=True)
class Walker:
    """One inhabitant. `number` counts from 1 and is the identity in every truth; `like` is whose outfit it shares."""

    number: int
    identity_seed: int
    speed_mps: float
    place: int
    start: Point
    steps: tuple[Step, ...]
    worker: bool | None = None
    like: int | None = None  # an identity seed
    group: int | None = None
    notes: tuple[str, ...] = ()  # such as "turns back", "enters the zone"


@dataclass(slots=True)
class Diary:
    """Writes an agenda; `clock_s` is about when the step after the last one begins."""

    city: CityMap
    speed_mps: float
    place: Place
    at: Point
    clock_s: float = 0.0
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def go(self, to: Point, *, run: bool = False) -> None:
        """Walks or runs there, around what stands in the way."""
        speed = self.speed_mps * (RUN_FACTOR if run else 1.0)
        for corner in self.place.ground.way(self.at, to):
            self.steps.append(Step(Act.RUN if run else Act.WALK, self.place.number, *corner))
            self.clock_s += hypot(corner[0] - self.at[0], corner[1] - self.at[1]) / speed * 1.05
            self.at = corner

    def do(self, act: Act, lasts_s: float, facing: float | None = None) -> None:
        """Something on the spot."""
        self.steps.append(Step(act, self.place.number, *self.at, lasts_s, facing))
        self.clock_s += lasts_s

    def fall(self, lies_s: float, *, rises: bool = True) -> None:
        """Falls, lies, and gets up again."""
        self.do(Act.FALL, FALL_S)
        self.do(Act.LIE, lies_s)
        if rises:
            self.do(Act.RISE, RISE_S)

    def leave(self, gate: int, to: int, gate_there: int, length_m: float) -> None:
        """Out by a gate, along the walkway, and in at the other place."""
        self.go(self.place.gates[gate])
        there = self.city.places[to]
        come_out = there.gates[gate_there]
        lasts = length_m / self.speed_mps
        self.steps.append(Step(Act.AWAY, to, *come_out, lasts))
        self.clock_s += lasts
        self.place, self.at = there, come_out


def beside(steps: tuple[Step, ...], start: Point, offset_m: float, places: tuple[Place, ...]) -> tuple[Step, ...]:
    """The same agenda, step by step, for a companion who walks `offset_m` to the left (negative: right), where there is room."""
    moved: list[Step] = []
    before, own, shift = start, start, (0.0, 0.0)
    for step in steps:
        length = hypot(step.x - before[0], step.y - before[1])
        if step.act in MOVING and length > 0.3:
            left = (-(step.y - before[1]) / length, (step.x - before[0]) / length)
            shift = (left[0] * offset_m, left[1] * offset_m)
        x, y = step.x + shift[0], step.y + shift[1]
        ground = places[step.place].ground
        if not ground.is_free(x, y) or (step.act in MOVING and not ground.clear(own, (x, y))):
            x, y = step.x, step.y
        moved.append(replace(step, x=x, y=y))
        before, own = (step.x, step.y), (x, y)
    return tuple(moved)
