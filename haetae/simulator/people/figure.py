"""A person that can be posed: identity -> pieces -> fields -> skinned meshes, fine to coarse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.accessories import accessory_shapes
from haetae.simulator.people.binding import bound
from haetae.simulator.people.body import arm_shapes, head_shapes, leg_shapes, trunk_shapes
from haetae.simulator.people.clothes import LONG_TROUSERS, clothes_shapes
from haetae.simulator.people.field import Pieces, filled, nearest_pieces, pieces
from haetae.simulator.people.kinematics import lowest, skinned, transforms
from haetae.simulator.people.mesh import Floats, Indices, Mesh, Posed
from haetae.simulator.people.paint import painted
from haetae.simulator.people.person import Identity
from haetae.simulator.people.posture import Place, Posture, turned
from haetae.simulator.people.shapes import Shape
from haetae.simulator.people.skeleton import Proportions, coco_points, proportioned_joints, rest_joints
from haetae.simulator.people.surface import surface
from haetae.simulator.people.wardrobe import LowerKind

Array = NDArray[np.float64]
LEVELS_M = (0.016, 0.026, 0.042)
"""Cell sizes from near to far: about 30,000, 11,000 and 4,000 triangles, for people above 150 px, above 70 px and below."""

_LEVEL_LIMITS_PX = (150.0, 70.0)
_BODY_BOX = ((-0.44, -1.0, -0.03), (0.36, 1.0, 1.53))
_HEAD_BOX = ((-0.27, -0.25, 1.46), (0.27, 0.25, 1.87))
_SEAM_M = 1.505
_OVERLAP_M = 0.010
_HEAD_CELL = 0.53  # of the body's: faces need it
_BODY_BLEND_M, _HEAD_BLEND_M = 0.022, 0.014
_CHILD_AT_M, _GROWN_AT_M = 1.0, 1.70


def proportions_of(who: Identity) -> Proportions:
    """A child of one metre has a head two fifths larger than a grown person of that stature would, and shorter limbs; half-grown
    people are lanky."""
    feminine = 0.03 * (who.body.femininity > 0.5)
    if who.age_band == "teenager":
        return Proportions(head=1.08 + feminine, legs=1.03, girth=0.92)
    if who.age_band != "child":
        return Proportions(head=1 + feminine)
    share = float(np.clip((_GROWN_AT_M - who.stature_m) / (_GROWN_AT_M - _CHILD_AT_M), 0, 1))
    return Proportions(
        head=1.16 + 0.26 * share,
        legs=1 - 0.10 * share,
        arms=1 - 0.07 * share,
        trunk=1 - 0.01 * share,
        girth=1 + 0.04 * share,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One person as meshes. `joints` (17, 3) metres at rest, `points` (17, 3) the key points at rest, moved by `point_bones`."""

    identity: Identity
    meshes: tuple[Mesh, ...]
    joints: Array
    points: Array
    point_bones: NDArray[np.int32]

    def level_for(self, height_px: float) -> int:
        """The mesh that is fine enough for somebody who looks this tall."""
        wanted = sum(height_px < limit for limit in _LEVEL_LIMITS_PX)
        return min(wanted, len(self.meshes) - 1)

    def posed(self, posture: Posture, place: Place, level: int = 0) -> Posed:
        """The person in a posture, the lowest point (but for a carried bag) on the floor (z = 0), the pelvis above `place`.

        `level` counts from the finest mesh; beyond the coarsest, the coarsest.
        """
        mesh = self.meshes[min(level, len(self.meshes) - 1)]
        heading = turned("z", place.heading_deg)
        moves = transforms(self.joints, posture.angles(), heading @ posture.attitude())
        vertices, normals = skinned(mesh.vertices, mesh.normals, mesh.bone_indices, mesh.bone_weights, moves)
        ahead = heading @ np.array([posture.forward_m, posture.left_m, 0.0])
        lift = posture.lift_m - lowest(vertices, mesh.bone_indices)
        shift = np.array([place.x_m + ahead[0], place.y_m + ahead[1], lift], np.float32)
        vertices += shift
        np.maximum(vertices[:, 2], 0.0, out=vertices[:, 2])  # a bag that hangs too low lies on the floor
        mine = moves[self.point_bones]
        keypoints = np.einsum("nij,nj->ni", mine[:, :, :3], self.points) + mine[:, :, 3] + shift
        return Posed(mesh, vertices, normals, keypoints.astype(np.float32))


def figure(who: Identity, *, levels: Sequence[float] = LEVELS_M) -> Figure:
    """The figure of an identity; `levels`: cell sizes in metres, fine to coarse. About 0.1 s."""
    joints = rest_joints(who.body.femininity)
    scales = proportions_of(who).scales()
    own = proportioned_joints(joints, scales)
    shapes = _shapes(who, joints)
    packed = pieces(shapes)
    points, point_bones = coco_points(joints)
    own_points = own[point_bones] + scales[point_bones] * (points - joints[point_bones])
    stature = _stature(joints, own, scales)
    share = who.stature_m / stature
    meshes = tuple(_mesh(who, shapes, packed, (joints, own), (scales, share, cell)) for cell in levels)
    return Figure(who, meshes, own * share, own_points * share, point_bones)


def _shapes(who: Identity, joints: Array) -> list[Shape]:
    under_skirt = who.lower.kind in (LowerKind.SKIRT, LowerKind.UNDER_DRESS)
    sleeve = 2.0 if who.outerwear is not None and who.outerwear.has_sleeves else who.upper.sleeve
    return [
        *head_shapes(),
        *trunk_shapes(who.body),
        *arm_shapes(who.body, joints, sleeve),
        *([] if who.lower.kind in LONG_TROUSERS else leg_shapes(who.body, joints, under_skirt=under_skirt)),
        *clothes_shapes(who, joints),
        *accessory_shapes(who, joints),
    ]


def _stature(joints: Array, own: Array, scales: Array) -> float:
    """Metres from the soles to the crown of the proportioned body, without shoes' soles and hair."""
    crown = own[4, 2] + scales[4, 2] * (1.755 - joints[4, 2])
    soles = own[13, 2] - scales[13, 2] * joints[13, 2]
    return float(crown - soles)


def _mesh(
    who: Identity, shapes: list[Shape], packed: Pieces, joints_and_bones: tuple[Array, Array], sizes: tuple[Array, float, float]
) -> Mesh:
    (joints, own), (scales, share, cell) = joints_and_bones, sizes
    body = surface(filled(packed, *_BODY_BOX, cell, _BODY_BLEND_M))
    head = surface(filled(packed, *_HEAD_BOX, cell * _HEAD_CELL, _HEAD_BLEND_M))
    body_middles = body.vertices[body.triangles, 2].mean(1)
    head_middles = head.vertices[head.triangles, 2].mean(1)
    below = body.triangles[body_middles < _SEAM_M + _OVERLAP_M]
    above = head.triangles[head_middles > _SEAM_M - _OVERLAP_M] + len(body.vertices)
    triangles = np.concatenate([below, above])
    used, triangles = np.unique(triangles, return_inverse=True)
    vertices, normals, occlusion = (
        np.concatenate([getattr(body, field), getattr(head, field)])[used] for field in ("vertices", "normals", "occlusion")
    )
    owner = nearest_pieces(packed, vertices)
    materials = np.array([int(shape.part.material) for shape in shapes], np.int32)[owner]
    follows = np.array([shape.part.follows for shape in shapes], np.int32)[owner]
    hangs = np.array([int(shape.part.hang) for shape in shapes], np.int32)[owner]
    indices, weights = bound(vertices, follows, hangs, joints)
    colours, materials = painted(who, vertices, normals, materials)
    grown = _proportioned(vertices, indices, weights, joints, own, scales) * share
    return Mesh(
        vertices=grown.astype(np.float32),
        normals=normals,
        triangles=triangles.reshape(-1, 3).astype(np.int32),
        colours=colours,
        occlusion=occlusion,
        material=materials.astype(np.int32),
        bone_indices=indices,
        bone_weights=weights,
    )


def _proportioned(vertices: Floats, indices: Indices, weights: Floats, joints: Array, own: Array, scales: Array) -> Array:
    """(n, 3) vertices stretched with their bones."""
    grown = np.zeros((len(vertices), 3))
    for slot in range(4):
        bone = indices[:, slot]
        grown += weights[:, slot, None] * (own[bone] + scales[bone] * (vertices - joints[bone]))
    return grown
