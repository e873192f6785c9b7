"""From the angles of a posture to the place of every bone, and from there to every vertex."""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.skeleton import ARM_DEG, N_BONES, PARENTS, Bone

Array = NDArray[np.float64]
N_ANGLES = 27
"""Pelvis turn, roll; lean, side bend, twist, stoop; head yaw, pitch, tilt; then per arm (left, right) raise, spread, turn, elbow;
per leg hip, spread, turn, knee, ankle."""

_REST = math.radians(ARM_DEG)
_LOAD = int(Bone.LEFT_LOAD)
_PELVIS, _ABDOMEN, _CHEST, _NECK, _HEAD = (int(bone) for bone in (Bone.PELVIS, Bone.ABDOMEN, Bone.CHEST, Bone.NECK, Bone.HEAD))
_ARM, _LEG = (int(Bone.LEFT_ARM), int(Bone.RIGHT_ARM)), (int(Bone.LEFT_THIGH), int(Bone.RIGHT_THIGH))


@numba.njit(cache=True, nogil=True)
def turn(x, y, z, degrees):  # type: ignore[no-untyped-def]
    """(3, 3) rotation about a unit axis (Rodrigues)."""
    angle = degrees * math.pi / 180.0
    c, s = math.cos(angle), math.sin(angle)
    k = 1.0 - c
    return np.array(
        [
            [c + x * x * k, x * y * k - z * s, x * z * k + y * s],
            [y * x * k + z * s, c + y * y * k, y * z * k - x * s],
            [z * x * k - y * s, z * y * k + x * s, c + z * z * k],
        ]
    )


@numba.njit(cache=True, nogil=True)
def _local(angles):  # type: ignore[no-untyped-def]
    """(19, 3, 3) each bone's own rotation against its parent."""
    local = np.empty((N_BONES, 3, 3))
    for bone in range(N_BONES):
        local[bone] = np.eye(3)
    yaw, roll, lean, bend, twist, stoop = angles[:6]
    head_yaw, head_pitch, head_tilt = angles[6:9]
    local[_PELVIS] = turn(0, 0, 1, yaw) @ turn(1, 0, 0, roll)
    half = (twist - yaw) * 0.5
    local[_ABDOMEN] = turn(0, 0, 1, half) @ turn(0, 1, 0, lean * 0.5) @ turn(1, 0, 0, -bend * 0.5 - roll)
    local[_CHEST] = turn(0, 0, 1, half) @ turn(0, 1, 0, lean * 0.5 + stoop) @ turn(1, 0, 0, -bend * 0.5)
    back = -(min(lean, 40.0) * 0.35 + stoop * 0.55)
    local[_NECK] = (
        turn(0, 0, 1, head_yaw * 0.3 - twist * 0.5) @ turn(0, 1, 0, head_pitch * 0.3 + back) @ turn(1, 0, 0, head_tilt * 0.4)
    )
    local[_HEAD] = (
        turn(0, 0, 1, head_yaw * 0.7 - twist * 0.5) @ turn(0, 1, 0, head_pitch * 0.7 + back) @ turn(1, 0, 0, head_tilt * 0.6)
    )
    rest = _REST
    for s in range(2):
        side = 1.0 - 2.0 * s
        forward, spread, axial, elbow = angles[9 + 4 * s : 13 + 4 * s]
        ay, az = side * math.sin(rest), -math.cos(rest)
        down = turn(1, 0, 0, side * (spread - ARM_DEG))
        local[_ARM[s]] = turn(0, 1, 0, -forward) @ down @ turn(0, ay, az, side * axial)
        local[_ARM[s] + 1] = turn(0, az, -ay, elbow)
        hip, apart, outward, knee, ankle = angles[17 + 5 * s : 22 + 5 * s]
        local[_LEG[s]] = turn(0, 1, 0, -hip) @ turn(1, 0, 0, side * apart) @ turn(0, 0, 1, side * outward)
        local[_LEG[s] + 1] = turn(0, 1, 0, knee)
        local[_LEG[s] + 2] = turn(0, 1, 0, -ankle)
    return local


@numba.njit(cache=True, nogil=True)
def _hanging(hand, side, upright):  # type: ignore[no-untyped-def]
    """(3, 3) what turns a hand's load straight down; of someone who lies (`upright` near 0) it stays with the hand."""
    down = hand @ np.array([0.0, side * math.sin(_REST), -math.cos(_REST)])
    share = min(max(upright, 0.0), 1.0)
    aim = np.array([down[0] * (1 - share), down[1] * (1 - share), down[2] * (1 - share) - share])
    aim /= math.sqrt((aim * aim).sum()) + 1e-9
    axis = np.cross(down, aim)
    sine = math.sqrt((axis * axis).sum())
    if sine < 1e-6:
        return np.eye(3)
    axis /= sine
    return turn(axis[0], axis[1], axis[2], math.degrees(math.atan2(sine, (down * aim).sum())))


@numba.njit(cache=True, nogil=True)
def transforms(joints, angles, world):  # type: ignore[no-untyped-def]
    """(19, 3, 4) what moves a vertex of the rest body with each bone; `world` (3, 3) turns the whole body about its pelvis,
    which ends at the origin."""
    local = _local(angles)
    turned = np.empty((N_BONES, 3, 3))
    placed = np.empty((N_BONES, 3))
    moves = np.empty((N_BONES, 3, 4), np.float32)
    for bone in range(N_BONES):
        parent = PARENTS[bone]
        if parent < 0:
            turned[bone] = world @ local[bone]
            placed[bone] = 0.0
        else:
            turned[bone] = turned[parent] @ local[bone]
            placed[bone] = placed[parent] + turned[parent] @ (joints[bone] - joints[parent])
        if bone >= _LOAD:
            turned[bone] = _hanging(turned[bone], 1.0 - 2.0 * (bone - _LOAD), world[2, 2]) @ turned[bone]
        moves[bone, :, :3] = turned[bone]
        moves[bone, :, 3] = placed[bone] - turned[bone] @ joints[bone]
    return moves


@numba.njit(cache=True, nogil=True, fastmath=True)
def skinned(vertices, normals, indices, weights, moves):  # type: ignore[no-untyped-def]
    """(n, 3) moved vertices and unit normals: linear blend skinning over at most four bones."""
    n = vertices.shape[0]
    out, out_normals = np.empty((n, 3), np.float32), np.empty((n, 3), np.float32)
    m = np.empty((3, 4), np.float32)
    for v in range(n):
        first = weights[v, 0]
        bone = indices[v, 0]
        for r in range(3):
            for c in range(4):
                m[r, c] = first * moves[bone, r, c]
        for k in range(1, 4):
            weight = weights[v, k]
            if weight < 1e-3:
                break
            bone = indices[v, k]
            for r in range(3):
                for c in range(4):
                    m[r, c] += weight * moves[bone, r, c]
        x, y, z = vertices[v, 0], vertices[v, 1], vertices[v, 2]
        a, b, c = normals[v, 0], normals[v, 1], normals[v, 2]
        p = m[0, 0] * a + m[0, 1] * b + m[0, 2] * c
        q = m[1, 0] * a + m[1, 1] * b + m[1, 2] * c
        r = m[2, 0] * a + m[2, 1] * b + m[2, 2] * c
        scale = np.float32(1.0) / (math.sqrt(p * p + q * q + r * r) + np.float32(1e-9))
        out_normals[v, 0], out_normals[v, 1], out_normals[v, 2] = p * scale, q * scale, r * scale
        out[v, 0] = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]
        out[v, 1] = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]
        out[v, 2] = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
    return out, out_normals


@numba.njit(cache=True, nogil=True)
def lowest(vertices, indices):  # type: ignore[no-untyped-def]
    """The least z of what is not carried in a hand."""
    low = np.float32(1e9)
    for v in range(vertices.shape[0]):
        if indices[v, 0] < _LOAD and vertices[v, 2] < low:
            low = vertices[v, 2]
    return low
