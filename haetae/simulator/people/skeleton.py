"""The bones of a person at rest and how long they are at which age.

The rest body is 1.75 m tall, x forward, y left, z up, arms 38 degrees away from hanging; proportions are applied afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Bone(IntEnum):
    """Each bone turns about its upper joint. A load is what hangs from a hand: it follows the hand and its own weight."""

    PELVIS = 0
    ABDOMEN = 1
    CHEST = 2
    NECK = 3
    HEAD = 4
    LEFT_ARM = 5
    LEFT_FOREARM = 6
    LEFT_HAND = 7
    RIGHT_ARM = 8
    RIGHT_FOREARM = 9
    RIGHT_HAND = 10
    LEFT_THIGH = 11
    LEFT_SHANK = 12
    LEFT_FOOT = 13
    RIGHT_THIGH = 14
    RIGHT_SHANK = 15
    RIGHT_FOOT = 16
    LEFT_LOAD = 17
    RIGHT_LOAD = 18


N_BONES = len(Bone)
PARENTS = np.array([-1, 0, 1, 2, 3, 2, 5, 6, 2, 8, 9, 0, 11, 12, 0, 14, 15, 7, 10], dtype=np.int32)
ARM_DEG = 38.0
"""How far the arms of the rest body are held out."""

UPPER_ARM_M, FOREARM_M, GRIP_M = 0.295, 0.255, 0.085
ARMS = ((1, Bone.LEFT_ARM), (-1, Bone.RIGHT_ARM))
LEGS = ((1, Bone.LEFT_THIGH), (-1, Bone.RIGHT_THIGH))


def arm_direction(side: int) -> Array:
    """(3,) unit vector down the arm at rest; `side` 1 left, -1 right."""
    angle = np.radians(ARM_DEG)
    return np.array([0.0, side * np.sin(angle), -np.cos(angle)])


def rest_joints(femininity: float) -> Array:
    """(19, 3) metres: the upper joint of every bone of the rest body."""
    joints = np.zeros((N_BONES, 3))
    joints[Bone.PELVIS] = 0, 0, 0.95
    joints[Bone.ABDOMEN] = -0.01, 0, 1.03
    joints[Bone.CHEST] = -0.01, 0, 1.20
    joints[Bone.NECK] = -0.02, 0, 1.48
    joints[Bone.HEAD] = 0, 0, 1.56
    for side, bone in ARMS:
        along = arm_direction(side)
        joints[bone] = -0.012, side * (0.168 - 0.024 * femininity), 1.405
        joints[bone + 1] = joints[bone] + UPPER_ARM_M * along
        joints[bone + 2] = joints[bone + 1] + FOREARM_M * along
        joints[Bone.LEFT_LOAD if side > 0 else Bone.RIGHT_LOAD] = joints[bone + 2] + GRIP_M * along
    for side, bone in LEGS:
        joints[bone] = -0.005, side * 0.092, 0.93
        joints[bone + 1] = 0.005, side * 0.115, 0.50
        joints[bone + 2] = -0.012, side * 0.125, 0.085
    return joints


@dataclass(frozen=True, slots=True)
class Proportions:
    """Sizes of parts against those of a grown person of the same stature: a child has a larger head and shorter limbs."""

    head: float = 1.0
    legs: float = 1.0
    arms: float = 1.0
    trunk: float = 1.0
    girth: float = 1.0

    def scales(self) -> Array:
        """(19, 3) how much each bone's flesh is stretched along x, y, z."""
        scales = np.ones((N_BONES, 3))
        scales[[Bone.PELVIS, Bone.ABDOMEN, Bone.CHEST]] = self.girth, self.girth, self.trunk
        scales[Bone.NECK] = self.girth
        scales[Bone.HEAD] = self.head
        scales[Bone.LEFT_ARM : Bone.LEFT_THIGH] = self.arms
        scales[Bone.LEFT_THIGH : Bone.LEFT_LOAD] = self.girth, self.girth, self.legs
        scales[[Bone.LEFT_FOOT, Bone.RIGHT_FOOT]] = self.legs
        return scales


def proportioned_joints(joints: Array, scales: Array) -> Array:
    """(19, 3) joints moved so that every bone has its own length."""
    moved = joints.copy()
    for bone in range(1, N_BONES):
        parent = PARENTS[bone]
        moved[bone] = moved[parent] + scales[parent] * (joints[bone] - joints[parent])
    return moved


_HIPS = slice(11, 13)
_HIP_BELOW_M = 0.04  # people who mark key points put the hip below the joint it turns about


def coco_points(joints: Array) -> tuple[Array, NDArray[np.int32]]:
    """(17, 3) where the COCO key points are on the rest body, and (17,) the bones they move with."""
    face = [(0.118, 0.0, 1.612), (0.092, 0.032, 1.648), (0.092, -0.032, 1.648), (0.0, 0.082, 1.632), (0.0, -0.082, 1.632)]
    bones = [Bone.LEFT_ARM, Bone.RIGHT_ARM, Bone.LEFT_FOREARM, Bone.RIGHT_FOREARM, Bone.LEFT_HAND, Bone.RIGHT_HAND]
    bones += [Bone.LEFT_THIGH, Bone.RIGHT_THIGH, Bone.LEFT_SHANK, Bone.RIGHT_SHANK, Bone.LEFT_FOOT, Bone.RIGHT_FOOT]
    points = np.concatenate([np.array(face), joints[[int(bone) for bone in bones]]])
    points[_HIPS, 2] -= _HIP_BELOW_M
    return points, np.array([Bone.HEAD] * 5 + bones, dtype=np.int32)
