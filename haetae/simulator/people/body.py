"""The undressed body: trunk, limbs, head, as pieces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.mesh import Material
from haetae.simulator.people.person import Body
from haetae.simulator.people.shapes import HEAD, NECK, TRUNK, ConeForm, Part, Shape, arm_bones, cone, ellipsoid, leg_bones, loft
from haetae.simulator.people.skeleton import ARMS, LEGS, arm_direction

Array = NDArray[np.float64]

_MALE = np.array([
    (0.80, 0.125, 0.085, 0.0), (0.88, 0.168, 0.112, -0.012), (0.94, 0.172, 0.118, -0.015), (1.02, 0.158, 0.105, -0.003),
    (1.10, 0.147, 0.100, 0.006), (1.20, 0.158, 0.107, 0.004), (1.30, 0.175, 0.119, -0.002), (1.38, 0.172, 0.109, -0.012),
    (1.43, 0.135, 0.080, -0.02), (1.47, 0.085, 0.066, -0.02), (1.50, 0.058, 0.058, -0.016),
])  # fmt: skip
_FEMALE = np.array([
    (0.80, 0.13, 0.09, 0.0), (0.88, 0.184, 0.123, -0.016), (0.94, 0.184, 0.125, -0.020), (1.02, 0.148, 0.100, -0.003),
    (1.10, 0.121, 0.086, 0.004), (1.20, 0.130, 0.096, 0.008), (1.28, 0.145, 0.130, 0.022), (1.36, 0.146, 0.100, -0.006),
    (1.42, 0.123, 0.074, -0.018), (1.465, 0.075, 0.058, -0.018), (1.50, 0.05, 0.05, -0.014),
])  # fmt: skip
"""Sections of the trunk: height, half width, half depth, forward offset, metres on a body of 1.75 m."""


def trunk_sections(body: Body) -> Array:
    """(n, 4) sections of this body's trunk."""
    z, build = _MALE[:, 0], body.build
    female = np.stack([z] + [np.interp(z, _FEMALE[:, 0], _FEMALE[:, column]) for column in (1, 2, 3)], 1)
    table = _MALE * (1 - body.femininity) + female * body.femininity
    table[:, 1] *= 1 + 0.9 * build * np.exp(-(((z - 1.0) / 0.25) ** 2)) + 0.25 * build
    table[:, 2] *= 1 + 1.6 * build * np.exp(-(((z - 1.06) / 0.18) ** 2)) + 0.35 * build
    table[:, 3] += 0.05 * max(build, 0.0) * np.exp(-(((z - 1.06) / 0.15) ** 2))
    return table


def limb_girth(body: Body) -> float:
    """How thick the limbs are against the table's."""
    return 1 + 0.55 * body.build - 0.07 * body.femininity


def eased(sections: Array, ease_m: float, low: float | None = None, high: float | None = None) -> Array:
    """Sections widened by `ease_m`, between two heights every 3 cm where these are given."""
    z = sections[:, 0] if low is None or high is None else np.append(np.arange(low, high - 0.005, 0.03), high)
    wide = np.stack([z] + [np.interp(z, sections[:, 0], sections[:, column]) for column in (1, 2, 3)], 1)
    wide[:, 1:3] += ease_m
    return wide


_SKIN_HEAD = Part(Material.SKIN, HEAD)


def head_shapes() -> Iterator[Shape]:
    """Skull, jaw, nose, ears, neck."""
    yield ellipsoid(_SKIN_HEAD, (0.002, 0, 1.655), (0.100, 0.077, 0.100))
    yield ellipsoid(_SKIN_HEAD, (0.040, 0, 1.595), (0.058, 0.056, 0.070))
    yield cone(_SKIN_HEAD, (0.102, 0, 1.638), (0.114, 0, 1.610), (0.007, 0.012))
    for side in (1, -1):
        yield ellipsoid(_SKIN_HEAD, (-0.002, side * 0.078, 1.632), (0.020, 0.011, 0.032))


def trunk_shapes(body: Body) -> Iterator[Shape]:
    """The trunk, drawn in under the clothes so that necklines and hems stay clean, and the neck."""
    girth = limb_girth(body)
    yield cone(Part(Material.SKIN, NECK), (-0.022, 0, 1.44), (0.0, 0, 1.57), (0.053 * girth, 0.049 * girth))
    yield loft(Part(Material.SKIN, TRUNK), eased(trunk_sections(body), -0.014))


def arm_shapes(body: Body, joints: Array, sleeve: float) -> Iterator[Shape]:
    """Upper arm, forearm, palm, fingers, thumb; of a sleeved arm only what the sleeve shows."""
    girth = limb_girth(body)
    for side, bone in ARMS:
        skin = Part(Material.SKIN, arm_bones(side))
        down = arm_direction(side)
        shoulder, elbow, wrist = joints[bone], joints[bone + 1], joints[bone + 2]
        if sleeve > 1:
            yield cone(skin, 0.3 * elbow + 0.7 * wrist, wrist, np.array([0.031, 0.027]) * girth)
        else:
            top = 0.0 if sleeve == 0 else 0.3
            radii = np.interp(np.linspace(top, 1, 4), np.linspace(0, 1, 4), [0.051, 0.052, 0.046, 0.041]) * girth
            yield cone(skin, shoulder + top * (elbow - shoulder), elbow, radii)
            yield cone(skin, elbow, wrist, np.array([0.041, 0.044, 0.036, 0.027]) * girth)
        yield cone(skin, wrist, wrist + 0.085 * down, (0.026, 0.040, 0.038), ConeForm(flat=(1.0, 0.55)))
        tips = wrist + 0.165 * down + np.array([0.01, -side * 0.01, 0])
        yield cone(skin, wrist + 0.08 * down, tips, (0.034, 0.028, 0.014), ConeForm(flat=(1.0, 0.5)))
        thumb = wrist + 0.10 * down + np.array([0.05, -side * 0.005, 0])
        yield cone(skin, wrist + 0.03 * down + np.array([0.02, 0, 0]), thumb, (0.014, 0.011))


def thigh_radii(body: Body) -> Array:
    """(4,) metres from hip to knee."""
    return np.asarray(np.array([0.090, 0.086, 0.070, 0.056]) * (limb_girth(body) + 0.04 * body.femininity))


def shank_radii(body: Body) -> Array:
    """(4,) metres from knee to ankle."""
    return np.asarray(np.array([0.055, 0.058, 0.043, 0.036]) * limb_girth(body))


def leg_shapes(body: Body, joints: Array, *, under_skirt: bool) -> Iterator[Shape]:
    """Thighs and shanks; under a skirt the thigh begins half way down."""
    for side, bone in LEGS:
        skin = Part(Material.SKIN, leg_bones(side))
        hip, knee, ankle = joints[bone], joints[bone + 1], joints[bone + 2]
        radii = thigh_radii(body)
        if under_skirt:
            yield cone(skin, 0.5 * (hip + knee), knee, radii[1:])
        else:
            yield cone(skin, hip, knee, radii)
        yield cone(skin, knee, ankle, shank_radii(body), ConeForm(bow_m=-0.018))
