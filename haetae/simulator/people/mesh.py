"""The triangles of a dressed person, at rest and in a posture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]


class Material(IntEnum):
    """What a surface is made of: decides how light and texture behave on it, not its colour."""

    SKIN = 0
    HAIR = 1
    UPPER_CLOTH = 2
    LOWER_CLOTH = 3
    SHOE = 4
    SOLE = 5
    BAG = 6
    HAT = 7
    OUTER_CLOTH = 8
    SOCK = 9
    HARD_SHELL = 10
    FLUORESCENT = 11
    REFLECTIVE = 12
    LENS = 13
    SEAT = 14


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """A person at rest (arms held away from the body), of own stature.

    vertices (n, 3) float32 metres, x forward, y left, z up, feet on z = 0; normals (n, 3) unit; triangles (m, 3) int32,
    anticlockwise from outside; colours (n, 3) float32 linear BGR 0-1; occlusion (n,) float32, share of the sky that is seen 0-1;
    material (n,) int32 of Material; bone_indices (n, 4) int32 and bone_weights (n, 4) float32 that sum to 1.
    """

    vertices: Floats
    normals: Floats
    triangles: Indices
    colours: Floats
    occlusion: Floats
    material: Indices
    bone_indices: Indices
    bone_weights: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """A person in a posture at a place: vertices (n, 3) float32 world metres, normals (n, 3) unit,
    keypoints (17, 3) float32 world metres in COCO order. `mesh` has the rest, vertex by vertex."""

    mesh: Mesh
    vertices: Floats
    normals: Floats
    keypoints: Floats
