"""Things that stand about where people walk: what a detector must not take for people, and what hides them."""

from __future__ import annotations

import itertools

import numpy as np

from haetae.simulator.drawing.scenes.stage import Stage
from haetae.simulator.drawing.scenes.walls import BRIGHT, GREENS, METAL, PASTEL, STONE, WOOD, foliage, sign_board
from haetae.simulator.drawing.surfaces import Kind


def pole(stage: Stage, x: float, y: float) -> None:
    """A post with nothing, a traffic sign or a box on it."""
    metal, height, radius = stage.paint(stage.pick(METAL), 0.1), stage.uniform(2.2, 4.5), stage.uniform(0.03, 0.09)
    stage.drum((x, y, 0), (x, y, height), radius, metal)
    kind = int(stage.rng.integers(4))
    yaw = stage.uniform(0, 180)
    if kind == 1:
        face = stage.material(Kind.SIGN, stage.pick(BRIGHT), (235, 235, 235), (0.15, 0.2))
        stage.block((x, y, height - 0.7), (stage.uniform(0.4, 0.7), 0.04 + 2 * radius, stage.uniform(0.4, 0.8)), face, yaw)
    elif kind == 2:
        cosine, sine = float(np.cos(np.radians(yaw))), float(np.sin(np.radians(yaw)))
        face, d = stage.paint(stage.pick(((30, 30, 190), (190, 110, 30), (30, 190, 220), (230, 230, 230)))), radius + 0.03
        stage.drum((x - d * cosine, y - d * sine, height - 0.4), (x + d * cosine, y + d * sine, height - 0.4), 0.32, face)
    elif kind == 3:
        stage.block((x, y, stage.uniform(0.8, 1.6)), (0.35, 0.3, 0.6), stage.paint(stage.pick(METAL)), yaw)


def lamp_post(stage: Stage, x: float, y: float, height: float = 5.0) -> None:
    """A street lamp whose arm reaches towards y = 0."""
    metal = stage.paint(stage.pick(METAL), 0.1)
    reach = -np.sign(y) * min(1.2, abs(y))
    stage.drum((x, y, 0), (x, y, height), 0.07, metal)
    stage.rod((x, y, height), (x, y + reach, height + 0.15), 0.045, metal)
    on = len(stage.light.lamps) > 0
    head = stage.material(Kind.LAMP, (200, 230, 250)) if on else metal
    stage.block((x, y + reach, height), (0.25, 0.5, 0.1), head)


def bollard(stage: Stage, x: float, y: float) -> None:
    """A waist-high post."""
    height, radius = stage.uniform(0.5, 1.0), stage.uniform(0.05, 0.13)
    stage.rod((x, y, 0), (x, y, height), radius, stage.paint(stage.pick(METAL + STONE), 0.1))


def bin_(stage: Stage, x: float, y: float) -> None:
    """A litter bin or a wheeled one."""
    paint = stage.paint(stage.pick(METAL + GREENS + BRIGHT))
    if stage.chance(0.5):
        stage.drum((x, y, 0.05), (x, y, stage.uniform(0.7, 1.1)), stage.uniform(0.2, 0.32), paint)
        return
    yaw = stage.uniform(0, 90)
    stage.block((x, y, 0.08), (0.55, 0.6, 0.9), paint, yaw)
    stage.block((x, y, 0.98), (0.6, 0.66, 0.1), stage.paint(stage.pick(METAL + BRIGHT)), yaw)


def bench(stage: Stage, x: float, y: float, yaw_deg: float) -> None:
    """A seat, often with a back."""
    wood, metal = stage.material(Kind.PLANKS, stage.pick(WOOD), (30, 30, 30), (0.1, 0.1)), stage.paint(stage.pick(METAL))
    length, yaw = stage.uniform(1.2, 2.2), np.radians(yaw_deg)
    stage.block((x, y, 0.40), (length, 0.45, 0.06), wood, yaw_deg)
    for side in (-0.4, 0.4):
        stage.block((x + side * length * np.cos(yaw), y + side * length * np.sin(yaw), 0), (0.07, 0.4, 0.4), metal, yaw_deg)
    if stage.chance(0.6):
        stage.block((x - 0.22 * -np.sin(yaw), y - 0.22 * np.cos(yaw), 0.46), (length, 0.05, 0.4), wood, yaw_deg)


def car(stage: Stage, x: float, y: float, yaw_deg: float) -> None:
    """A parked car or van."""
    paint = stage.paint(
        stage.pick(((40, 40, 42), (190, 190, 190), (225, 225, 225), (110, 110, 112), (40, 40, 140), (120, 60, 30), (70, 60, 50))),
        0.5,
    )
    glass, tyre = stage.material(Kind.GLASS, (34, 32, 30), gloss=0.9), stage.paint((26, 26, 26))
    c, s = float(np.cos(np.radians(yaw_deg))), float(np.sin(np.radians(yaw_deg)))
    van = stage.chance(0.2)
    length, width, waist = stage.uniform(3.8, 4.8), stage.uniform(1.68, 1.85), stage.uniform(0.78, 0.95)
    top = stage.uniform(1.9, 2.3) if van else stage.uniform(1.38, 1.65)

    def at(u: float, v: float) -> tuple[float, float]:
        return x + u * c - v * s, y + u * s + v * c

    stage.block((*at(0, 0), 0.22), (length, width, waist - 0.22), paint, yaw_deg)
    stage.block((*at(0, 0), 0.3), (length + 0.12, width * 0.92, 0.28), stage.paint(stage.pick(METAL)), yaw_deg)
    cabin, shift = (length * 0.8, -0.3) if van else (length * 0.52, -0.2)
    stage.block((*at(shift, 0), waist), (cabin, width * 0.88, top - waist - 0.05), glass, yaw_deg)
    stage.block((*at(shift, 0), top - 0.07), (cabin * 0.9, width * 0.82, 0.07), paint, yaw_deg)
    if van:
        stage.block((*at(shift - 0.5, 0), waist), (cabin - 1.0, width * 0.9, top - waist - 0.02), paint, yaw_deg)
    lights = stage.paint((200, 205, 205), 0.4), stage.paint((30, 30, 150), 0.4)
    for end, lamp in ((1, lights[0]), (-1, lights[1])):
        for side in (-1, 1):
            stage.block((*at(end * (length / 2 + 0.01), side * width * 0.36), 0.58), (0.06, 0.3, 0.14), lamp, yaw_deg)
    for u in (-0.31 * length, 0.31 * length):
        (ax, ay), (bx, by) = at(u, -width / 2 - 0.02), at(u, width / 2 + 0.02)
        stage.drum((ax, ay, 0.31), (bx, by, 0.31), 0.31, tyre)
        (ax, ay), (bx, by) = at(u, -width / 2 - 0.03), at(u, width / 2 + 0.03)
        stage.drum((ax, ay, 0.31), (bx, by, 0.31), 0.18, stage.paint((150, 150, 150), 0.3))


def bicycle(stage: Stage, x: float, y: float, yaw_deg: float) -> None:
    """A bicycle or a scooter, leaning on nothing."""
    frame, tyre = stage.paint(stage.pick(BRIGHT), 0.2), stage.paint((24, 24, 24))
    c, s, lean = float(np.cos(np.radians(yaw_deg))), float(np.sin(np.radians(yaw_deg))), stage.uniform(-0.12, 0.12)

    def at(u: float, z: float) -> tuple[float, float, float]:
        return x + u * c - lean * z * s, y + u * s + lean * z * c, z

    for u in (-0.52, 0.52):
        rim = [at(u + 0.33 * np.cos(t), 0.34 + 0.33 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 11)]
        for a, b in itertools.pairwise(rim):
            stage.rod(a, b, 0.02, tyre)
    bars = [
        ((-0.52, 0.34), (-0.1, 0.3)),
        ((-0.1, 0.3), (0.4, 0.75)),
        ((-0.1, 0.3), (-0.22, 0.85)),
        ((-0.22, 0.75), (0.4, 0.78)),
        ((0.4, 0.95), (0.52, 0.34)),
        ((-0.52, 0.34), (-0.2, 0.72)),
    ]
    for start, end in bars:
        stage.rod(at(*start), at(*end), 0.018, frame)
    stage.rod(at(-0.3, 0.88), at(-0.12, 0.88), 0.045, tyre)
    stage.rod(
        (at(0.4, 0.98)[0] - 0.25 * s, at(0.4, 0.98)[1] + 0.25 * c, 0.98),
        (at(0.4, 0.98)[0] + 0.25 * s, at(0.4, 0.98)[1] - 0.25 * c, 0.98),
        0.016,
        tyre,
    )


def tree_(stage: Stage, x: float, y: float, height: float | None = None) -> None:
    """A trunk with branches under ragged leaves; bare in some winters."""
    height = height or stage.uniform(4.0, 8.0)
    bark = stage.material(
        Kind.PLANKS,
        stage.pick(((52, 66, 82), (70, 80, 90), (40, 50, 62), (140, 150, 156))),
        (24, 28, 34),
        (0.06, 0.1),
        uneven=0.6,
    )
    trunk, lean = stage.uniform(0.08, 0.24), stage.rng.normal(0, 0.15, 2)
    fork = height * stage.uniform(0.35, 0.5)
    top = (x + float(lean[0]), y + float(lean[1]), fork)
    stage.rod((x, y, 0), top, trunk, bark)
    leaves, bare = foliage(stage), stage.chance(0.12)
    for _ in range(int(stage.rng.integers(5, 9))):
        turn, up = stage.uniform(0, 6.28), stage.uniform(0.3, 0.95)
        reach = stage.uniform(0.15, 0.32) * height
        end = (top[0] + reach * float(np.cos(turn)), top[1] + reach * float(np.sin(turn)), fork + up * (height - fork))
        stage.rod(top, end, trunk * 0.3, bark)
        if bare:
            for _ in range(4):
                twig = stage.rng.normal(0, 0.4, 3)
                stage.rod(
                    end, (end[0] + float(twig[0]), end[1] + float(twig[1]), end[2] + abs(float(twig[2]))), trunk * 0.1, bark
                )
        else:
            size = stage.uniform(0.13, 0.24) * height
            stage.ball(end, (size, size, size * stage.uniform(0.6, 0.95)), leaves, leaves=True)


def bush(stage: Stage, x: float, y: float, height: float | None = None) -> None:
    """A shrub, sometimes clipped upright to the size of a person."""
    height, leaves = height or stage.uniform(0.5, 1.8), foliage(stage)
    wide = height * stage.uniform(0.25, 0.7)
    for _ in range(int(stage.rng.integers(1, 4))):
        dx, dy = (float(v) for v in stage.rng.normal(0, 0.25 * wide, 2))
        stage.ball((x + dx, y + dy, height * 0.5), (wide, wide, height * 0.52), leaves, leaves=True)


def planter(stage: Stage, x: float, y: float) -> None:
    """A tub with a plant."""
    tub, size = stage.paint(stage.pick(STONE + WOOD + BRICK_TUB)), stage.uniform(0.35, 0.9)
    if stage.chance(0.5):
        stage.drum((x, y, 0), (x, y, 0.5), size / 2, tub)
    else:
        stage.block((x, y, 0), (size, size, 0.5), tub, stage.uniform(0, 90))
    leaves, high = foliage(stage), stage.uniform(0.3, 1.2)
    stage.ball((x, y, 0.5 + high / 2), (size * 0.55, size * 0.55, high / 2 + 0.1), leaves, leaves=True)


BRICK_TUB = ((70, 90, 150), (90, 100, 120))


def board(stage: Stage, x: float, y: float, yaw_deg: float) -> None:
    """A free-standing sign: an A-board, a poster column or a screen."""
    face = sign_board(stage)
    kind = int(stage.rng.integers(3))
    if kind == 0:
        stage.block((x, y, 0), (stage.uniform(0.5, 0.7), 0.25, stage.uniform(0.8, 1.2)), face, yaw_deg)
    elif kind == 1:
        stage.drum((x, y, 0), (x, y, stage.uniform(2.0, 3.0)), stage.uniform(0.4, 0.65), face)
    else:
        stage.block((x, y, 0.2), (stage.uniform(0.9, 1.3), 0.15, stage.uniform(1.5, 2.1)), face, yaw_deg)


def cone(stage: Stage, x: float, y: float) -> None:
    """A traffic cone: drums that get thinner."""
    orange, white = stage.paint((20, 90, 235)), stage.paint((225, 225, 225))
    stage.block((x, y, 0), (0.36, 0.36, 0.04), orange, stage.uniform(0, 90))
    for k in range(5):
        stage.drum((x, y, 0.04 + 0.13 * k), (x, y, 0.17 + 0.13 * k), 0.15 - 0.026 * k, white if k in (2, 3) else orange)


def machine(stage: Stage, x: float, y: float, yaw_deg: float) -> None:
    """A vending machine, a ticket machine or a cabinet."""
    body = stage.paint(stage.pick(BRIGHT + METAL), 0.15)
    wide, deep, high = stage.uniform(0.5, 1.1), stage.uniform(0.4, 0.8), stage.uniform(1.2, 1.95)
    stage.block((x, y, 0), (wide, deep, high), body, yaw_deg)
    yaw = np.radians(yaw_deg)
    face = sign_board(stage) if stage.chance(0.5) else stage.material(Kind.GOODS, (40, 40, 40), (90, 90, 90), (0.09, 0.28))
    for side in (-1, 1):
        shift = side * deep / 2
        stage.block(
            (x - shift * float(np.sin(yaw)), y + shift * float(np.cos(yaw)), 0.35), (wide * 0.8, 0.03, high * 0.6), face, yaw_deg
        )


def parasol(stage: Stage, x: float, y: float) -> None:
    """A table under a parasol, with chairs."""
    cloth, pole_, top = (
        stage.paint(stage.pick(BRIGHT + PASTEL)),
        stage.paint(stage.pick(METAL)),
        stage.paint(stage.pick(WOOD + STONE)),
    )
    stage.rod((x, y, 0), (x, y, 2.5), 0.025, pole_)
    stage.ball((x, y, 2.25), (1.3, 1.3, 0.28), cloth)
    table(stage, x, y, top)


def table(stage: Stage, x: float, y: float, top: int | None = None) -> None:
    """A table with two to four chairs."""
    top = stage.paint(stage.pick(WOOD + STONE)) if top is None else top
    leg, seat = stage.paint(stage.pick(METAL)), stage.paint(stage.pick(BRIGHT + WOOD))
    stage.drum((x, y, 0.70), (x, y, 0.74), stage.uniform(0.35, 0.55), top)
    stage.drum((x, y, 0), (x, y, 0.7), 0.04, leg)
    turn = stage.uniform(0, 6.28)
    for k in range(int(stage.rng.integers(2, 5))):
        a = turn + k * 1.5708
        chair(stage, x + 0.8 * float(np.cos(a)), y + 0.8 * float(np.sin(a)), float(np.degrees(a)) - 90, seat, leg)


def chair(stage: Stage, x: float, y: float, yaw_deg: float, seat: int, leg: int) -> None:
    """A chair whose back is on its +y side before it is turned."""
    c, s = float(np.cos(np.radians(yaw_deg))), float(np.sin(np.radians(yaw_deg)))
    stage.block((x, y, 0.43), (0.42, 0.42, 0.05), seat, yaw_deg)
    stage.block((x - 0.2 * s, y + 0.2 * c, 0.5), (0.42, 0.04, 0.42), seat, yaw_deg)
    for u, v in ((-0.18, -0.18), (0.18, -0.18), (-0.18, 0.18), (0.18, 0.18)):
        px, py = x + u * c - v * s, y + u * s + v * c
        stage.rod((px, py, 0), (px, py, 0.43), 0.016, leg)


def crates(stage: Stage, x: float, y: float) -> None:
    """Boxes on a pallet, or a heap of sacks."""
    wood = stage.material(Kind.PLANKS, stage.pick(WOOD), (40, 40, 40), (0.12, 0.2))
    stage.block((x, y, 0), (1.2, 0.8, 0.14), wood, stage.uniform(0, 20))
    cardboard = ((110, 150, 180), (90, 130, 165), (140, 170, 190), (180, 180, 180), (120, 90, 50))
    for k in range(int(stage.rng.integers(2, 9))):
        level = k // 3
        size = (stage.uniform(0.3, 0.55), stage.uniform(0.3, 0.55), stage.uniform(0.25, 0.5))
        stage.block(
            (x + stage.uniform(-0.35, 0.35), y + stage.uniform(-0.2, 0.2), 0.14 + 0.42 * level),
            size,
            stage.paint(stage.pick(cardboard)),
            stage.uniform(-12, 12),
        )


CLUTTER = (pole, bollard, bin_, bush, planter, cone)
TURNED = (bench, bicycle, board, machine)


def clutter(stage: Stage, x: float, y: float) -> None:
    """One thing or another, as streets have them."""
    if stage.chance(0.6):
        CLUTTER[int(stage.rng.integers(len(CLUTTER)))](stage, x, y)
    else:
        TURNED[int(stage.rng.integers(len(TURNED)))](stage, x, y, float(stage.rng.choice([0, 90, 0, 90, stage.uniform(0, 180)])))


def wear(stage: Stage, area: tuple[float, float, float, float]) -> None:
    """Stains, repairs, drain covers and scraps on the ground of an area (x1, y1, x2, y2)."""
    x1, y1, x2, y2 = area
    dark, light = stage.paint((46, 46, 48)), stage.paint((196, 200, 202))
    cover = stage.material(Kind.TILES, (74, 76, 78), (30, 30, 30), (0.06, 0.06), uneven=0.2)
    for _ in range(int(stage.rng.integers(2, 14))):
        x, y, roll = stage.uniform(x1 - 3, x2 + 4), stage.uniform(y1 - 2, y2 + 2), stage.uniform(0, 1)
        turn = stage.uniform(0, 180)
        if roll < 0.5:
            size = (stage.uniform(0.1, 1.2), stage.uniform(0.1, 0.8))
            look = (stage.uniform(0.1, 0.4), stage.uniform(0.0, 0.6))
            stage.patch(x, y, size, dark if stage.chance(0.7) else light, yaw_deg=turn, round_=True, look=look)
        elif roll < 0.65:
            stage.patch(x, y, (stage.uniform(0.5, 3), stage.uniform(0.4, 1.5)), dark, look=(stage.uniform(0.1, 0.25), 0.1))
        elif roll < 0.8:
            stage.patch(x, y, (0.6, 0.6 if stage.chance(0.5) else 0.4), cover, round_=stage.chance(0.5))
        else:
            stage.patch(x, y, (stage.uniform(0.05, 0.3), stage.uniform(0.05, 0.2)), stage.paint(stage.pick(BRIGHT)), yaw_deg=turn)
