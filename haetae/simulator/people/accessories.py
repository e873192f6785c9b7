"""Hair, hats, glasses and bags as pieces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.body import trunk_sections
from haetae.simulator.people.mesh import Material
from haetae.simulator.people.person import Identity
from haetae.simulator.people.shapes import HEAD, ConeForm, Hang, Part, Shape, bones, box, cone, ellipsoid, loft
from haetae.simulator.people.skeleton import Bone, arm_direction
from haetae.simulator.people.wardrobe import Bag, BagKind, EyewearKind, HairKind, HeadgearKind

Array = NDArray[np.float64]
_HAIR = Part(Material.HAIR, HEAD)
_HAT = Part(Material.HAT, HEAD)
_SHELL = Part(Material.HARD_SHELL, HEAD)


def accessory_shapes(who: Identity, joints: Array) -> Iterator[Shape]:
    """Hair, headgear, glasses, bag."""
    yield from _hair_shapes(who)
    if who.headgear is not None:
        yield from _HEADGEAR[who.headgear.kind]()
    if who.eyewear is not None:
        yield from _lenses(who.eyewear.kind)
    if who.bag is not None:
        yield from _bag_shapes(who, who.bag, joints)


def _hair_shapes(who: Identity) -> Iterator[Shape]:
    hair = who.hair
    if hair.kind == HairKind.BALD:
        return
    shell = 0.012 + (0.016 * hair.volume if who.headgear is None else 0.0)
    if hair.kind == HairKind.SHORT:  # free of the ears and the nape, or it looks like a cap
        line = 1.625 if who.gender == "female" else 1.648
        yield ellipsoid(_HAIR, (-0.010, 0, 1.672), (0.098 + shell, 0.076 + 0.7 * shell, 0.094 + shell), (line, 0.55))
        return
    yield ellipsoid(_HAIR, (-0.012, 0, 1.668), (0.098 + shell, 0.078 + shell, 0.096 + shell))
    if hair.kind == HairKind.BOB:
        yield loft(_HAIR, [(1.515, 0.078, 0.040, -0.070), (1.58, 0.096, 0.070, -0.045), (1.68, 0.094, 0.090, -0.02)], 2.2)
    elif hair.kind == HairKind.LONG:
        flowing = Part(Material.HAIR, HEAD | bones(Bone.CHEST), Hang.DOWN_THE_BACK)
        rows = [
            (1.33, 0.060, 0.028, -0.125),
            (1.42, 0.088, 0.036, -0.112),
            (1.52, 0.092, 0.050, -0.078),
            (1.60, 0.093, 0.07, -0.045),
        ]
        yield loft(flowing, [*rows, (1.68, 0.090, 0.088, -0.02)], 2.2)
        for side in (1, -1):  # to be seen from the front as well
            yield cone(flowing, (0.005, side * 0.088, 1.655), (0.070, side * 0.100, 1.34), (0.024, 0.028, 0.030, 0.020))
    elif hair.kind == HairKind.PONYTAIL:
        tail = Part(Material.HAIR, HEAD | bones(Bone.CHEST), Hang.DOWN_THE_BACK)
        yield cone(tail, (-0.120, 0, 1.70), (-0.165, 0, 1.38), (0.030, 0.038, 0.036, 0.016))


def _cap() -> Iterator[Shape]:
    yield ellipsoid(_HAT, (-0.006, 0, 1.688), (0.126, 0.104, 0.108), (1.676, 0.10))
    yield ellipsoid(_HAT, (0.140, 0, 1.694), (0.095, 0.085, 0.014))


def _sun_hat() -> Iterator[Shape]:
    yield ellipsoid(_HAT, (-0.006, 0, 1.69), (0.118, 0.100, 0.118), (1.68, 0.0))
    yield ellipsoid(_HAT, (0.0, 0, 1.690), (0.235, 0.215, 0.015))


def _bucket_hat() -> Iterator[Shape]:
    rows = [
        (1.672, 0.152, 0.168, -0.002),
        (1.700, 0.118, 0.135, -0.004),
        (1.712, 0.106, 0.124, -0.006),
        (1.785, 0.090, 0.105, -0.008),
    ]
    yield loft(_HAT, rows, 2.0)


def _beanie() -> Iterator[Shape]:
    yield ellipsoid(_HAT, (-0.014, 0, 1.698), (0.121, 0.102, 0.106), (1.672, 0.25))
    yield cone(_HAT, (-0.03, 0, 1.67), (-0.022, 0, 1.705), (0.110, 0.112), _band())
    yield ellipsoid(_HAT, (-0.014, 0, 1.815), (0.040, 0.040, 0.036))


def _helmet() -> Iterator[Shape]:
    """The hard shell of a building site: a dome with a ridge, a rim all round and a peak."""
    yield ellipsoid(_SHELL, (-0.008, 0, 1.700), (0.145, 0.122, 0.115), (1.690, 0.06))
    yield ellipsoid(_SHELL, (-0.002, 0, 1.697), (0.160, 0.136, 0.014))
    yield ellipsoid(_SHELL, (0.125, 0, 1.694), (0.085, 0.092, 0.013))
    yield cone(_SHELL, (-0.120, 0, 1.755), (0.085, 0, 1.780), (0.020, 0.040, 0.042, 0.024))


def _band() -> ConeForm:
    return ConeForm(flat=(1.0, 0.92), cut=(0.0, 1.0))


_HEADGEAR = {
    HeadgearKind.CAP: _cap,
    HeadgearKind.SUN_HAT: _sun_hat,
    HeadgearKind.BUCKET_HAT: _bucket_hat,
    HeadgearKind.BEANIE: _beanie,
    HeadgearKind.HELMET: _helmet,
}


def _lenses(kind: EyewearKind) -> Iterator[Shape]:
    glass = Part(Material.LENS, HEAD)
    size = (0.016, 0.037, 0.028) if kind == EyewearKind.SUNGLASSES else (0.014, 0.034, 0.027)
    for side in (1, -1):
        yield ellipsoid(glass, (0.090, side * 0.037, 1.647), size)


def _bag_shapes(who: Identity, bag: Bag, joints: Array) -> Iterator[Shape]:
    sections = trunk_sections(who.body)
    ease = who.outerwear.ease_m if who.outerwear is not None else who.upper.ease_m
    half = {z: [float(np.interp(z, sections[:, 0], sections[:, column])) for column in (1, 2)] for z in (0.95, 1.22)}
    k = bag.size
    if bag.kind == BagKind.BACKPACK:
        chest = Part(Material.BAG, bones(Bone.CHEST))
        back = -half[1.22][1] - ease - 0.082
        yield box(chest, (back, 0, 1.22), (0.085, 0.148 * k, 0.215 * k), 0.06)
        yield box(chest, (back - 0.082, 0, 1.13), (0.032, 0.11 * k, 0.09 * k), 0.028)
    elif bag.kind == BagKind.CROSSBODY:
        hip = Part(Material.BAG, bones(Bone.PELVIS))
        y = bag.side * (half[0.95][0] + ease + 0.030)
        yield box(hip, (0.060, y, 0.92), (0.135 * k, 0.048, 0.105 * k), 0.03)
    else:
        yield from _carried(bag, joints, k)


def _carried(bag: Bag, joints: Array, k: float) -> Iterator[Shape]:
    """A handbag, a tote or a duffel bag in the hand, with its handle."""
    bone = Bone.LEFT_LOAD if bag.side > 0 else Bone.RIGHT_LOAD
    part = Part(Material.BAG, bones(bone))
    down = arm_direction(bag.side)
    across = np.cross(down, (1.0, 0.0, 0.0))
    axes = np.stack([np.array([1.0, 0.0, 0.0]), across, down])
    grip = joints[bone]
    sizes = {BagKind.HANDBAG: (0.125, 0.050, 0.080), BagKind.TOTE: (0.190, 0.060, 0.205), BagKind.DUFFEL: (0.28, 0.12, 0.13)}
    drops = {BagKind.HANDBAG: 0.11, BagKind.TOTE: 0.15, BagKind.DUFFEL: 0.10}
    half = np.array(sizes[bag.kind]) * k
    top = grip + down * drops[bag.kind]
    yield box(part, top + down * half[2], tuple(half), min(half) * 0.7, axes)
    for end in (0.55, -0.55):
        yield cone(part, grip, top + np.array([end * half[0], 0, 0]), (0.011, 0.012))
