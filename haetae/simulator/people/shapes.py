"""The pieces a person is made of, as signed distances: cones, lofts, ellipsoids and boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.mesh import Material
from haetae.simulator.people.skeleton import N_BONES, Bone

Array = NDArray[np.float64]
N_PARAMETERS = 136
N_STATIONS = 40
"""A loft's sections, resampled evenly from bottom to top."""
_MARGIN_M = 0.06


class Kind(IntEnum):
    CONE = 0
    LOFT = 1
    ELLIPSOID = 2
    BOX = 3


class Hang(IntEnum):
    """How a piece follows the bones: by distance, as cloth over both thighs, or as hair from head to back."""

    BY_DISTANCE = 0
    OVER_THIGHS = 1
    DOWN_THE_BACK = 2


_TRUNK = [Bone.PELVIS, Bone.ABDOMEN, Bone.CHEST, Bone.NECK]
_LEFT_ARM = [Bone.LEFT_ARM, Bone.LEFT_FOREARM, Bone.LEFT_HAND]
_RIGHT_ARM = [Bone.RIGHT_ARM, Bone.RIGHT_FOREARM, Bone.RIGHT_HAND]
_LEFT_LEG = [Bone.LEFT_THIGH, Bone.LEFT_SHANK, Bone.LEFT_FOOT]
_RIGHT_LEG = [Bone.RIGHT_THIGH, Bone.RIGHT_SHANK, Bone.RIGHT_FOOT]


def bones(*which: Bone) -> int:
    """A set of bones as bits."""
    return sum(1 << bone for bone in which)


HEAD = bones(Bone.HEAD)
NECK = bones(Bone.CHEST, Bone.NECK, Bone.HEAD)
COLLAR = bones(Bone.CHEST, Bone.NECK)
TRUNK = bones(*_TRUNK, Bone.LEFT_ARM, Bone.RIGHT_ARM, Bone.LEFT_THIGH, Bone.RIGHT_THIGH)
HIPS = bones(Bone.PELVIS, Bone.ABDOMEN, Bone.LEFT_THIGH, Bone.RIGHT_THIGH)
ANY = (1 << N_BONES) - 1


def arm_bones(side: int) -> int:
    return bones(Bone.CHEST, *(_LEFT_ARM if side > 0 else _RIGHT_ARM))


def leg_bones(side: int) -> int:
    return bones(Bone.PELVIS, *(_LEFT_LEG if side > 0 else _RIGHT_LEG))


@dataclass(frozen=True, slots=True)
class Part:
    """What a piece is made of and which bones it follows (bits)."""

    material: Material
    follows: int
    hang: Hang = Hang.BY_DISTANCE


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One piece; `parameters` are the kind's own, see `field`; low and high (3,) metres: outside them it is not evaluated."""

    kind: Kind
    part: Part
    parameters: Array
    low: Array
    high: Array


def _shape(kind: Kind, part: Part, parameters: Sequence[float] | Array, low: Array, high: Array) -> Shape:
    padded = np.zeros(N_PARAMETERS)
    padded[: len(parameters)] = parameters
    return Shape(kind, part, padded, low - _MARGIN_M, high + _MARGIN_M)


@dataclass(frozen=True, slots=True)
class ConeForm:
    """`flat`: how much thinner than round along forward and across; `bow_m`: bent backwards (< 0) in the middle;
    `cut`: ends flat at these shares of the length instead of round; `stations`: where along it the radii hold."""

    flat: tuple[float, float] = (1.0, 1.0)
    forward: tuple[float, float, float] = (1.0, 0.0, 0.0)
    bow_m: float = 0.0
    cut: tuple[float, float] | None = None
    stations: tuple[float, ...] | None = None


_ROUND = ConeForm()


def cone(
    part: Part,
    start: Sequence[float] | Array,
    end: Sequence[float] | Array,
    radii: Sequence[float] | Array,
    form: ConeForm = _ROUND,
) -> Shape:
    """A limb: radii (2 to 6, metres) from `start` to `end`."""
    first, last, widths = np.asarray(start, float), np.asarray(end, float), np.asarray(radii, float)
    along = last - first
    length = float(np.linalg.norm(along))
    along /= length
    ahead = np.asarray(form.forward, float)
    ahead = ahead - along * (ahead @ along)
    ahead /= np.linalg.norm(ahead)
    across = np.cross(along, ahead)
    low, high = form.cut or (0.0, 1.0)
    stations = np.linspace(0, 1, len(widths)) if form.stations is None else np.asarray(form.stations)
    six = np.linspace(stations[0], stations[-1], 6)
    reach = widths.max() * max(form.flat) + abs(form.bow_m)
    values = [*first, *along, *ahead, *across, length, *form.flat, form.bow_m, float(form.cut is not None), low, high]
    values += [stations[0], stations[-1], *np.interp(six, stations, widths)]
    ends = np.stack([first + along * length * min(low, 0.0), first + along * length * max(high, 1.0)])
    return _shape(Kind.CONE, part, values, ends.min(0) - reach, ends.max(0) + reach)


def loft(part: Part, sections: Sequence[Sequence[float]] | Array, exponent: float = 2.3) -> Shape:
    """A trunk: sections of (z, half width, half depth, x of the centre), superellipses of `exponent` (2 round, more squarish)."""
    table = np.asarray(sections, float)
    table = table[np.argsort(table[:, 0])]
    z = np.linspace(table[0, 0], table[-1, 0], N_STATIONS)
    columns = [np.interp(z, table[:, 0], table[:, column]) for column in (1, 2, 3)]
    values = np.concatenate([[z[0], z[-1], exponent], *columns])
    width, depth = table[:, 1].max(), table[:, 2].max()
    centre = table[:, 3]
    low, high = np.array([centre.min() - depth, -width, z[0]]), np.array([centre.max() + depth, width, z[-1]])
    return _shape(Kind.LOFT, part, values, low, high)


def ellipsoid(
    part: Part, centre: Sequence[float] | Array, radii: Sequence[float], cut: tuple[float, float] | None = None
) -> Shape:
    """An ellipsoid; `cut` (height, slope): only what lies above z = height + slope * x, as of a cap's crown."""
    middle, size = np.asarray(centre, float), np.asarray(radii, float)
    height, slope = cut if cut is not None else (-9.0, 0.0)
    return _shape(Kind.ELLIPSOID, part, [*middle, *size, height, slope], middle - size, middle + size)


def box(part: Part, centre: Sequence[float] | Array, half: Sequence[float], rounding: float, axes: Array | None = None) -> Shape:
    """A rounded box; `axes` (3, 3): its own directions as rows."""
    middle, size = np.asarray(centre, float), np.asarray(half, float)
    turned = np.eye(3) if axes is None else axes
    reach = np.abs(turned).T @ size
    return _shape(Kind.BOX, part, [*middle, *size, rounding, *turned.ravel()], middle - reach, middle + reach)
