"""Faces, hairlines, beards, masks and glasses, painted on the head."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.mesh import Material
from haetae.simulator.people.palette import linear
from haetae.simulator.people.person import Identity
from haetae.simulator.people.wardrobe import EyewearKind, HairKind, HeadgearKind

if TYPE_CHECKING:
    from haetae.simulator.people.paint import Canvas

Array = NDArray[np.float64]
_IRIS = linear((25, 20, 18))


def paint_head(canvas: Canvas, who: Identity) -> None:
    """Everything above the neck."""
    skin = who.face.skin.linear
    x, y, z = canvas.x, np.abs(canvas.y), canvas.z
    line = 1.705 if who.headgear is None else 1.69
    within = canvas.of(Material.HAIR) & (x > 0.035) & (z < line - y * 0.33) & (y < 0.083) & (z > 1.5)
    canvas.dye(within, skin)
    canvas.material[within] = Material.SKIN
    face = canvas.of(Material.SKIN) & (x > 0.04) & (z > 1.52)
    if who.hair.kind == HairKind.SHORT:
        shaved = canvas.of(Material.SKIN) & (x < 0.012) & (z > 1.605 + 0.5 * (x + 0.07)) & (z < 1.75)
        canvas.colours[shaved] = 0.45 * skin + 0.55 * who.hair.colour.linear
    elif who.hair.kind == HairKind.BALD and who.age_band in ("middle_aged", "old"):  # a wreath of what is left
        left = canvas.of(Material.SKIN) & (x < 0.015) & (z > 1.60) & (z < 1.672) & ((y > 0.05) | (x < -0.05))
        canvas.colours[left] = 0.2 * skin + 0.8 * who.hair.colour.linear
    _features(canvas, who, face, skin)
    if who.face.beard > 0:
        thick = np.clip((1.605 - z) / 0.03, 0, 1) * face * who.face.beard * ((y > 0.02) | (z < 1.565))
        canvas.colours[:] = canvas.colours * (1 - thick[:, None]) + who.hair.colour.linear * thick[:, None]
    if who.face.mask is not None:
        canvas.dye(face & (z < 1.625) & (z > 1.535), who.face.mask)
    if who.eyewear is not None:
        _glasses(canvas, who, skin)
    if who.headgear is not None and who.headgear.kind == HeadgearKind.HELMET:
        strap = canvas.of(Material.SKIN) & (np.abs(x - 0.025 - (1.69 - z) * 0.25) < 0.010) & (z > 1.55) & (z < 1.70)
        canvas.dye(strap, linear((40, 40, 40)))


def _features(canvas: Canvas, who: Identity, face: NDArray[np.bool_], skin: Array) -> None:
    """Eyes, brows, mouth, nostrils, cheeks, as soft spots: y, z, half width, half height, colour, strength."""
    y, z = np.abs(canvas.y[face]), canvas.z[face]
    colours = canvas.colours[face]
    brow = who.hair.colour.linear * 0.8
    lips = skin * np.array([0.5, 0.45, 0.75 + 0.1 * who.body.femininity])
    spots = (
        (0.033, 1.649, 0.024, 0.014, skin * 0.5, 0.5),
        (0.033, 1.646, 0.014, 0.0075, _IRIS, 0.95),
        (0.034, 1.671, 0.024, 0.007, brow, 0.85),
        (0.0, 1.576, 0.027, 0.0085, lips, 0.8),
        (0.0, 1.590, 0.018, 0.006, skin * 0.6, 0.5),
        (0.0, 1.607, 0.016, 0.007, skin * 0.5, 0.5),
        (0.045, 1.610, 0.022, 0.020, skin * np.array([0.85, 0.85, 1.08]), 0.5),
    )
    for across, up, wide, high, colour, strength in spots:
        off = ((y - across) / wide) ** 2 + ((z - up) / high) ** 2
        share = (np.exp(-(off**2)) * strength)[:, None]
        colours = colours * (1 - share) + colour * share
    canvas.colours[face] = colours


def _glasses(canvas: Canvas, who: Identity, skin: Array) -> None:
    assert who.eyewear is not None
    x, y, z = canvas.x, np.abs(canvas.y), canvas.z
    frame = who.eyewear.colour.linear * 0.5
    lens = canvas.of(Material.LENS)
    if who.eyewear.kind == EyewearKind.SUNGLASSES:
        canvas.dye(lens, np.minimum(frame, 0.02))
    else:
        canvas.dye(lens, skin * 0.5 + 0.25)
        off = np.hypot((y - 0.037) / 0.034, (z - 1.647) / 0.027)
        canvas.dye(lens & (off > 0.66), frame)
        iris = lens & (np.hypot((y - 0.033) / 0.010, (z - 1.646) / 0.007) < 1)
        canvas.dye(iris, _IRIS)
    head = canvas.of(Material.SKIN, Material.HAIR)
    bridge = head & (x > 0.06) & (y < 0.014) & (np.abs(z - 1.653) < 0.008)
    temple = head & (x > -0.01) & (x < 0.095) & (y > 0.058) & (np.abs(z - 1.653) < 0.010)
    canvas.dye(bridge | temple, frame)
