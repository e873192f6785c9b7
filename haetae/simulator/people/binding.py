"""Which bones move which vertex, and how much."""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.mesh import Floats, Indices
from haetae.simulator.people.shapes import Hang
from haetae.simulator.people.skeleton import ARMS, LEGS, N_BONES, Bone

Array = NDArray[np.float64]
_SOFT_M = 0.016  # how far the influence of a bone fades over
_ACROSS_M = 0.05  # cloth over both thighs passes from one to the other over this
_THIGH_SHARE = 0.62  # of a hem that swings with the thighs
_HANG = int(Hang.OVER_THIGHS), int(Hang.DOWN_THE_BACK)
_PELVIS, _CHEST, _HEAD = int(Bone.PELVIS), int(Bone.CHEST), int(Bone.HEAD)
_LEFT, _RIGHT = int(Bone.LEFT_THIGH), int(Bone.RIGHT_THIGH)


def capsules(joints: Array) -> tuple[Array, NDArray[np.int64]]:
    """(n, 7) start, end, radius of the flesh around the bones of the rest body, and (n,) the bone of each."""
    rows: list[tuple[int, tuple[float, ...], tuple[float, ...], float]] = [
        (Bone.PELVIS, (0, -0.07, 0.93), (0, 0.07, 0.93), 0.10),
        (Bone.PELVIS, (0, -0.05, 0.98), (0, 0.05, 0.98), 0.10),
        (Bone.ABDOMEN, (0, -0.05, 1.06), (0, 0.05, 1.06), 0.10),
        (Bone.ABDOMEN, (0, -0.05, 1.13), (0, 0.05, 1.13), 0.10),
        (Bone.CHEST, (0, -0.08, 1.24), (0, 0.08, 1.24), 0.10),
        (Bone.CHEST, (-0.01, -0.10, 1.37), (-0.01, 0.10, 1.37), 0.10),
        (Bone.NECK, (-0.02, 0, 1.46), (0, 0, 1.54), 0.055),
        (Bone.HEAD, (0, 0, 1.60), (0, 0, 1.72), 0.085),
    ]
    for _, bone in ARMS:
        shoulder, elbow, wrist = joints[bone], joints[bone + 1], joints[bone + 2]
        tips = wrist + 0.6 * (wrist - elbow)
        rows += [(bone, shoulder, elbow, 0.05), (bone + 1, elbow, wrist, 0.038), (bone + 2, wrist, tips, 0.03)]
    for _, bone in LEGS:
        hip, knee, ankle = joints[bone] - np.array([0, 0, 0.05]), joints[bone + 1], joints[bone + 2]
        heel, toes = (ankle[0] - 0.03, ankle[1], 0.04), (ankle[0] + 0.17, ankle[1], 0.03)
        rows += [(bone, hip, knee, 0.075), (bone + 1, knee, ankle, 0.048), (bone + 2, heel, toes, 0.045)]
    table = np.array([[*start, *end, radius] for _, start, end, radius in rows])
    return table, np.array([int(bone) for bone, *_ in rows])


def bound(vertices: Floats, follows: Indices, hangs: Indices, joints: Array) -> tuple[Indices, Floats]:
    """(n, 4) bones and weights of vertices of the rest body; each follows the bones `follows` (bits) in the way of `hangs`."""
    table, owners = capsules(joints)
    return _bound(vertices, follows, hangs, table, owners)  # type: ignore[no-any-return]


@numba.njit(cache=True, nogil=True, fastmath=True)
def _nearest(vertex, follows, table, owners, weights):  # type: ignore[no-untyped-def]
    """Weights of the allowed bones: exp(-distance / softness) beyond the nearest."""
    weights[:] = 9.0
    closest = 9.0
    for c in range(table.shape[0]):
        if not follows >> owners[c] & 1:
            continue
        row = table[c]
        ux, uy, uz = row[3] - row[0], row[4] - row[1], row[5] - row[2]
        x, y, z = vertex[0] - row[0], vertex[1] - row[1], vertex[2] - row[2]
        share = (x * ux + y * uy + z * uz) / (ux * ux + uy * uy + uz * uz + 1e-12)
        share = min(max(share, 0.0), 1.0)
        x, y, z = x - share * ux, y - share * uy, z - share * uz
        away = math.sqrt(x * x + y * y + z * z) - row[6]
        weights[owners[c]] = min(weights[owners[c]], away)
        closest = min(closest, away)
    for bone in range(N_BONES):
        weights[bone] = math.exp(-min(weights[bone] - closest, 0.3) / _SOFT_M) if weights[bone] < 9.0 else 0.0


@numba.njit(cache=True, nogil=True, fastmath=True)
def _weigh(vertex, follows, hang, table, owners, weights):  # type: ignore[no-untyped-def]
    y, z = vertex[1], vertex[2]
    if follows & (follows - 1) == 0:
        weights[:] = 0.0
        for bone in range(N_BONES):
            weights[bone] = follows >> bone & 1
    elif hang == _HANG[0]:
        down = min(max((0.93 - z) / 0.30, 0.0), 1.0) * _THIGH_SHARE
        left = 1.0 / (1.0 + math.exp(-y / _ACROSS_M))
        weights[:] = 0.0
        weights[_PELVIS], weights[_LEFT], weights[_RIGHT] = 1.0 - down, down * left, down * (1.0 - left)
    elif hang == _HANG[1]:
        up = min(max((z - 1.34) / 0.22, 0.0), 1.0)
        weights[:] = 0.0
        weights[_HEAD], weights[_CHEST] = up, 1.0 - up
    elif follows >> _HEAD & 1 and follows >> _CHEST & 1 and z > 1.47:
        up = min((z - 1.47) / 0.06, 1.0)
        weights[:] = 0.0
        weights[_HEAD], weights[_CHEST] = up, 1.0 - up
    else:
        _nearest(vertex, follows, table, owners, weights)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _bound(vertices, follows, hangs, table, owners):  # type: ignore[no-untyped-def]
    n = vertices.shape[0]
    indices = np.zeros((n, 4), np.int32)
    shares = np.zeros((n, 4), np.float32)
    weights = np.zeros(N_BONES)
    for v in range(n):
        _weigh(vertices[v], follows[v], hangs[v], table, owners, weights)
        total = 0.0
        for slot in range(4):
            best = 0
            for bone in range(1, N_BONES):
                if weights[bone] > weights[best]:
                    best = bone
            indices[v, slot] = best
            shares[v, slot] = weights[best]
            total += weights[best]
            weights[best] = -1.0
        for slot in range(4):
            shares[v, slot] = max(shares[v, slot], 0.0) / total
    return indices, shares
