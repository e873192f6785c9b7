"""The union of a person's pieces as one distance field on a grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.simulator.people.mesh import Material
from haetae.simulator.people.shapes import N_STATIONS, Kind, Shape

_CONE, _LOFT, _ELLIPSOID = int(Kind.CONE), int(Kind.LOFT), int(Kind.ELLIPSOID)
_CLOTH_BIAS_M = 0.0015  # cloth wins over the skin it lies on
_CLOTH_BLEND = 0.6  # cloth ends more sharply than flesh
_FAR_M = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """distance (nx, ny, nz) float32 metres, negative inside; the corner `origin` (3,) metres."""

    origin: NDArray[np.float64]
    cell_m: float
    distance: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Shapes as the kernels take them: kinds (n,), parameters (n, p), boxes (n, 2, 3) outside which a piece is not evaluated."""

    kinds: NDArray[np.int64]
    parameters: NDArray[np.float64]
    boxes: NDArray[np.float64]
    is_skin: NDArray[np.bool_]


def pieces(shapes: Sequence[Shape]) -> Pieces:
    """The shapes, packed."""
    return Pieces(
        np.array([int(shape.kind) for shape in shapes]),
        np.stack([shape.parameters for shape in shapes]),
        np.stack([np.stack([shape.low, shape.high]) for shape in shapes]),
        np.array([shape.part.material == Material.SKIN for shape in shapes]),
    )


def filled(of: Pieces, low: Sequence[float], high: Sequence[float], cell_m: float, blend_m: float) -> Grid:
    """The field of all pieces between the corners; `blend_m`: how softly they run into each other (smooth minimum)."""
    origin = np.asarray(low, float)
    size = np.ceil((np.asarray(high, float) - origin) / cell_m).astype(int) + 1
    distance = np.full(size, _FAR_M, np.float32)
    blends = np.where(of.is_skin, blend_m, blend_m * _CLOTH_BLEND)
    _fill(of.kinds, of.parameters, of.boxes, blends, origin, cell_m, distance)
    return Grid(origin, cell_m, distance)


def nearest_pieces(of: Pieces, points: NDArray[np.float32]) -> NDArray[np.int32]:
    """(n,) index of the piece that each point (n, 3) lies on."""
    biases = np.where(of.is_skin, 0.0, _CLOTH_BIAS_M)
    return np.asarray(_nearest(of.kinds, of.parameters, of.boxes, biases, points), dtype=np.int32)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _cone(q, x, y, z):  # type: ignore[no-untyped-def]
    x -= q[0]
    y -= q[1]
    z -= q[2]
    along = x * q[3] + y * q[4] + z * q[5]
    length = q[12]
    share = along / length
    if share < q[17]:
        share = q[17]
    elif share > q[18]:
        share = q[18]
    spot = (share - q[19]) / (q[20] - q[19]) * 5.0
    if spot <= 0.0:
        radius = q[21]
    elif spot >= 5.0:
        radius = q[26]
    else:
        first = int(spot)
        radius = q[21 + first] + (q[22 + first] - q[21 + first]) * (spot - first)
    beyond = along - share * length
    ahead = (x * q[6] + y * q[7] + z * q[8] - q[15] * math.sin(math.pi * min(max(share, 0.0), 1.0))) / q[13]
    across = (x * q[9] + y * q[10] + z * q[11]) / q[14]
    thin = min(q[13], q[14])
    if q[16] == 0.0:
        return (math.sqrt(ahead * ahead + across * across + beyond * beyond) - radius) * thin
    return max((math.sqrt(ahead * ahead + across * across) - radius) * thin, abs(beyond) - 0.004)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _loft(q, x, y, z):  # type: ignore[no-untyped-def]
    inside = min(max(z, q[0]), q[1])
    spot = (inside - q[0]) / (q[1] - q[0]) * (N_STATIONS - 1)
    first = min(int(spot), N_STATIONS - 2)
    share = spot - first
    a = q[3 + first] * (1 - share) + q[4 + first] * share
    b = q[3 + N_STATIONS + first] * (1 - share) + q[4 + N_STATIONS + first] * share
    c = q[3 + 2 * N_STATIONS + first] * (1 - share) + q[4 + 2 * N_STATIONS + first] * share
    u = abs(x - c) / b
    v = abs(y) / a
    exponent = q[2]
    level = (u**exponent + v**exponent) ** (1.0 / exponent)
    flat = (level - 1.0) * min(a, b)
    beyond = abs(z - inside)
    if beyond <= 0.0:
        return flat
    outside = max(flat, 0.0)
    return math.sqrt(outside * outside + beyond * beyond)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _ellipsoid(q, x, y, z):  # type: ignore[no-untyped-def]
    dx, dy, dz = x - q[0], y - q[1], z - q[2]
    u, v, w = dx / q[3], dy / q[4], dz / q[5]
    level = math.sqrt(u * u + v * v + w * w)
    away = math.sqrt(dx * dx + dy * dy + dz * dz + 1e-9)
    distance = (level - 1.0) * (0.6 * min(q[3], q[4], q[5]) + 0.4 * away / (level + 1e-6))
    return max(distance, (q[6] + q[7] * x - z) / math.sqrt(1.0 + q[7] * q[7]))


@numba.njit(cache=True, nogil=True, fastmath=True)
def _box(q, x, y, z):  # type: ignore[no-untyped-def]
    x -= q[0]
    y -= q[1]
    z -= q[2]
    u = abs(x * q[7] + y * q[8] + z * q[9]) - q[3] + q[6]
    v = abs(x * q[10] + y * q[11] + z * q[12]) - q[4] + q[6]
    w = abs(x * q[13] + y * q[14] + z * q[15]) - q[5] + q[6]
    outside = math.sqrt(max(u, 0.0) ** 2 + max(v, 0.0) ** 2 + max(w, 0.0) ** 2)
    return outside + min(max(u, v, w), 0.0) - q[6]


@numba.njit(cache=True, nogil=True, fastmath=True)
def _distance(kind, q, x, y, z):  # type: ignore[no-untyped-def]
    if kind == _CONE:
        return _cone(q, x, y, z)
    if kind == _LOFT:
        return _loft(q, x, y, z)
    if kind == _ELLIPSOID:
        return _ellipsoid(q, x, y, z)
    return _box(q, x, y, z)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _fill(kinds, parameters, boxes, blends, origin, cell, distance):  # type: ignore[no-untyped-def]
    first = np.zeros(3, np.int64)
    last = np.zeros(3, np.int64)
    for s in range(kinds.shape[0]):
        for axis in range(3):
            first[axis] = max(0, math.ceil((boxes[s, 0, axis] - origin[axis]) / cell))
            last[axis] = min(distance.shape[axis] - 1, math.floor((boxes[s, 1, axis] - origin[axis]) / cell))
        for i in range(first[0], last[0] + 1):
            x = origin[0] + i * cell
            for j in range(first[1], last[1] + 1):
                y = origin[1] + j * cell
                for k in range(first[2], last[2] + 1):
                    d = _distance(kinds[s], parameters[s], x, y, origin[2] + k * cell)
                    old = distance[i, j, k]
                    share = min(max(0.5 + 0.5 * (d - old) / blends[s], 0.0), 1.0)
                    distance[i, j, k] = d + (old - d) * share - blends[s] * share * (1.0 - share)


@numba.njit(cache=True, nogil=True, fastmath=True)
def _nearest(kinds, parameters, boxes, biases, points):  # type: ignore[no-untyped-def]
    owners = np.zeros(points.shape[0], np.int32)
    for p in range(points.shape[0]):
        x, y, z = points[p, 0], points[p, 1], points[p, 2]
        best = 9.0
        for s in range(kinds.shape[0]):
            box = boxes[s]
            if x < box[0, 0] or y < box[0, 1] or z < box[0, 2] or x > box[1, 0] or y > box[1, 1] or z > box[1, 2]:
                continue
            d = _distance(kinds[s], parameters[s], x, y, z)
            if d - biases[s] < best:
                best = d
                owners[p] = s
    return owners
