"""Under a roof: corridor, shop, station hall."""

from __future__ import annotations

from collections.abc import Mapping

from haetae.simulator.drawing.scenes import furniture as things
from haetae.simulator.drawing.scenes.scene import Scene
from haetae.simulator.drawing.scenes.stage import Stage
from haetae.simulator.drawing.scenes.walls import (
    BRIGHT,
    METAL,
    PASTEL,
    STONE,
    WOOD,
    concrete,
    inner_floor,
    inner_wall,
    paving,
    shop_wall,
    sign_board,
)
from haetae.simulator.drawing.surfaces import Kind

WEST, EAST = -9.0, 30.0


def room(stage: Stage, half: float, high: float) -> None:
    """Four walls with a skirting, and a ceiling with lamps that throws no shadow."""
    stage.base = inner_floor(stage)
    skirting = stage.paint(stage.pick(STONE + WOOD))
    for side in (-1, 1):
        stage.box((WEST, side * half, 0), (EAST, side * (half + 0.4), high), inner_wall(stage))
        stage.box((WEST, side * (half - 0.02), 0), (EAST, side * half, stage.uniform(0.08, 0.2)), skirting)
    for x in (WEST - 0.4, EAST):
        stage.box((x, -half, 0), (x + 0.4, half, high), inner_wall(stage))
    ceiling = stage.material(Kind.TILES, stage.pick(PASTEL), (150, 150, 150), (0.6, 0.6), uneven=0.08)
    stage.box((WEST, -half, high), (EAST, half, high + 0.3), ceiling, casts=False)
    lamp = stage.material(Kind.LAMP, (225, 235, 240))
    gap, lanes = stage.uniform(1.8, 4.0), (-half / 2, half / 2) if half > 3 else (0.0,)
    x = WEST + 1
    while x < EAST - 1:
        for y in lanes:
            stage.box((x, y - 0.3, high - 0.04), (x + min(1.2, gap * 0.5), y + 0.3, high), lamp, casts=False)
        x += gap


def on_walls(stage: Stage, half: float, n: int) -> None:
    """Doors, posters, boards and boxes along both walls."""
    for _ in range(n):
        side = 1 if stage.chance(0.5) else -1
        x, roll = stage.uniform(WEST + 1, EAST - 2), stage.uniform(0, 1)
        if roll < 0.35:
            stage.box((x, side * (half - 0.06), 0), (x + 1.0, side * half, 2.1), stage.paint(stage.pick(WOOD + METAL + PASTEL)))
        elif roll < 0.8:
            low = stage.uniform(0.6, 1.4)
            stage.box(
                (x, side * (half - 0.04), low),
                (x + stage.uniform(0.5, 2), side * half, low + stage.uniform(0.5, 1.2)),
                sign_board(stage),
            )
        else:
            stage.box((x, side * (half - 0.25), 1.0), (x + 0.4, side * half, 1.6), stage.paint(stage.pick(BRIGHT)))


def corridor(stage: Stage) -> None:
    """A passage with doors, notice boards, lockers and plants."""
    half, high = stage.uniform(2.2, 3.6), stage.uniform(2.7, 3.6)
    room(stage, half, high)
    on_walls(stage, half, int(stage.rng.integers(6, 16)))
    if stage.chance(0.4):
        lockers = stage.material(
            Kind.LOCKERS, stage.pick(BRIGHT + STONE), (60, 60, 60), (0.4, stage.uniform(0.6, 1.8)), uneven=0.2
        )
        x = stage.uniform(0, 12)
        stage.box((x, half - 0.5, 0), (x + stage.uniform(3, 9), half, 1.85), lockers)
    for _ in range(int(stage.rng.integers(1, 7))):
        side = 1 if stage.chance(0.5) else -1
        things.clutter(stage, stage.uniform(-3, 26), side * (half - 0.45))


def shop(stage: Stage) -> None:
    """Aisles between shelves full of goods."""
    half, high = stage.uniform(5.5, 8), stage.uniform(3.0, 4.2)
    room(stage, half, high)
    frame = stage.pick(((190, 190, 190), (120, 120, 120), (200, 210, 215), (60, 60, 60)))

    def shelf(x: float, y: float, length: float, deep: float, tall: float) -> None:
        goods = stage.material(Kind.GOODS, (90, 90, 92), frame, (stage.uniform(0.06, 0.14), stage.uniform(0.28, 0.5)))
        stage.box((x, y - deep / 2, 0), (x + length, y + deep / 2, tall), goods)
        stage.box((x - 0.05, y - deep / 2, 0), (x, y + deep / 2, tall), stage.paint(frame))

    lane = stage.uniform(2.4, 3.8)
    for side in (-1, 1):
        shelf(WEST + 1, side * (half - 0.35), EAST - WEST - 3, 0.7, stage.uniform(1.8, 2.3))
        x = stage.uniform(-1, 2)
        while x < 22:
            length = stage.uniform(3.5, 7)
            if stage.chance(0.85):
                shelf(x, side * lane, length, stage.uniform(0.7, 1.1), stage.uniform(1.3, 1.9))
            x += length + stage.uniform(1.2, 2.2)
        for _ in range(int(stage.rng.integers(0, 4))):
            things.board(stage, stage.uniform(0, 22), side * (lane - 0.9), stage.uniform(0, 90))
    if stage.chance(0.6):
        things.crates(stage, stage.uniform(6, 20), lane * 0.55)
    for _ in range(int(stage.rng.integers(0, 5))):
        x, y = stage.uniform(2, 22), stage.uniform(-lane, lane)
        stage.box((x, y, high - 0.9), (x + 0.05, y + 1.2, high - 0.4), sign_board(stage), casts=False)


def station(stage: Stage) -> None:
    """A station's hall: pillars, ticket machines, shops, seats, hanging signs."""
    half, high = stage.uniform(7, 11), stage.uniform(3.6, 6)
    room(stage, half, high)
    for side in (-1, 1):
        if stage.chance(0.8):
            stage.box((WEST, side * (half - 0.3), 0), (EAST, side * half, 3.4), shop_wall(stage))
        pillar = stage.material(Kind.TILES, stage.pick(STONE + PASTEL), (90, 90, 90), (0.4, 0.6), uneven=0.15, gloss=0.2)
        gap, y, radius = stage.uniform(4.5, 8), side * stage.uniform(4.3, half - 1.5), stage.uniform(0.25, 0.5)
        for k in range(5):
            x = k * gap - 2
            if stage.chance(0.5):
                stage.drum((x, y, 0), (x, y, high), radius, pillar)
            else:
                stage.block((x, y, 0), (2 * radius, 2 * radius, high), pillar)
        for _ in range(int(stage.rng.integers(1, 6))):
            x, roll = stage.uniform(-3, 25), stage.uniform(0, 1)
            if roll < 0.4:
                things.machine(stage, x, side * (half - 1), 0)
            elif roll < 0.7:
                things.bench(stage, x, side * stage.uniform(4.2, half - 1), 0)
            else:
                things.clutter(stage, x, side * stage.uniform(4.2, half - 1))
    if stage.chance(0.6):  # a strip for canes along the platform or the hall
        stage.patch(10, stage.uniform(-3, 3), (60, 0.4), stage.material(Kind.TILES, (40, 190, 220), (40, 150, 180), (0.3, 0.3)))
    for _ in range(int(stage.rng.integers(1, 5))):
        x, y = stage.uniform(3, 24), stage.uniform(-4, 4)
        stage.box((x, y, high - 1.0), (x + 0.12, y + stage.uniform(1, 3), high - 0.4), sign_board(stage), casts=False)


def underpass(stage: Stage) -> None:
    """A tiled subway with posters, pipes and puddles."""
    half, high = stage.uniform(2.4, 4.0), stage.uniform(2.5, 3.2)
    room(stage, half, high)
    stage.base = concrete(stage) if stage.chance(0.5) else paving(stage)
    for _ in range(int(stage.rng.integers(0, 5))):
        water, size = stage.material(Kind.PLAIN, (60, 60, 60), gloss=0.9), (stage.uniform(0.5, 2), stage.uniform(0.3, 1))
        stage.patch(stage.uniform(0, 24), stage.uniform(-half, half), size, water, round_=True)
    for side in (-1, 1):
        if stage.chance(0.5):
            mural = stage.material(Kind.MURAL, stage.pick(BRIGHT), stage.pick(PASTEL), (stage.uniform(0.6, 2.0), 1.0))
            x = stage.uniform(-4, 12)
            stage.box((x, side * (half - 0.02), 0.3), (x + stage.uniform(3, 12), side * half, stage.uniform(1.6, 2.4)), mural)
        pipe = stage.paint(stage.pick(METAL))
        if stage.chance(0.6):
            stage.rod((WEST, side * (half - 0.15), high - 0.25), (EAST, side * (half - 0.15), high - 0.25), 0.07, pipe)
        if stage.chance(0.4):
            stage.rod((WEST, side * (half - 0.1), 0.9), (EAST, side * (half - 0.1), 0.9), 0.025, pipe)
    on_walls(stage, half, int(stage.rng.integers(2, 12)))
    for _ in range(int(stage.rng.integers(0, 4))):
        things.clutter(stage, stage.uniform(-2, 24), (half - 0.5) * (1 if stage.chance(0.5) else -1))


def lobby(stage: Stage) -> None:
    """An entrance hall: a desk, sofas, plants, glass doors, a large screen."""
    half, high = stage.uniform(5.5, 8), stage.uniform(3.2, 5.5)
    room(stage, half, high)
    side = 1 if stage.chance(0.5) else -1
    desk, glass = stage.paint(stage.pick(WOOD + PASTEL), 0.2), stage.material(Kind.GLASS, (120, 122, 120), gloss=0.9)
    x = stage.uniform(6, 14)
    stage.box((x, side * (half - 2.2), 0), (x + stage.uniform(2.5, 5), side * (half - 1.5), 1.1), desk)
    stage.box((x, -side * (half - 0.03), 0), (x + stage.uniform(4, 12), -side * half, 2.8), glass)
    stage.box((x, side * (half - 0.06), 1.5), (x + 2.6, side * half, 2.9), sign_board(stage))
    rug = stage.pick(BRIGHT + STONE)
    for _ in range(int(stage.rng.integers(1, 4))):
        sx, sy = stage.uniform(1, 20), stage.uniform(3.9, half - 1) * (1 if stage.chance(0.5) else -1)
        stage.patch(sx, sy, (3.5, 2.2), stage.material(Kind.GRAIN, rug, tuple(0.8 * c for c in rug), (0.02, 1.0)))
        _sofa(stage, sx, sy, 180.0 * (sy < 0))
    for _ in range(int(stage.rng.integers(2, 7))):
        px, py = stage.uniform(-2, 24), stage.uniform(3.9, half - 0.4) * (1 if stage.chance(0.5) else -1)
        (things.planter, things.table, things.bin_)[int(stage.rng.choice(3, p=[0.6, 0.25, 0.15]))](stage, px, py)
    if stage.chance(0.4):  # barriers with belts
        post = stage.paint((60, 62, 64), 0.3)
        for k in range(4):
            stage.drum((8 + 1.6 * k, side * 3.2, 0), (8 + 1.6 * k, side * 3.2, 0.95), 0.035, post)
            if k:
                stage.box((6.4 + 1.6 * k, side * 3.19, 0.85), (8 + 1.6 * k, side * 3.21, 0.91), stage.paint(stage.pick(BRIGHT)))
    on_walls(stage, half, int(stage.rng.integers(2, 9)))


def _sofa(stage: Stage, x: float, y: float, yaw_deg: float) -> None:
    cloth = stage.paint(stage.pick(BRIGHT + STONE + WOOD))
    turn = -1 if yaw_deg else 1
    stage.block((x, y, 0.1), (1.9, 0.8, 0.35), cloth)
    stage.block((x, y + turn * 0.35, 0.3), (1.9, 0.2, 0.5), cloth)
    for d in (-0.9, 0.9):
        stage.block((x + d, y, 0.1), (0.18, 0.8, 0.5), cloth)


def _rack(stage: Stage, x: float, y: float, side: int, high: float, paints: tuple[int, int]) -> None:
    """One bay of a high rack with its pallets."""
    frame, beam = paints
    for dx in (0, 2.7):
        for dy in (0, 1.0):
            stage.box((x + dx, y + side * dy, 0), (x + dx + 0.1, y + side * (dy + 0.1), high - 0.8), frame)
    for z in (0.0, 1.5, 3.0, 4.5):
        if z >= high - 1.8:
            continue
        if z > 0:
            stage.box((x, y, z), (x + 2.8, y + side * 0.08, z + 0.12), beam)
            stage.box((x, y, z - 0.02), (x + 2.8, y + side * 1.1, z), frame)
        for dx in (0.75, 2.0):
            if stage.chance(0.75):
                _pallet(stage, x + dx, y + side * 0.55, z + 0.12)


def warehouse(stage: Stage) -> None:
    """High racks with pallets, a fork-lift lane, yellow lines."""
    half, high = stage.uniform(6, 9), stage.uniform(5, 7)
    room(stage, half, high)
    stage.base = concrete(stage)
    yellow = stage.paint((40, 190, 230))
    paints = (stage.paint(stage.pick(((160, 80, 30), (30, 100, 220), (60, 60, 60)))), stage.paint((30, 110, 230)))
    lane = stage.uniform(3.0, 4.2)
    for side in (-1, 1):
        stage.patch(10, side * (lane - 0.35), (60, 0.1), yellow, look=(0.9, 0.5))
        for k in range(8):
            if stage.chance(0.88):
                _rack(stage, -4 + 2.8 * k, side * lane, side, high, paints)
    for _ in range(int(stage.rng.integers(1, 6))):
        y = (lane - 0.8) * (1 if stage.chance(0.5) else -1)
        (things.crates, things.cone, things.bin_)[int(stage.rng.integers(3))](stage, stage.uniform(0, 24), y)


def _pallet(stage: Stage, x: float, y: float, z: float) -> None:
    cardboard = ((110, 150, 180), (90, 130, 165), (140, 170, 190), (180, 180, 180), (190, 170, 120), (60, 60, 60))
    stage.block((x, y, z), (1.1, 0.9, 0.12), stage.paint(stage.pick(WOOD)))
    size = (stage.uniform(0.3, 0.6), stage.uniform(0.2, 0.4))
    box = stage.material(Kind.LOCKERS, stage.pick(cardboard), (110, 140, 160), size, uneven=0.15)
    stage.block((x, y, z + 0.12), (1.0, 0.85, stage.uniform(0.4, 1.1)), box)


def garage(stage: Stage) -> None:
    """A car park under a low ceiling, with pillars and painted bays."""
    half, high = stage.uniform(8, 10), stage.uniform(2.6, 3.2)
    room(stage, half, high)
    stage.base = concrete(stage)
    white, yellow = stage.paint((215, 215, 215)), stage.material(Kind.STRIPES, (40, 190, 230), (30, 30, 30), (0.3, 1.0))
    lane, full = stage.uniform(2.9, 3.6), stage.uniform(0.3, 0.8)
    pillar = stage.paint(stage.pick(STONE + PASTEL))
    for side in (-1, 1):
        for k in range(-2, 11):
            x = 2.6 * k
            stage.patch(x, side * (lane + 2.4), (0.1, 4.8), white, look=(0.9, 0.4))
            if stage.chance(full):
                things.car(stage, x + 1.3, side * (lane + 2.5), 90.0 + 180.0 * stage.chance(0.5) + stage.uniform(-3, 3))
            if k % 3 == 0:
                stage.block((x, side * (lane + 0.3), 0), (0.45, 0.45, high), pillar)
                stage.block((x, side * (lane + 0.3), 0), (0.47, 0.47, 1.0), yellow)
    pipe = stage.paint(stage.pick(METAL))
    for _ in range(3):
        y = stage.uniform(-half, half)
        stage.rod((WEST, y, high - 0.2), (EAST, y, high - 0.2), 0.08, pipe)
    for _ in range(int(stage.rng.integers(0, 4))):
        things.clutter(stage, stage.uniform(0, 24), (lane - 0.3) * (1 if stage.chance(0.5) else -1))


INDOOR: Mapping[str, Scene] = {
    "corridor": Scene(corridor, walkable=(1.0, -1.5, 20.0, 1.5), is_indoor=True, heights_m=(2.4, 2.7)),
    "shop": Scene(shop, walkable=(0.5, -1.5, 18.0, 1.5), is_indoor=True, heights_m=(2.7, 3.0)),
    "station": Scene(station, walkable=(1.0, -3.5, 20.0, 3.5), is_indoor=True, heights_m=(3.0, 3.6)),
    "underpass": Scene(underpass, walkable=(1.0, -1.7, 20.0, 1.7), is_indoor=True, heights_m=(2.2, 2.5)),
    "lobby": Scene(lobby, walkable=(1.0, -2.8, 20.0, 2.8), is_indoor=True, heights_m=(2.7, 3.2)),
    "warehouse": Scene(warehouse, walkable=(1.0, -2.0, 20.0, 2.0), is_indoor=True, heights_m=(3.2, 4.6)),
    "garage": Scene(garage, walkable=(1.0, -2.2, 20.0, 2.2), is_indoor=True, heights_m=(2.3, 2.55)),
}
