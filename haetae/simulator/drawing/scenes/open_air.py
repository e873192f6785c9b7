"""Outdoors with room: park, playground, school yard, car park, building site, sports ground."""

from __future__ import annotations

from collections.abc import Mapping

from haetae.simulator.drawing.scenes import furniture as things
from haetae.simulator.drawing.scenes.scene import Scene
from haetae.simulator.drawing.scenes.stage import Colour, Stage
from haetae.simulator.drawing.scenes.streets import ends, houses, lamps
from haetae.simulator.drawing.scenes.walls import (
    BRIGHT,
    METAL,
    STONE,
    WOOD,
    asphalt,
    blind_wall,
    concrete,
    foliage,
    grass,
    gravel,
    paving,
    sign_board,
    street_wall,
)
from haetae.simulator.drawing.surfaces import Kind


def _sides(stage: Stage, inner: float, outer: float, n: int) -> None:
    """Trees, shrubs and furniture on both sides of the middle."""
    for side in (-1, 1):
        for _ in range(n):
            x, y, roll = stage.uniform(-6, 32), side * stage.uniform(inner, outer), stage.uniform(0, 1)
            if roll < 0.45:
                things.tree_(stage, x, y)
            elif roll < 0.7:
                things.bush(stage, x, y)
            else:
                things.clutter(stage, x, y)


def _hedge(stage: Stage, y: float, high: float) -> None:
    leaves, x = foliage(stage), stage.uniform(-8, 0)
    while x < 36:
        long = stage.uniform(3, 9)
        stage.box((x, y - 0.4, 0), (x + long, y + 0.4, high), leaves)
        x += long + stage.uniform(0, 1.5)


def _backdrop(stage: Stage, y: float) -> None:
    """What closes a wide place: houses, a wall, a fence with trees behind it."""
    for side in (-1, 1):
        roll = stage.uniform(0, 1)
        if roll < 0.4:
            houses(stage, side * y, shops=0.1)
        elif roll < 0.6:
            stage.box((-18, side * y, 0), (46, side * (y + 0.3), stage.uniform(1.8, 3)), blind_wall(stage))
        else:
            stage.fence((-18, side * (y - 1)), (46, side * (y - 1)), stage.uniform(1.2, 2.2), stage.paint(stage.pick(METAL)))
            for _ in range(8):
                things.tree_(stage, stage.uniform(-10, 42), side * stage.uniform(y, y + 3))
    ends(stage, y)


def park(stage: Stage) -> None:
    """Lawns with a path, trees, benches and hedges."""
    stage.base = grass(stage)
    wide = stage.uniform(3.0, 6.5)
    path = (gravel, asphalt, paving)[int(stage.rng.integers(3))](stage)
    stage.patch(14, 0, (90, wide), path)
    if stage.chance(0.5):
        stage.patch(stage.uniform(4, 18), 0, (stage.uniform(2, 4), 60), path, yaw_deg=stage.uniform(-30, 30))
    if stage.chance(0.4):
        stage.patch(stage.uniform(5, 18), stage.uniform(-3, 3), (stage.uniform(6, 10),) * 2, path, round_=True)
    if stage.chance(0.3):
        pond = stage.material(Kind.PLAIN, (70, 66, 52), (50, 60, 50), gloss=0.9)
        stage.patch(stage.uniform(8, 22), stage.uniform(7, 10), (stage.uniform(6, 12), stage.uniform(3, 6)), pond, round_=True)
    for side in (-1, 1):
        for k in range(int(stage.rng.integers(0, 4))):
            things.bench(stage, 3 + 6 * k + stage.uniform(-1, 1), side * (wide / 2 + 0.5), 180.0 * (side < 0))
        if stage.chance(0.3):
            _hedge(stage, side * (wide / 2 + stage.uniform(1.5, 4)), stage.uniform(0.6, 1.8))
    _sides(stage, wide / 2 + 1.2, 13, int(stage.rng.integers(5, 14)))
    lamps(stage, wide / 2 + 0.7)
    _backdrop(stage, stage.uniform(14, 20))


def _swing(stage: Stage, x: float, y: float) -> None:
    metal, seat = stage.paint(stage.pick(BRIGHT)), stage.paint((30, 30, 30))
    high, long = stage.uniform(2.0, 2.6), stage.uniform(2.0, 3.5)
    stage.rod((x, y, high), (x + long, y, high), 0.05, metal)
    for end in (x, x + long):
        for foot in (-0.8, 0.8):
            stage.rod((end, y + foot, 0), (end, y, high), 0.045, metal)
    for k in (0.3, 0.7):
        for d in (-0.2, 0.2):
            stage.rod((x + k * long + d, y, high), (x + k * long + d, y, 0.5), 0.012, seat)
        stage.block((x + k * long, y, 0.46), (0.45, 0.2, 0.04), seat)


def _slide(stage: Stage, x: float, y: float, yaw_deg: float) -> None:
    body, metal = stage.paint(stage.pick(BRIGHT), 0.2), stage.paint(stage.pick(METAL))
    high = stage.uniform(1.2, 2.0)
    stage.block((x, y, high), (1.2, 1.2, 0.1), metal, yaw_deg)
    for dx, dy in ((-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)):
        stage.rod((x + dx, y + dy, 0), (x + dx, y + dy, high + 1.2), 0.05, stage.paint(stage.pick(BRIGHT)))
    stage.ball((x, y, high + 1.5), (1.0, 1.0, 0.45), body)
    for k in range(8):  # a chute in steps
        stage.block((x + 0.7 + 0.25 * k, y, high * (1 - (k + 1) / 9)), (0.3, 0.55, 0.12), body)
    for k in range(5):
        stage.rod(
            (x - 0.7 - 0.05 * k, y - 0.3, high * (1 - k / 5)), (x - 0.7 - 0.05 * k, y + 0.3, high * (1 - k / 5)), 0.03, metal
        )


def _rubber(stage: Stage, colour: Colour) -> int:
    """Soft or sports flooring, faded by the sun."""
    colour = tuple(0.55 * c + 50 for c in colour)
    return stage.material(Kind.GRAIN, colour, tuple(1.12 * c for c in colour), (0.02, 1.0), uneven=0.4)


def playground(stage: Stage) -> None:
    """Swings, slides and climbing frames on rubber or sand."""
    stage.base = (grass, asphalt, paving)[int(stage.rng.integers(3))](stage)
    rubber = stage.pick(BRIGHT)
    soft = (
        gravel(stage)
        if stage.chance(0.4)
        else stage.material(Kind.GRAIN, rubber, tuple(1.15 * c for c in rubber), (0.02, 1), uneven=0.4)
    )
    stage.patch(11, 0, (stage.uniform(18, 30), stage.uniform(7, 16)), soft, round_=stage.chance(0.4))
    for _ in range(int(stage.rng.integers(0, 5))):
        spot = stage.paint(stage.pick(BRIGHT))
        stage.patch(stage.uniform(2, 20), stage.uniform(-5, 5), (stage.uniform(1, 4),) * 2, spot, round_=True, look=(0.9, 0.2))
    for side in (-1, 1):
        for k in range(int(stage.rng.integers(1, 4))):
            x, y = 2 + 7 * k + stage.uniform(-1.5, 1.5), side * stage.uniform(4.4, 6)
            roll = stage.uniform(0, 1)
            if roll < 0.4:
                _swing(stage, x, y)
            elif roll < 0.8:
                _slide(stage, x, y, 0)
            else:
                metal = stage.paint(stage.pick(BRIGHT))
                for i in range(4):
                    stage.rod((x + 0.5 * i, y, 0), (x + 0.5 * i, y, 2), 0.025, metal)
                    stage.rod((x, y, 0.5 * i + 0.5), (x + 1.5, y, 0.5 * i + 0.5), 0.025, metal)
    if stage.chance(0.5):
        for side in (-1, 1):
            stage.fence((-4, side * 8), (28, side * 8), 1.0, stage.paint(stage.pick(BRIGHT + METAL)))
    _sides(stage, 8.5, 13, int(stage.rng.integers(3, 9)))
    lamps(stage, 7)
    _backdrop(stage, stage.uniform(14, 18))


def school_yard(stage: Stage) -> None:
    """A yard in front of a long building: painted games, hoops, bicycle stands."""
    stage.base = asphalt(stage) if stage.chance(0.6) else concrete(stage)
    lines = stage.paint(stage.pick(((220, 220, 220), (40, 200, 230), (200, 120, 40))))
    x1, y1, long, wide = stage.uniform(2, 5), stage.uniform(-5, -3), stage.uniform(12, 16), stage.uniform(7, 9)
    if stage.chance(0.6):
        court = _rubber(stage, stage.pick(((90, 120, 60), (70, 80, 140), (140, 100, 50))))
        stage.patch(x1 + long / 2, y1 + wide / 2, (long, wide), court)
    for x, y, a, b in ((0.5, 0, 1, 0), (0.5, 1, 1, 0), (0, 0.5, 0, 1), (1, 0.5, 0, 1), (0.5, 0.5, 0, 1)):
        stage.patch(x1 + x * long, y1 + y * wide, (max(a * long, 0.07), max(b * wide, 0.07)), lines, look=(0.9, 0.3))
    metal = stage.paint(stage.pick(METAL))
    for x in (x1 - 0.6, x1 + long + 0.6):
        if stage.chance(0.7):
            y = 5.5 if stage.chance(0.5) else y1 + wide / 2
            stage.drum((x, y, 0), (x, y, 3.0), 0.07, metal)
            stage.block((x, y, 2.7), (0.08, 1.5, 1.0), stage.paint((225, 225, 225)))
            stage.drum((x + 0.3, y, 3.0), (x + 0.3, y, 3.03), 0.23, stage.paint((30, 70, 220)))
    side = 1 if stage.chance(0.5) else -1
    stage.box((-14, side * 9, 0), (40, side * 13, stage.uniform(7, 12)), street_wall(stage))
    for k in range(int(stage.rng.integers(3, 9))):
        things.bicycle(stage, stage.uniform(2, 4) + 0.7 * k, side * 7.6, 90)
    stage.fence((-10, -side * 8), (36, -side * 8), 1.8, stage.paint(stage.pick(METAL)))
    for k in range(4):
        things.tree_(stage, 6 * k + stage.uniform(-2, 2), -side * stage.uniform(8.6, 10))
    _sides(stage, 5.5, 7.4, int(stage.rng.integers(0, 4)))
    lamps(stage, -side * 7.4)
    ends(stage, 12)


def car_park(stage: Stage) -> None:
    """Rows of cars under lamps."""
    stage.base = (asphalt, asphalt, concrete, gravel)[int(stage.rng.integers(4))](stage)
    white = stage.material(Kind.PLAIN, (215, 215, 215), (150, 150, 150), uneven=0.4)
    half, full = stage.uniform(3.2, 4.6), stage.uniform(0.3, 0.9)
    for side in (-1, 1):
        for k in range(-3, 14):
            x = 2.6 * k
            stage.patch(x, side * (half + 2.4), (0.1, 4.8), white, look=(0.9, 0.4))
            if stage.chance(full):
                things.car(
                    stage,
                    x + 1.3,
                    side * (half + 2.4 + stage.uniform(-0.3, 0.3)),
                    90.0 + 180.0 * stage.chance(0.5) + stage.uniform(-4, 4),
                )
        for _ in range(int(stage.rng.integers(0, 4))):
            things.clutter(stage, stage.uniform(-2, 26), side * (half + 0.2))
        if stage.chance(0.5):
            for k in range(5):
                things.tree_(stage, 7 * k - 3, side * (half + 5.6))
    lamps(stage, half + 5.2)
    _backdrop(stage, stage.uniform(12, 16))


def _scaffold(stage: Stage, side: int) -> None:
    """The shell of a house behind pipes, decks and sometimes a net."""
    shell = stage.material(Kind.TILES, stage.pick(STONE), (90, 90, 90), (2.5, 1.25), uneven=0.3)
    stage.box((-4, side * 7.5, 0), (34, side * 11, stage.uniform(6, 12)), shell)
    pipe, deck = stage.paint(stage.pick(METAL), 0.2), stage.material(Kind.PLANKS, stage.pick(WOOD), (40, 40, 40), (0.25, 0.2))
    for k in range(13):
        stage.rod((-3 + 2.4 * k, side * 6, 0), (-3 + 2.4 * k, side * 6, 7), 0.03, pipe)
        if k < 12 and stage.chance(0.7):
            stage.rod((-3 + 2.4 * k, side * 6, 0.1), (-0.6 + 2.4 * k, side * 6, 2.1), 0.02, pipe)
    for z in (2.1, 4.2, 6.3):
        stage.box((-3, side * 6, z), (26, side * 6.9, z + 0.06), deck)
        stage.rod((-3, side * 6, z + 1), (26, side * 6, z + 1), 0.025, pipe)
    if stage.chance(0.5):
        net = stage.material(Kind.PLAIN, stage.pick(((90, 130, 60), (180, 120, 60))), uneven=0.8)
        stage.box((-3, side * 5.95, 2.2), (stage.uniform(4, 20), side * 5.97, 6), net)


def _barrier(stage: Stage, x: float, y: float) -> None:
    """A striped board on two legs."""
    stripes, metal = stage.material(Kind.STRIPES, (30, 30, 200), (225, 225, 225), (0.4, 1.0)), stage.paint(stage.pick(METAL))
    stage.block((x, y, 0.75), (1.6, 0.04, 0.25), stripes)
    for d in (-0.7, 0.7):
        stage.rod((x + d, y, 0), (x + d, y, 1.0), 0.025, metal)


def construction(stage: Stage) -> None:
    """A building site: scaffolding, barriers, heaps, containers, a digger."""
    stage.base = (gravel, gravel, concrete)[int(stage.rng.integers(3))](stage)
    for _ in range(5):
        size = (stage.uniform(1, 6), stage.uniform(1, 4))
        stage.patch(stage.uniform(0, 24), stage.uniform(-6, 6), size, gravel(stage), round_=True, look=(0.8, 0.3))
    side = 1 if stage.chance(0.5) else -1
    _scaffold(stage, side)
    heap = gravel(stage)
    for _ in range(int(stage.rng.integers(1, 4))):
        size3 = (stage.uniform(1, 2.5), stage.uniform(1, 2), stage.uniform(0.6, 1.4))
        stage.ball((stage.uniform(2, 24), -side * stage.uniform(5, 8), 0), size3, heap)
    choices = (things.cone, things.cone, things.crates, _barrier, things.pole)
    for _ in range(int(stage.rng.integers(3, 10))):
        x, y = stage.uniform(-1, 24), stage.uniform(3.3, 5.3) * (1 if stage.chance(0.5) else -1)
        choices[int(stage.rng.integers(len(choices)))](stage, x, y)
    box = stage.material(Kind.PLANKS, stage.pick(BRIGHT), (40, 40, 40), (0.2, 1.0))
    stage.box((stage.uniform(4, 14), -side * 10.5, 0), (stage.uniform(17, 20), -side * 8.2, 2.5), box)
    if stage.chance(0.6):
        _digger(stage, stage.uniform(6, 20), -side * stage.uniform(6, 7.5))
    stage.fence((-8, -side * 12), (34, -side * 12), 2.0, stage.paint(stage.pick(METAL)))
    lamps(stage, -side * 7.5)
    ends(stage, 12)


def _digger(stage: Stage, x: float, y: float) -> None:
    body, dark = stage.paint(stage.pick(((30, 160, 220), (30, 100, 220), (40, 180, 230)))), stage.paint((36, 36, 36))
    yaw = stage.uniform(0, 360)
    for d in (-0.7, 0.7):
        stage.block((x, y + d, 0), (2.6, 0.45, 0.6), dark)
    stage.block((x, y, 0.6), (2.0, 1.6, 0.8), body, yaw)
    stage.block((x + 0.2, y, 1.4), (1.0, 0.9, 1.1), stage.material(Kind.GLASS, (50, 50, 48), gloss=0.8), yaw)
    stage.rod((x, y, 1.2), (x + 1.8, y + 0.4, 3.0), 0.16, body)
    stage.rod((x + 1.8, y + 0.4, 3.0), (x + 3.0, y + 0.5, 1.2), 0.12, body)
    stage.block((x + 3.0, y + 0.5, 0.6), (0.7, 0.7, 0.6), dark, yaw)


def sports_ground(stage: Stage) -> None:
    """A pitch or a running track with goals, stands and banners."""
    stage.base = grass(stage) if stage.chance(0.6) else asphalt(stage)
    lines = stage.paint((220, 222, 222))
    if stage.chance(0.5):
        track = stage.material(Kind.GRAIN, (60, 70, 150), (70, 80, 165), (0.02, 1.0), uneven=0.4)
        stage.patch(14, 0, (90, 8), track)
        for k in range(8):
            stage.patch(14, -4 + 1.15 * k, (90, 0.05), lines)
    else:
        for y in (-5.5, 5.5):
            stage.patch(14, y, (40, 0.1), lines, look=(0.9, 0.3))
        stage.patch(11, 0, (6, 6), lines, round_=True, look=(0.9, 0.3))
        stage.patch(11, 0, (5.8, 5.8), stage.base, round_=True)
    metal = stage.paint((215, 215, 215), 0.1)
    for x in (-1.0, 23.0):
        for a, b in (((x, -1.8, 0), (x, -1.8, 2.2)), ((x, 1.8, 0), (x, 1.8, 2.2)), ((x, -1.8, 2.2), (x, 1.8, 2.2))):
            stage.rod(a, b, 0.06, metal)
    for side in (-1, 1):
        if stage.chance(0.6):
            step = stage.material(Kind.PLANKS, stage.pick(BRIGHT + STONE), (60, 60, 60), (0.5, 0.3))
            for k in range(4):
                stage.box((0, side * (7.5 + 0.8 * k), 0), (22, side * (8.3 + 0.8 * k), 0.4 * (k + 1)), step)
        x = -2.0
        while x < 26 and stage.chance(0.9):
            long = stage.uniform(2, 4)
            stage.box((x, side * 6.6, 0), (x + long, side * 6.66, 0.9), sign_board(stage))
            x += long + stage.uniform(0.1, 1.5)
    _sides(stage, 11.5, 14, 5)
    lamps(stage, 7.2)
    _backdrop(stage, stage.uniform(15, 18))


OPEN_AIR: Mapping[str, Scene] = {
    "park": Scene(park, walkable=(2.0, -2.5, 20.0, 2.5)),
    "playground": Scene(playground, walkable=(2.0, -3.6, 19.0, 3.6)),
    "school_yard": Scene(school_yard, walkable=(2.0, -4.0, 20.0, 4.0)),
    "car_park": Scene(car_park, walkable=(1.0, -2.8, 20.0, 2.8)),
    "construction": Scene(construction, walkable=(1.0, -2.8, 20.0, 2.8)),
    "sports_ground": Scene(sports_ground, walkable=(1.0, -4.5, 20.0, 4.5)),
}
