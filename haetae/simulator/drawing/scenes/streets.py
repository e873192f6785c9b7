"""Outdoors between houses: street, alley, plaza, bus stop."""

from __future__ import annotations

from collections.abc import Mapping

from haetae.simulator.drawing.scenes import furniture as things
from haetae.simulator.drawing.scenes.scene import Scene
from haetae.simulator.drawing.scenes.stage import Stage
from haetae.simulator.drawing.scenes.walls import (
    BRIGHT,
    METAL,
    PASTEL,
    WOOD,
    asphalt,
    blind_wall,
    foliage,
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


def crossing(stage: Stage) -> None:
    """Two roads that cross, with zebras on all sides, lights and islands."""
    half, other, x = stage.uniform(3, 4.2), stage.uniform(3, 4.5), stage.uniform(9, 13)
    stage.base = paving(stage)
    _road(stage, half)
    road = asphalt(stage)
    stage.patch(x, 0, (2 * other, 80), road)
    stage.patch(x, 0, (2 * other, 2 * half), road)
    zebra(stage, x - other - 2.2, half)
    zebra(stage, x + other + 2.2, half)
    white = stage.material(Kind.PLAIN, (215, 218, 218), (150, 150, 150), uneven=0.4)
    for y in (-half - 2.2, half + 2.2):
        for k in range(int(2 * other / 0.9)):
            stage.patch(x - other + 0.5 + 0.9 * k, y, (0.45, 3.2), white, look=(0.95, 0.4))
    for dx in (-1, 1):
        for dy in (-1, 1):
            _traffic_light(stage, x + dx * (other + 0.6), dy * (half + 0.6))
            corner_x, corner_y = x + dx * (other + 4), dy * (half + 4)
            wide = stage.uniform(10, 16)
            low, high = min(corner_x, corner_x + dx * wide), max(corner_x, corner_x + dx * wide)
            stage.box((low, corner_y, 0), (high, corner_y + dy * 9, stage.uniform(5, 14)), street_wall(stage))
            if stage.chance(0.7):
                stage.box((low + 0.3, corner_y - dy * 0.12, 0), (high - 0.3, corner_y, 3.4), shop_wall(stage))
            for _ in range(int(stage.rng.integers(1, 5))):
                things.clutter(stage, x + dx * stage.uniform(other + 1, other + 8), dy * stage.uniform(half + 1.2, half + 3.4))
    for _ in range(int(stage.rng.integers(0, 4))):
        things.car(
            stage,
            x + stage.uniform(-1, 1) * other * 0.5,
            stage.uniform(8, 26) * (1 if stage.chance(0.5) else -1),
            90 + 180.0 * stage.chance(0.5),
        )
    lamps(stage, half + 1.0)
    ends(stage, half + 12)


def _traffic_light(stage: Stage, x: float, y: float) -> None:
    metal, dark = stage.paint(stage.pick(METAL)), stage.paint((30, 32, 30))
    stage.drum((x, y, 0), (x, y, 3.0), 0.06, metal)
    stage.block((x, y, 2.2), (0.3, 0.3, 0.85), dark)
    on = int(stage.rng.integers(3))
    for k, colour in enumerate(((60, 200, 60), (30, 180, 240), (40, 40, 240))):
        bulb = stage.material(Kind.LAMP, colour) if k == on else dark
        stage.ball((x - 0.13, y, 2.35 + 0.27 * k), (0.09, 0.09, 0.09), bulb)
        stage.ball((x + 0.13, y, 2.35 + 0.27 * k), (0.09, 0.09, 0.09), bulb)


def market(stage: Stage) -> None:
    """Stalls under awnings on both sides of a lane, with crates and racks of clothes."""
    half = stage.uniform(2.9, 3.8)
    stage.base = (paving, paving, asphalt)[int(stage.rng.integers(3))](stage)
    for side in (-1, 1):
        x = stage.uniform(-3, 1)
        while x < 27:
            wide = stage.uniform(2.2, 3.4)
            if stage.chance(0.85):
                _stall(stage, x, side * half, wide, side)
            x += wide + stage.uniform(0.3, 2.0)
        houses(stage, side * (half + stage.uniform(5, 8)), shops=0.6)
    ends(stage, half + 8)
    lamps(stage, half + 3.5)


def _stall(stage: Stage, x: float, y: float, wide: float, side: int) -> None:
    cloth = stage.material(
        Kind.STRIPES,
        stage.pick(BRIGHT),
        (220, 220, 220) if stage.chance(0.6) else stage.pick(BRIGHT),
        (stage.uniform(0.3, 0.8), 1.0),
    )
    metal, goods = stage.paint(stage.pick(METAL)), stage.material(Kind.GOODS, (70, 90, 110), stage.pick(WOOD), (0.12, 0.3))
    for dx in (0.05, wide - 0.05):
        for dy in (0.1, 1.9):
            stage.rod((x + dx, y + side * dy, 0), (x + dx, y + side * dy, 2.3), 0.025, metal)
    stage.box((x - 0.1, y - side * 0.2, 2.25), (x + wide + 0.1, y + side * 2.1, 2.33), cloth)
    stage.box((x - 0.1, y - side * 0.22, 2.0), (x + wide + 0.1, y - side * 0.2, 2.33), cloth)
    if stage.chance(0.35):  # clothes on a rail
        stage.rod((x + 0.1, y + side * 0.4, 1.6), (x + wide - 0.1, y + side * 0.4, 1.6), 0.02, metal)
        k = x + 0.2
        while k < x + wide - 0.2:
            stage.block(
                (k, y + side * 0.4, stage.uniform(0.5, 0.8)),
                (stage.uniform(0.05, 0.1), 0.45, 0.8),
                stage.paint(stage.pick(BRIGHT + PASTEL + METAL)),
            )
            k += stage.uniform(0.08, 0.16)
        return
    stage.box((x, y + side * 0.2, 0), (x + wide, y + side * 1.1, 0.75), goods)
    heap = [stage.paint(stage.pick(BRIGHT)) for _ in range(4)]
    for k in range(int(wide / 0.4)):
        stage.ball((x + 0.2 + 0.4 * k, y + side * 0.6, 0.78), (0.19, 0.3, 0.14), heap[k % 4])


def residential(stage: Stage) -> None:
    """A quiet street: front gardens, hedges, fences, parked cars."""
    half = stage.uniform(2.6, 3.6)
    stage.base = grass(stage) if stage.chance(0.6) else paving(stage)
    stage.patch(14, 0, (90, 2 * half + 3), paving(stage))
    _road(stage, half)
    for side in (-1, 1):
        edge, x = side * (half + 1.7), stage.uniform(-8, -4)
        while x < 34:
            long, roll = stage.uniform(4, 9), stage.uniform(0, 1)
            if roll < 0.35:
                leaves = foliage(stage)
                stage.box((x, edge, 0), (x + long, edge + side * 0.6, stage.uniform(0.7, 1.9)), leaves)
            elif roll < 0.6:
                stage.fence((x, edge), (x + long, edge), stage.uniform(0.8, 1.4), stage.paint(stage.pick(METAL + WOOD + PASTEL)))
            elif roll < 0.8:
                stage.box((x, edge, 0), (x + long, edge + side * 0.2, stage.uniform(0.5, 1.8)), blind_wall(stage))
            x += long + stage.uniform(0.8, 2.5)
        for _ in range(int(stage.rng.integers(3, 8))):
            things.tree_(stage, stage.uniform(-4, 30), edge + side * stage.uniform(1, 4), stage.uniform(2.5, 6))
        for _ in range(int(stage.rng.integers(1, 5))):
            things.bush(stage, stage.uniform(-2, 28), edge + side * stage.uniform(0.8, 3))
        houses(stage, side * (half + stage.uniform(7, 9)), shops=0.0)
        if stage.chance(0.6):
            _parked(stage, side * (half - 0.6 + 1.4))
        along(stage, side * (half + 0.9), 0.4, int(stage.rng.integers(0, 4)))
    lamps(stage, half + 0.5)
    ends(stage, half + 9)


STREETS: Mapping[str, Scene] = {
    "street": Scene(street),
    "alley": Scene(alley, walkable=(2.0, -1.6, 20.0, 1.6)),
    "plaza": Scene(plaza, walkable=(2.0, -4.0, 20.0, 4.0)),
    "bus_stop": Scene(bus_stop),
    "crossing": Scene(crossing),
    "market": Scene(market, walkable=(1.0, -2.2, 20.0, 2.2)),
    "residential": Scene(residential, walkable=(2.0, -2.2, 20.0, 2.2)),
}
