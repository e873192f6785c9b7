"""The colours of every vertex: dyes and patterns, faces, straps, reflective bands, all in linear light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.faces import paint_head
from haetae.simulator.people.mesh import Floats, Indices, Material
from haetae.simulator.people.palette import Colour, linear
from haetae.simulator.people.person import Identity
from haetae.simulator.people.wardrobe import BagKind, LowerKind, OuterKind, Outerwear, Pattern, PatternKind, UpperKind

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
_SILVER = linear((214, 216, 216))


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """A person at rest, about to be painted: x, y, z and normals of the vertices; colours and material are written to."""

    x: Array
    y: Array
    z: Array
    forward: Array
    material: Indices
    colours: Array

    def of(self, *materials: Material) -> Mask:
        return np.isin(self.material, materials)

    def dye(self, where: Mask, colour: Colour | Sequence[float] | Array) -> None:
        self.colours[where] = colour.linear if isinstance(colour, Colour) else np.asarray(colour)


def painted(who: Identity, vertices: Floats, normals: Floats, material: Indices) -> tuple[Floats, Indices]:
    """(n, 3) linear BGR, and the materials, changed where paint is another (reflective bands, the face within the hair)."""
    x, y, z = vertices.astype(np.float64).T
    canvas = Canvas(x, y, z, normals[:, 0].astype(np.float64), material.copy(), np.zeros((len(x), 3)))
    for kind, colour in _dyes(who):
        canvas.dye(canvas.of(kind), colour)
    upper, lower = canvas.of(Material.UPPER_CLOTH), canvas.of(Material.LOWER_CLOTH)
    _pattern(canvas, upper, who.upper.pattern)
    _pattern(canvas, lower, who.lower.pattern)
    _details(canvas, who, upper, lower)
    if who.outerwear is not None:
        _outerwear(canvas, who, who.outerwear)
    _straps(canvas, who)
    paint_head(canvas, who)
    grain = np.random.default_rng([who.seed, 0xC0]).normal(0, 0.03, len(x))
    return np.clip(canvas.colours * (1 + grain[:, None]), 0.002, 0.95).astype(np.float32), canvas.material


def _dyes(who: Identity) -> list[tuple[Material, Colour]]:
    dyes = [
        (Material.SKIN, who.face.skin),
        (Material.HAIR, who.hair.colour),
        (Material.UPPER_CLOTH, who.upper.colour),
        (Material.LOWER_CLOTH, who.lower.colour),
        (Material.SHOE, who.shoes.colour),
        (Material.SOLE, who.shoes.sole),
        (Material.SOCK, who.shoes.sock),
    ]
    if who.outerwear is not None:
        dyes += [(Material.OUTER_CLOTH, who.outerwear.colour), (Material.FLUORESCENT, who.outerwear.colour)]
    if who.headgear is not None:
        dyes += [(Material.HAT, who.headgear.colour), (Material.HARD_SHELL, who.headgear.colour)]
    if who.bag is not None:
        dyes.append((Material.BAG, who.bag.colour))
    return dyes


def _pattern(canvas: Canvas, cloth: Mask, pattern: Pattern | None) -> None:
    """The pattern's colour covers less than half of the cloth, so the garment's own colour keeps its name."""
    if pattern is None:
        return
    x, y, z = canvas.x, canvas.y, canvas.z
    turn = 2 * np.pi / pattern.period_m
    where = {
        PatternKind.STRIPES: np.sin(z * turn) > 0.3,
        PatternKind.PINSTRIPES: np.sin(y * turn) > 0.6,
        PatternKind.CHECK: (np.sin(z * turn) > 0.75) | (np.sin(y * turn) > 0.75),
        PatternKind.PRINT: (x > 0) & (np.abs(y) < 0.085) & (np.abs(z - 1.27) < 0.075),
        PatternKind.BLOCK: z > 1.33,
        PatternKind.LETTERS: (x > 0) & (np.abs(y) < 0.11) & (np.abs(z - 1.30) < 0.03) & (np.sin(y * 180) > -0.3),
    }[pattern.kind]
    canvas.dye(cloth & where, pattern.colour)


def _details(canvas: Canvas, who: Identity, upper: Mask, lower: Mask) -> None:
    x, y, z = canvas.x, np.abs(canvas.y), canvas.z
    if who.lower.kind == LowerKind.JEANS:
        worn = np.clip(1 - np.abs(z - 0.62) / 0.25, 0, 1) * (canvas.forward > 0) * 0.3
        canvas.colours[lower] *= 1 + worn[lower, None]
    kind = who.upper.kind
    if kind in (UpperKind.T_SHIRT, UpperKind.SWEATER, UpperKind.DRESS, UpperKind.TANK_TOP):
        depth = who.upper.neckline_m + 0.05 * (kind == UpperKind.TANK_TOP)
        below = z - 1.43 + depth
        canvas.dye(upper & (x > 0) & (below > 0) & (y < np.minimum(below * 0.8 + 0.01, 0.07)), who.face.skin)
    elif kind == UpperKind.SHIRT:
        canvas.colours[upper & (x > 0.02) & (y < 0.010)] *= 0.72
        canvas.dye(upper & (x > 0) & (z > 1.42) & (y < (z - 1.42) * 0.9), who.face.skin)
    else:  # the pouch of a hoodie
        edge = np.maximum(np.abs(y / 0.125), np.abs((z - 1.0) / 0.085))
        canvas.colours[upper & (x > 0.02) & (np.abs(edge - 1.0) < 0.11)] *= 0.5
    if kind == UpperKind.DRESS:
        canvas.colours[upper & (np.abs(z - 1.06) < 0.018)] *= 0.55
    elif who.lower.belt:
        canvas.colours[lower & (z > 1.0)] *= 0.35


def _outerwear(canvas: Canvas, who: Identity, outer: Outerwear) -> None:
    x, y, z = canvas.x, np.abs(canvas.y), canvas.z
    cloth = canvas.of(Material.OUTER_CLOTH)
    front = cloth & (x > 0.02)
    if outer.kind == OuterKind.WORK_VEST:
        _reflective_bands(canvas)
        return
    if outer.kind in (OuterKind.PADDED_COAT, OuterKind.PADDED_VEST):
        canvas.colours[cloth & (np.abs((z / 0.085) % 1.0 - 0.5) < 0.09)] *= 0.62
    if outer.opening_m > 0:
        wide = outer.opening_m * np.interp(z, [0.4, 0.8, 1.1, 1.45], [1.5, 1.2, 1.0, 0.7])
        opened = front & (y < wide)
        canvas.dye(opened, who.upper.colour)
        canvas.dye(opened & (z < 0.93), who.lower.colour)
        canvas.dye(opened & (z > 1.41) & (y < 0.03), who.face.skin)
        canvas.colours[front & (np.abs(y - wide) < 0.010)] *= 0.55
    else:
        canvas.colours[front & (y < 0.010)] *= 0.4
    lapel = front & (z > 1.22) & (np.abs(y - outer.opening_m - 0.012 - (z - 1.22) * 0.22) < 0.009)
    if outer.kind == OuterKind.COAT:
        canvas.colours[lapel] *= 0.55
        canvas.colours[front & (np.abs(z - 0.97) < 0.010) & (np.abs(y - 0.115) < 0.05)] *= 0.6
    elif outer.kind == OuterKind.JACKET:
        _ribbed(canvas, cloth, outer)
    if outer.kind in (OuterKind.COAT, OuterKind.JACKET):  # the seams of the back, and the slit of a coat
        behind = cloth & (x < -0.03)
        canvas.colours[behind & (y < 0.009) & (z < (1.02 if outer.kind == OuterKind.COAT else 1.34))] *= 0.45
        canvas.colours[behind & (np.abs(z - (1.06 if outer.kind == OuterKind.COAT else 1.34)) < 0.012)] *= 0.5


def _ribbed(canvas: Canvas, cloth: Mask, outer: Outerwear) -> None:
    """A jacket's hem, cuffs and collar: knitted, darker than the rest, or lighter where that is dark already."""
    arms = np.hypot(canvas.y, canvas.z - 1.405)  # how far down the sleeve, at rest
    ends = cloth & ((canvas.z < outer.hem_m + 0.05) | (arms > 0.63) | (canvas.z > 1.46))
    canvas.colours[ends] = canvas.colours[ends] * 0.4 if float(outer.colour.linear.mean()) > 0.05 else 0.16


def _reflective_bands(canvas: Canvas) -> None:
    """Two bands round the body and one over each shoulder, silver within, as work vests have them."""
    vest = canvas.of(Material.FLUORESCENT)
    y, z = np.abs(canvas.y), canvas.z
    round_body = (np.abs(z - 0.985) < 0.027) | (np.abs(z - 1.125) < 0.027)
    over_shoulder = (np.abs(y - 0.100) < 0.027) & (z > 1.125)
    bands = vest & (round_body | over_shoulder)
    canvas.dye(bands, _SILVER)
    canvas.material[bands] = Material.REFLECTIVE
    canvas.colours[vest & ~bands & (canvas.x > 0.02) & (y < 0.008)] *= 0.6


def _bind(canvas: Canvas, where: Mask, colour: Array) -> None:
    """What is painted on cloth but belongs to a bag."""
    canvas.dye(where, colour)
    canvas.material[where] = Material.BAG


def _straps(canvas: Canvas, who: Identity) -> None:
    bag = who.bag
    if bag is None:
        return
    x, y, z = canvas.x, canvas.y, canvas.z
    trunk = canvas.of(Material.UPPER_CLOTH, Material.OUTER_CLOTH, Material.FLUORESCENT, Material.REFLECTIVE)
    trunk &= np.abs(y) < np.interp(z, [1.0, 1.25, 1.42], [0.26, 0.24, 0.17])
    strap = bag.colour.linear * 0.8
    if bag.kind == BagKind.BACKPACK:
        band = np.abs(np.abs(y) - 0.108) < 0.030
        _bind(canvas, trunk & band & (z > 1.10) & (x > -0.1), strap)
        canvas.colours[canvas.of(Material.BAG) & (np.abs(z - 1.26) < 0.009)] *= 0.4
    elif bag.kind == BagKind.CROSSBODY:
        slope = 0.49 / 0.265
        off = np.abs(z - 0.97 - (bag.side * 0.19 - y) * bag.side * slope) / np.hypot(1, slope)
        _bind(canvas, trunk & (off < 0.026) & (z > 0.93), strap)
        canvas.colours[canvas.of(Material.BAG) & (np.abs(z - 0.95) < 0.008)] *= 0.5
    elif bag.kind == BagKind.TOTE:
        canvas.colours[canvas.of(Material.BAG) & (np.abs(x) < 0.06)] *= 0.85
