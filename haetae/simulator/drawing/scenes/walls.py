"""Materials as builders choose them: a different one each time."""

from __future__ import annotations

from haetae.simulator.drawing.scenes.stage import Stage
from haetae.simulator.drawing.surfaces import Kind

STONE = ((150, 150, 152), (118, 126, 136), (176, 182, 190), (96, 98, 104), (140, 158, 172), (168, 172, 172))
BRICKS = ((62, 78, 138), (78, 92, 142), (110, 128, 164), (60, 62, 96), (130, 150, 170), (92, 92, 110), (168, 176, 186))
PASTEL = ((188, 206, 214), (200, 200, 196), (170, 196, 210), (206, 212, 214), (176, 186, 170), (196, 184, 170), (150, 184, 206))
METAL = ((120, 120, 122), (84, 84, 86), (150, 152, 154), (48, 48, 50), (70, 96, 60), (130, 90, 50), (58, 66, 120), (40, 120, 180))
BRIGHT = (
    (40, 40, 170),
    (150, 80, 30),
    (60, 130, 50),
    (30, 160, 210),
    (30, 100, 200),
    (130, 60, 110),
    (190, 190, 190),
    (50, 50, 52),
    (170, 140, 40),
)
WOOD = ((60, 92, 130), (42, 66, 98), (92, 130, 168), (120, 156, 188), (48, 58, 76))
GREENS = ((36, 84, 58), (30, 66, 52), (46, 108, 88), (40, 92, 100), (34, 60, 40), (52, 120, 120))


def street_wall(stage: Stage) -> int:
    """A house from outside."""
    choice = stage.uniform(0, 1)
    wall = stage.pick(BRICKS if choice < 0.45 else PASTEL if choice < 0.75 else STONE)
    frame = stage.pick(((200, 200, 198), (70, 66, 62), (60, 84, 110), (40, 40, 42)))
    if choice < 0.85:
        size = (stage.uniform(1.7, 3.6), stage.uniform(2.8, 3.6))
        return stage.material(Kind.FACADE, wall, frame, size, uneven=stage.uniform(0.2, 1.0), gloss=0.0)
    return stage.material(
        Kind.TILES, wall, frame, (stage.uniform(0.8, 2.4), stage.uniform(0.6, 1.5)), uneven=0.25, gloss=stage.uniform(0, 0.3)
    )


def blind_wall(stage: Stage) -> int:
    """A wall without windows: bricks, plaster, concrete, sheet, a mural."""
    makers = (
        lambda: stage.material(Kind.BRICK, stage.pick(BRICKS), stage.pick(STONE), (0.24, 0.08), uneven=0.45),
        lambda: stage.material(Kind.PLAIN, stage.pick(PASTEL), stage.pick(STONE), uneven=stage.uniform(0.3, 0.8)),
        lambda: stage.material(
            Kind.TILES, stage.pick(STONE), (70, 70, 72), (stage.uniform(1.2, 3.0), stage.uniform(0.8, 1.6)), uneven=0.25
        ),
        lambda: stage.material(
            Kind.PLANKS, stage.pick(METAL), (50, 50, 50), (stage.uniform(0.15, 0.4), stage.uniform(0.4, 1.0)), uneven=0.25
        ),
        lambda: stage.material(Kind.MURAL, stage.pick(BRIGHT), stage.pick(PASTEL), (stage.uniform(0.8, 2.4), 1.0)),
        lambda: stage.material(Kind.SHUTTER, stage.pick(METAL), (60, 60, 60), (1.0, stage.uniform(0.07, 0.14)), uneven=0.3),
    )
    return makers[int(stage.rng.choice(6, p=[0.3, 0.25, 0.2, 0.1, 0.07, 0.08]))]()


def shop_wall(stage: Stage) -> int:
    """A row of shops."""
    return stage.material(
        Kind.SHOP,
        stage.pick(STONE),
        stage.pick(METAL),
        (stage.uniform(2.2, 4.4), stage.uniform(2.2, 2.8)),
        uneven=0.3,
        gloss=stage.uniform(0.05, 0.4),
    )


def inner_wall(stage: Stage) -> int:
    """A wall of a room or a hall."""
    choice = stage.uniform(0, 1)
    if choice < 0.45:
        return stage.material(Kind.PLAIN, stage.pick(PASTEL), stage.pick(STONE), uneven=stage.uniform(0.08, 0.3))
    if choice < 0.75:
        side = stage.uniform(0.15, 1.2)
        return stage.material(
            Kind.TILES, stage.pick(PASTEL), (110, 112, 114), (side, side * stage.uniform(0.5, 1.0)), uneven=0.12, gloss=0.2
        )
    if choice < 0.9:
        return stage.material(Kind.PLANKS, stage.pick(WOOD), (30, 36, 42), (stage.uniform(0.1, 0.5), 0.1), uneven=0.3)
    return stage.material(Kind.BRICK, stage.pick(BRICKS), stage.pick(STONE), (0.24, 0.08), uneven=0.4)


def paving(stage: Stage) -> int:
    """Slabs, setts or bricks underfoot."""
    side = float(stage.rng.choice([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.9]))
    stone = stage.pick(STONE if stage.chance(0.75) else BRICKS)
    longer = side * float(stage.rng.choice([1.0, 1.0, 1.5, 2.0]))
    return stage.material(
        Kind.TILES,
        stone,
        tuple(0.6 * c for c in stone),
        (longer, side),
        uneven=stage.uniform(0.15, 0.5),
        gloss=0.05 * stage.chance(0.3),
    )


def asphalt(stage: Stage) -> int:
    """A road, old or new."""
    grey = stage.uniform(62, 118)
    return stage.material(
        Kind.GRAIN, (grey, grey, grey), (1.25 * grey, 1.24 * grey, 1.22 * grey), (0.018, 1.0), uneven=stage.uniform(0.4, 0.8)
    )


def grass(stage: Stage) -> int:
    """A lawn, fresh or dry."""
    a, b = stage.pick(GREENS), stage.pick(((70, 140, 120), (90, 150, 150), (60, 120, 90)))
    return stage.material(Kind.GRAIN, a, b, (0.035, 1.0), uneven=stage.uniform(0.7, 1.0))


def gravel(stage: Stage) -> int:
    """Gravel, sand or bare earth."""
    a = stage.pick(((110, 136, 156), (134, 156, 172), (90, 110, 130), (150, 158, 164)))
    return stage.material(
        Kind.GRAIN, a, tuple(1.3 * c for c in a), (stage.uniform(0.015, 0.04), 1.0), uneven=stage.uniform(0.5, 0.9)
    )


def concrete(stage: Stage) -> int:
    """Poured ground with joints."""
    grey = stage.uniform(120, 170)
    side = stage.uniform(1.5, 4.0)
    return stage.material(
        Kind.TILES, (grey, grey, grey * 1.02), (0.6 * grey,) * 3, (side, side), uneven=stage.uniform(0.15, 0.35)
    )


def inner_floor(stage: Stage) -> int:
    """A floor indoors: stone, boards, carpet, terrazzo, rubber."""
    choice = stage.uniform(0, 1)
    if choice < 0.35:
        side = float(stage.rng.choice([0.3, 0.4, 0.6, 0.8]))
        stone = stage.pick(PASTEL + STONE)
        return stage.material(
            Kind.TILES,
            stone,
            tuple(0.65 * c for c in stone),
            (side, side),
            uneven=stage.uniform(0.05, 0.35),
            gloss=stage.uniform(0.1, 0.7),
        )
    if choice < 0.55:
        wood = stage.pick(WOOD)
        return stage.material(
            Kind.PARQUET,
            wood,
            tuple(0.5 * c for c in wood),
            (stage.uniform(0.8, 1.8), stage.uniform(0.08, 0.2)),
            uneven=0.5,
            gloss=0.25,
        )
    if choice < 0.8:
        a = stage.pick(STONE)
        return stage.material(
            Kind.GRAIN, a, tuple(1.2 * c for c in a), (0.02, 1.0), uneven=stage.uniform(0.3, 0.6), gloss=stage.uniform(0.1, 0.6)
        )
    a = stage.pick(BRIGHT + STONE)
    return stage.material(Kind.GRAIN, tuple(0.7 * c for c in a), tuple(0.85 * c for c in a), (0.012, 1.0), uneven=0.4)


def foliage(stage: Stage) -> int:
    """Leaves, green or as autumn colours them."""
    autumn = stage.chance(0.15)
    a = stage.pick(((30, 90, 170), (30, 60, 130), (40, 130, 180)) if autumn else GREENS)
    return stage.material(Kind.LEAVES, tuple(0.6 * c for c in a), tuple(1.4 * c for c in a))


def sign_board(stage: Stage) -> int:
    """A poster, a sign, a screen."""
    a = stage.pick(BRIGHT + PASTEL)
    b = stage.pick(((235, 235, 235), (20, 20, 20), (40, 200, 230), (30, 30, 160)))
    return stage.material(Kind.SIGN, a, b, (stage.uniform(0.04, 0.16), stage.uniform(0.08, 0.35)), gloss=stage.uniform(0.0, 0.2))
