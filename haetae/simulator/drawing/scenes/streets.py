"""Outdoors between houses: street, alley, plaza, bus stop."""

from __future__ import annotations

from collections.abc import Mapping

from haetae.simulator.drawing.scenes import furniture as things
from haetae.simulator.drawing.scenes.scene import Scene
from haetae.simulator.drawing.scenes.stage import Stage
from haetae.simulator.drawing.scenes.walls import (
    BRIGHT,
    METAL,
    WOOD,
    asphalt,
    blind_wall,
    grass,
    paving,
    shop_wall,
    sign_board,
    street_wall,
)
from haetae.simulator.drawing.surfaces import Kind

WEST, EAST = -18.0, 46.0


def houses(stage: Stage, y: float, *, shops: float = 0.5) -> None:
    """A row of houses along x at `y`, each with a front of its own; they stand on the side away from y = 0."""
    side = 1.0 if y > 0 else -1.0
    x = WEST
    while x < EAST:
        wide, back = stage.uniform(6, 16), stage.uniform(0, 0.8)
        high = stage.uniform(5, 14)
        front = y + side * back
        stage.box(
            (x, front, 0), (x + wide, front + side * 4, high), street_wall(stage) if stage.chance(0.8) else blind_wall(stage)
        )
        if stage.chance(shops):
            stage.box((x + 0.3, front - side * 0.12, 0), (x + wide - 0.3, front, stage.uniform(3.2, 3.6)), shop_wall(stage))
            if stage.chance(0.5):
                awning = stage.material(Kind.STRIPES, stage.pick(BRIGHT), (220, 220, 220), (stage.uniform(0.2, 0.5), 1.0))
                stage.box((x + 0.5, front - side * 1.2, 2.6), (x + wide * 0.7, front, 2.75), awning)
        elif stage.chance(0.6):
            at = x + stage.uniform(0.5, wide - 1.5)
            stage.box((at, front - side * 0.05, 0), (at + 1.1, front, 2.2), stage.paint(stage.pick(METAL + WOOD)))
        if stage.chance(0.4):
            at = x + stage.uniform(0.5, wide - 1)
            stage.box((at, front - side * 0.9, 2.9), (at + 0.12, front, 2.9 + stage.uniform(0.6, 1.4)), sign_board(stage))
        x += wide + (0.0 if stage.chance(0.8) else stage.uniform(1, 3))


def ends(stage: Stage, width: float) -> None:
    """What closes the view along x on either side."""
    for x in (WEST - 3, EAST):
        if stage.chance(0.7):
            stage.box((x, -width, 0), (x + 3, width, stage.uniform(4, 12)), street_wall(stage))
        else:
            for _ in range(6):
                things.tree_(stage, x + stage.uniform(0, 3), stage.uniform(-width, width))


def along(stage: Stage, y: float, spread: float, n: int) -> None:
    """Scattered things along a line."""
    for _ in range(n):
        things.clutter(stage, stage.uniform(-4, 26), y + stage.uniform(-spread, spread))


def lamps(stage: Stage, y: float) -> None:
    """Lamp posts where the light has its lamps, or in a row."""
    if len(stage.light.lamps):
        for x, lamp_y, height, _ in stage.light.lamps:
            things.lamp_post(stage, float(x), float(lamp_y + (0.8 if lamp_y > 0 else -0.8)), float(height))
        return
    gap = stage.uniform(8, 16)
    for k in range(-1, 4):
        things.lamp_post(stage, k * gap + stage.uniform(-0.5, 0.5), y, stage.uniform(3.8, 6))


def _road(stage: Stage, half: float) -> None:
    """The carriageway with its kerbs and paint."""
    stage.patch(14, 0, (80, 2 * half), asphalt(stage) if stage.chance(0.85) else paving(stage))
    edge = stage.paint((150, 150, 150))
    white = stage.material(Kind.PLAIN, (215, 218, 218), (150, 150, 150), uneven=0.4)
    for y in (-half, half):
        stage.patch(14, y, (80, 0.16), edge)
        if stage.chance(0.6):
            stage.patch(14, y * 0.94, (80, 0.12), white, look=(0.9, 0.5))
    if stage.chance(0.5):
        for k in range(-6, 12):
            stage.patch(k * 4.0, 0, (2.0, 0.12), white, look=(0.9, 0.5))
    if stage.chance(0.4):
        zebra(stage, stage.uniform(4, 16), half)


def zebra(stage: Stage, x: float, half: float) -> None:
    """White bars across a road along x."""
    white, wear = stage.material(Kind.PLAIN, (215, 218, 218), (150, 150, 150), uneven=0.4), stage.uniform(0.2, 0.7)
    for k in range(int(2 * half / 0.9)):
        stage.patch(x, -half + 0.5 + 0.9 * k, (3.2, 0.45), white, look=(0.95, wear))


def _parked(stage: Stage, y: float) -> None:
    """Cars in a row, with gaps."""
    x = stage.uniform(-8, 0)
    while x < 34:
        if stage.chance(0.5):
            things.car(stage, x, y, 180.0 * stage.chance(0.5) + stage.uniform(-2, 2))
        x += stage.uniform(5.2, 6.5)


def street(stage: Stage) -> None:
    """A street with pavements, parked cars, shops and trees."""
    half, kerb = stage.uniform(2.6, 4.2), stage.uniform(6.0, 9.0)
    stage.base = paving(stage)
    _road(stage, half)
    for _ in range(5):
        stage.patch(stage.uniform(-4, 25), stage.uniform(-kerb, kerb), (0.7, 0.7), stage.paint((70, 70, 72)), round_=True)
    houses(stage, kerb + 1, shops=0.6)
    houses(stage, -kerb - 1, shops=0.6)
    ends(stage, kerb + 3)
    lamps(stage, (half + 0.4) * (1 if stage.chance(0.5) else -1))
    for side in (-1, 1):
        along(stage, side * (kerb - 0.5), 0.8, int(stage.rng.integers(2, 8)))
        along(stage, side * (half + 0.5), 0.2, int(stage.rng.integers(0, 5)))
        if stage.chance(0.6):
            _parked(stage, side * (half + 1.0))
        if stage.chance(0.5):
            gap = stage.uniform(5, 9)
            for k in range(5):
                things.tree_(stage, k * gap - 3, side * (half + 0.9))


def alley(stage: Stage) -> None:
    """A narrow lane between blind walls, with bins, boxes and bicycles."""
    half = stage.uniform(2.6, 4.0)
    stage.base = (paving, asphalt, paving)[int(stage.rng.integers(3))](stage)
    for side in (-1, 1):
        x = WEST
        while x < EAST:
            wide, front = stage.uniform(3, 9), side * (half + stage.uniform(0, 0.5))
            wall = blind_wall(stage) if stage.chance(0.7) else street_wall(stage)
            stage.box((x, front, 0), (x + wide, front + side * 3, stage.uniform(2.4, 9)), wall)
            if stage.chance(0.5):
                at = x + stage.uniform(0.3, wide - 1.3)
                stage.box(
                    (at, front - side * 0.06, 0),
                    (at + stage.uniform(0.9, 2.6), front, 2.2),
                    stage.material(Kind.SHUTTER, stage.pick(METAL), (50, 50, 50), (1, 0.1)),
                )
            if stage.chance(0.4):
                at = x + stage.uniform(0.3, wide - 1)
                stage.box((at, front - side * 0.45, 2.3), (at + 0.8, front, 2.9), stage.paint((190, 190, 190)))
            x += wide
        for _ in range(int(stage.rng.integers(3, 9))):
            things.clutter(stage, stage.uniform(-2, 26), side * (half - stage.uniform(0.3, 0.7)))
        if stage.chance(0.4):
            things.crates(stage, stage.uniform(4, 20), side * (half - 0.6))
    ends(stage, half)
    lamps(stage, half - 0.2)
    metal = stage.paint((40, 40, 40))
    for _ in range(int(stage.rng.integers(0, 5))):
        x, z = stage.uniform(0, 25), stage.uniform(4, 6)
        stage.rod((x, -half, z), (x + stage.uniform(-3, 3), half, z + stage.uniform(-0.4, 0.4)), 0.015, metal)


def plaza(stage: Stage) -> None:
    """A wide square with trees, benches, a kiosk and cafe tables."""
    stage.base = paving(stage)
    for _ in range(int(stage.rng.integers(0, 4))):
        stage.patch(
            stage.uniform(0, 25),
            stage.uniform(-9, 9),
            (stage.uniform(2, 16), stage.uniform(0.4, 5)),
            paving(stage),
            yaw_deg=float(stage.rng.choice([0, 90])),
        )
    if stage.chance(0.4):
        stage.patch(stage.uniform(2, 20), stage.uniform(6, 9) * (1 if stage.chance(0.5) else -1), (10, 4), grass(stage))
    reach = stage.uniform(9, 15)
    houses(stage, reach, shops=0.7)
    houses(stage, -reach, shops=0.7)
    ends(stage, reach)
    lamps(stage, stage.uniform(4.5, 7))
    for side in (-1, 1):
        for _ in range(int(stage.rng.integers(3, 9))):
            x, y = stage.uniform(-4, 26), side * stage.uniform(4.2, reach - 1)
            roll = stage.uniform(0, 1)
            if roll < 0.25:
                things.tree_(stage, x, y)
            elif roll < 0.4:
                things.parasol(stage, x, y)
            else:
                things.clutter(stage, x, y)
    if stage.chance(0.5):
        x, y = stage.uniform(6, 22), stage.uniform(5, 8) * (1 if stage.chance(0.5) else -1)
        stage.block((x, y, 0), (2.6, 2.2, 1.1), stage.paint(stage.pick(BRIGHT)))
        stage.block((x, y, 1.1), (2.5, 2.1, 1.1), stage.material(Kind.SHOP, (90, 90, 90), (60, 60, 60), (1.2, 2.6)))
        stage.block((x, y, 2.2), (3.2, 2.8, 0.25), sign_board(stage))


def bus_stop(stage: Stage) -> None:
    """A street with a shelter on the pavement."""
    street(stage)
    glass, metal = stage.material(Kind.GLASS, (70, 74, 74), gloss=0.8), stage.paint(stage.pick(METAL))
    side = 1 if stage.chance(0.5) else -1
    x, y = stage.uniform(6, 14), side * stage.uniform(5.0, 5.8)
    stage.box((x, y, 2.3), (x + 4, y + side * 1.4, 2.4), metal)
    stage.box((x, y + side * 1.3, 0.2), (x + 4, y + side * 1.34, 2.2), sign_board(stage) if stage.chance(0.3) else glass)
    stage.box((x + 4, y + side * 0.2, 0.2), (x + 4.08, y + side * 1.3, 2.1), sign_board(stage))
    for dx in (0.1, 3.9):
        stage.rod((x + dx, y + side * 1.2, 0), (x + dx, y + side * 1.2, 2.3), 0.04, metal)
    things.bench(stage, x + 2, y + side * 1.0, 0)
    things.pole(stage, x - 1, y)


STREETS: Mapping[str, Scene] = {
    "street": Scene(street),
    "alley": Scene(alley, walkable=(2.0, -1.6, 20.0, 1.6)),
    "plaza": Scene(plaza, walkable=(2.0, -4.0, 20.0, 4.0)),
    "bus_stop": Scene(bus_stop),
}
