"""Garments as pieces around the body: shirts, trousers, skirts, coats, vests, shoes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.body import eased, limb_girth, shank_radii, thigh_radii, trunk_sections
from haetae.simulator.people.mesh import Material
from haetae.simulator.people.person import Body, Identity
from haetae.simulator.people.shapes import (
    COLLAR,
    HIPS,
    TRUNK,
    ConeForm,
    Hang,
    Part,
    Shape,
    arm_bones,
    bones,
    box,
    cone,
    leg_bones,
    loft,
)
from haetae.simulator.people.skeleton import ARMS, LEGS, Bone
from haetae.simulator.people.wardrobe import LowerKind, OuterKind, Outerwear, ShoeKind, Upper, UpperKind

Array = NDArray[np.float64]
_WAISTBAND_M = 1.04  # of skirts; shirts are tucked in
_HIP_M = 0.88  # below this a garment hangs free
LONG_TROUSERS = (LowerKind.TROUSERS, LowerKind.JEANS, LowerKind.LEGGINGS)


def clothes_shapes(who: Identity, joints: Array) -> Iterator[Shape]:
    """All garments from the inside out."""
    yield from _upper_shapes(who, joints)
    yield from _leg_clothes(who, joints)
    if who.outerwear is not None:
        yield from _outer_shapes(who, who.outerwear, joints)
    for side, bone in LEGS:
        yield from _shoe_shapes(who, side, joints[bone + 2])


def _trunk_cloth(who: Identity, part: Part, ease_m: float, hem_m: float, top_m: float, flare: float) -> Iterator[Shape]:
    """A tube from collar to hem; what hangs below the hips is a piece of its own, which swings with the thighs."""
    sections = _over_the_hips(who, _sloping(trunk_sections(who.body), ease_m), ease_m)
    yield loft(part, eased(sections, 0.0, max(hem_m, 0.80), top_m), 2.4)
    if hem_m < 0.80:
        width, depth = (float(np.interp(_HIP_M, sections[:, 0], sections[:, column])) for column in (1, 2))
        rows = [(z, width + flare * (_HIP_M - z), depth + flare * (_HIP_M - z), -0.012) for z in np.linspace(hem_m, 0.90, 14)]
        yield loft(Part(part.material, HIPS, Hang.OVER_THIGHS), rows, 2.4)


def _sloping(sections: Array, ease_m: float) -> Array:
    """Sections widened by `ease_m`, less so towards the neck, or thick coats would have shoulders like shelves."""
    z = np.unique(np.append(sections[:, 0], [1.34, 1.40, 1.45]))
    wide = np.stack([z] + [np.interp(z, sections[:, 0], sections[:, column]) for column in (1, 2, 3)], 1)
    wide[:, 1:3] += (ease_m * np.interp(z, [1.30, 1.45], [1.0, 0.45]))[:, None]
    return wide


def _over_the_hips(who: Identity, sections: Array, ease_m: float) -> Array:
    """Sections wide enough below the waist to cover what is worn on the legs."""
    z = np.unique(np.append(sections[:, 0], [0.80, 0.86, 0.90, 0.96, 1.06]))
    wide = np.stack([z] + [np.interp(z, sections[:, 0], sections[:, column]) for column in (1, 2, 3)], 1)
    legs = 0.0 if who.lower.kind in (LowerKind.SKIRT, LowerKind.UNDER_DRESS) else who.lower.ease_m * 0.6 + 0.004
    needed = 0.092 + float(thigh_radii(who.body)[0]) + legs + 0.5 * ease_m + 0.004
    share = np.clip((1.06 - z) / 0.12, 0, 1)
    wide[:, 1] += share * np.maximum(needed - wide[:, 1], 0)
    depth = 1.06 * (float(thigh_radii(who.body)[0]) + legs + 0.5 * ease_m) + 0.010
    wide[:, 2] += share * np.maximum(depth - wide[:, 2], 0)
    wide[:, 3] += share * (-0.005 - wide[:, 3])
    return wide


def _shoulders(body: Body, material: Material, ease_m: float, reach: float = 1.0) -> Iterator[Shape]:
    """Cloth over the shoulders; `reach` below 1 ends before the arm begins, as a vest does."""
    part = Part(material, TRUNK)
    for side in (1, -1):
        outer = np.array([-0.014, side * (0.162 - 0.022 * body.femininity) * reach, 1.400 + 0.03 * (1 - reach)])
        yield cone(part, (-0.02, side * 0.040, 1.470), outer, (0.040, 0.047 + ease_m * 0.4 - 0.004 * (reach < 1)))


def _sleeves(body: Body, material: Material, ease_m: float, sleeve: float, joints: Array) -> Iterator[Shape]:
    girth = limb_girth(body)
    for side, bone in ARMS:
        part = Part(material, arm_bones(side))
        shoulder, elbow, wrist = joints[bone], joints[bone + 1], joints[bone + 2]
        wide = ease_m * 0.75 + 0.006
        radii = np.array([0.052, 0.054, 0.050, 0.048]) * girth + wide * np.array([0.6, 0.9, 1.0, 1.0])
        if sleeve < 1:
            yield cone(part, shoulder, elbow, radii + 0.006, ConeForm(cut=(-0.05, sleeve)))
        else:
            yield cone(part, shoulder, elbow, radii)
            lower = np.array([0.047, 0.048, 0.042, 0.037]) * girth + wide
            yield cone(part, elbow, wrist, lower, ConeForm(cut=(0.0, sleeve - 1)))


def _upper_shapes(who: Identity, joints: Array) -> Iterator[Shape]:
    upper, body = who.upper, who.body
    part = Part(Material.UPPER_CLOTH, TRUNK)
    covered = who.outerwear is not None and who.outerwear.has_sleeves
    hem = _hem(who)
    strapped = upper.kind == UpperKind.TANK_TOP or (upper.kind == UpperKind.DRESS and upper.sleeve == 0)
    yield from _trunk_cloth(who, part, upper.ease_m, hem, 1.40 if strapped else 1.455, upper.flare)
    if strapped:
        yield from _straps(body, upper)
    else:
        yield from _shoulders(body, Material.UPPER_CLOTH, upper.ease_m)
        high = 0.012 if upper.sleeve > 1 else 0.0
        yield cone(
            Part(part.material, COLLAR), (-0.030, 0, 1.435), (-0.022, 0, 1.468 + high), (0.074, 0.067), ConeForm(cut=(-0.3, 1))
        )
    if upper.kind == UpperKind.SHIRT:
        yield _collar(Material.UPPER_CLOTH, 0.060, 1.488)
    if upper.kind == UpperKind.HOODIE and not covered:
        yield _hood(Material.UPPER_CLOTH)
    if upper.sleeve > 0 and not covered:
        yield from _sleeves(body, Material.UPPER_CLOTH, upper.ease_m, upper.sleeve, joints)


def _hem(who: Identity) -> float:
    """Where the upper garment ends: tucked into a skirt, else where it hangs to."""
    if who.lower.kind == LowerKind.SKIRT:
        return _WAISTBAND_M - 0.03
    if who.upper.kind == UpperKind.DRESS:
        return who.upper.hem_m
    return max(who.upper.hem_m, 0.86) if who.outerwear is not None else who.upper.hem_m


def _straps(body: Body, upper: Upper) -> Iterator[Shape]:
    part = Part(Material.UPPER_CLOTH, TRUNK)
    y = 0.092 - 0.012 * body.femininity
    for side in (1, -1):
        yield cone(part, (0.070, side * y, 1.37), (-0.012, side * (y - 0.006), 1.466), (0.028, 0.024))
        yield cone(part, (-0.012, side * (y - 0.006), 1.466), (-0.105, side * y, 1.36), (0.024, 0.028))


def _collar(material: Material, radius: float, top_m: float) -> Shape:
    return cone(
        Part(material, COLLAR), (-0.032, 0, 1.43), (-0.014, 0, top_m), (radius + 0.014, radius + 0.006), ConeForm(cut=(-0.2, 1))
    )


def _hood(material: Material) -> Shape:
    """A hood that lies on the back."""
    part = Part(material, bones(Bone.CHEST))
    return cone(part, (-0.055, -0.065, 1.455), (-0.055, 0.065, 1.455), (0.045, 0.062, 0.045), ConeForm(flat=(0.9, 1.0)))


def _leg_clothes(who: Identity, joints: Array) -> Iterator[Shape]:
    lower, body = who.lower, who.body
    if lower.kind == LowerKind.UNDER_DRESS:
        return
    if lower.kind == LowerKind.SKIRT:
        yield _skirt(who)
        return
    top = min(1.02, (who.outerwear.hem_m if who.outerwear is not None else who.upper.hem_m) + 0.035)
    yield loft(Part(Material.LOWER_CLOTH, HIPS), eased(trunk_sections(body), 0.006, 0.80, max(top, 0.84)), 2.3)
    for side, bone in LEGS:
        part = Part(Material.LOWER_CLOTH, leg_bones(side))
        hip, knee, ankle = joints[bone], joints[bone + 1], joints[bone + 2]
        thigh = thigh_radii(body)
        if lower.kind in LONG_TROUSERS:
            yield cone(part, hip, knee, thigh + lower.ease_m * 0.6 + 0.004)
            form = ConeForm(cut=(0.0, 0.98), bow_m=-0.008, stations=(0, 0.35, 0.7, 1))
            yield cone(part, knee, ankle, shank_radii(body) + lower.ease_m + 0.004, form)
        else:
            reach = float(np.clip((hip[2] - lower.hem_m) / (hip[2] - knee[2]), 0.6, 1.0))
            radii = thigh + 0.012 + lower.ease_m * np.array([0.4, 0.7, 1.0, 1.2])
            yield cone(part, hip, knee, radii, ConeForm(cut=(-0.1, reach)))


def _skirt(who: Identity) -> Shape:
    lower, sections = who.lower, trunk_sections(who.body)
    waist = eased(sections, who.upper.ease_m + 0.008, 0.94, _WAISTBAND_M)
    width, depth = float(waist[0, 1]), float(waist[0, 2])
    fall = lower.flare * (0.94 - lower.hem_m)
    rows = [
        *waist[1:],
        (lower.hem_m, width + 0.01 + fall, depth + 0.01 + fall, -0.01),
        (0.86, width + 0.012 + 0.3 * lower.flare * 0.08, depth + 0.014, -0.014),
        (0.94, width, depth, -0.014),
    ]
    return loft(Part(Material.LOWER_CLOTH, HIPS, Hang.OVER_THIGHS), rows, 2.1)


def _outer_shapes(who: Identity, outer: Outerwear, joints: Array) -> Iterator[Shape]:
    body = who.body
    ease = max(outer.ease_m, who.upper.ease_m + 0.010)
    if outer.kind == OuterKind.WORK_VEST:
        yield from _trunk_cloth(who, Part(Material.FLUORESCENT, TRUNK), ease, outer.hem_m, 1.452, 0.05)
        yield from _shoulders(body, Material.FLUORESCENT, ease + 0.012, 0.66)
        return
    part = Part(Material.OUTER_CLOTH, TRUNK)
    flare = 0.10 if outer.kind == OuterKind.COAT else 0.05
    if who.lower.kind == LowerKind.SKIRT:
        flare = max(flare, who.lower.flare)
    elif who.lower.kind == LowerKind.UNDER_DRESS:
        flare = max(flare, who.upper.flare)
    yield from _trunk_cloth(who, part, ease, outer.hem_m, 1.45, flare)
    yield from _shoulders(body, Material.OUTER_CLOTH, ease, 1.0 if outer.has_sleeves else 0.72)
    if outer.kind == OuterKind.JACKET:
        yield _collar(Material.OUTER_CLOTH, 0.066, 1.495)
    else:
        yield _collar(Material.OUTER_CLOTH, 0.074, 1.505)
    if outer.kind == OuterKind.PADDED_COAT:
        yield _hood(Material.OUTER_CLOTH)
    if outer.has_sleeves:
        yield from _sleeves(body, Material.OUTER_CLOTH, ease * 0.85, 1.97, joints)


def _shoe_shapes(who: Identity, side: int, ankle: Array) -> Iterator[Shape]:
    foot = bones(Bone.LEFT_FOOT if side > 0 else Bone.RIGHT_FOOT)
    shank = bones(Bone.LEFT_SHANK if side > 0 else Bone.RIGHT_SHANK)
    x, y = ankle[0], ankle[1]
    boot = who.shoes.kind == ShoeKind.BOOT
    toe = (x + 0.175, y + side * 0.018, 0.034)
    yield cone(Part(Material.SHOE, foot), (x - 0.035, y, 0.052), toe, (0.044, 0.051, 0.054, 0.038), ConeForm(forward=(0, 0, 1)))
    shaft = Part(Material.SOCK if who.shoes.kind == ShoeKind.LOW else Material.SHOE, foot | shank)
    yield cone(shaft, (x - 0.005, y, 0.045), (x, y, 0.24 if boot else 0.115), (0.046, 0.050 if boot else 0.043))
    yield box(Part(Material.SOLE, foot), (x + 0.07, y + side * 0.009, 0.012), (0.145, 0.047, 0.012), 0.010)
