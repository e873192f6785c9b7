"""The surface of a distance field: surface nets (Gibson 1998, one vertex a cell that the surface crosses)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np

from haetae.simulator.people.field import Grid
from haetae.simulator.people.mesh import Floats, Indices


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """vertices, normals (n, 3); occlusion (n,) 0-1; triangles (m, 3), anticlockwise outside."""

    vertices: Floats
    normals: Floats
    occlusion: Floats
    triangles: Indices


def surface(grid: Grid) -> Surface:
    """The zero level of the field, with normals from its slope and occlusion from its distances at 3, 7, 14 and 25 cm."""
    cells, spots = _vertices(grid.distance)
    quads = _quads(grid.distance, cells)
    normals, occlusion = _measured(grid.distance, spots, grid.cell_m)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    vertices = (spots * grid.cell_m + grid.origin).astype(np.float32)
    return Surface(vertices, normals, occlusion, triangles)


@numba.njit(cache=True, nogil=True)
def _vertices(distance):  # type: ignore[no-untyped-def]
    nx, ny, nz = distance.shape
    cells = np.full((nx - 1, ny - 1, nz - 1), -1, np.int32)
    n = 0
    for i in range(nx - 1):
        for j in range(ny - 1):
            for k in range(nz - 1):
                inside = 0
                for a in range(8):
                    inside += distance[i + (a & 1), j + (a >> 1 & 1), k + (a >> 2)] < 0
                if 0 < inside < 8:
                    cells[i, j, k] = n
                    n += 1
    spots = np.zeros((n, 3))
    for i in range(nx - 1):
        for j in range(ny - 1):
            for k in range(nz - 1):
                if cells[i, j, k] >= 0:
                    _place(distance, i, j, k, spots[cells[i, j, k]])
    return cells, spots


@numba.njit(cache=True, nogil=True)
def _place(distance, i, j, k, spot):  # type: ignore[no-untyped-def]
    """The mean of the points where the surface crosses the cell's twelve edges."""
    n = 0
    for a in range(8):
        for axis in range(3):
            if a >> axis & 1:
                continue
            b = a | 1 << axis
            first = distance[i + (a & 1), j + (a >> 1 & 1), k + (a >> 2)]
            last = distance[i + (b & 1), j + (b >> 1 & 1), k + (b >> 2)]
            if (first < 0) == (last < 0):
                continue
            share = first / (first - last)
            spot[0] += i + (a & 1) + (share if axis == 0 else 0.0)
            spot[1] += j + (a >> 1 & 1) + (share if axis == 1 else 0.0)
            spot[2] += k + (a >> 2) + (share if axis == 2 else 0.0)
            n += 1
    spot /= n


@numba.njit(cache=True, nogil=True)
def _quads(distance, cells):  # type: ignore[no-untyped-def]
    nx, ny, nz = distance.shape
    quads = np.empty((3 * (cells.max() + 1) + 16, 4), np.int32)
    n = 0
    step = np.zeros(3, np.int64)
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                here = distance[i, j, k] < 0
                for axis in range(3):
                    step[:] = 0
                    step[axis] = 1
                    if here == (distance[i + step[0], j + step[1], k + step[2]] < 0):
                        continue
                    corner = quads[n]
                    for c in range(4):  # around the edge, anticlockwise seen from its far end
                        back_b = 1 if c in (0, 3) else 0
                        back_c = 1 if c in (0, 1) else 0
                        step[:] = 0
                        step[(axis + 1) % 3] = back_b
                        step[(axis + 2) % 3] = back_c
                        corner[c if here else 3 - c] = cells[i - step[0], j - step[1], k - step[2]]
                    n += 1
    return quads[:n].copy()


@numba.njit(cache=True, nogil=True, fastmath=True)
def _sampled(distance, x, y, z):  # type: ignore[no-untyped-def]
    nx, ny, nz = distance.shape
    x = min(max(x, 0.0), nx - 1.001)
    y = min(max(y, 0.0), ny - 1.001)
    z = min(max(z, 0.0), nz - 1.001)
    i, j, k = int(x), int(y), int(z)
    u, v, w = x - i, y - j, z - k
    low = (distance[i, j, k] * (1 - u) + distance[i + 1, j, k] * u) * (1 - v)
    low += (distance[i, j + 1, k] * (1 - u) + distance[i + 1, j + 1, k] * u) * v
    high = (distance[i, j, k + 1] * (1 - u) + distance[i + 1, j, k + 1] * u) * (1 - v)
    high += (distance[i, j + 1, k + 1] * (1 - u) + distance[i + 1, j + 1, k + 1] * u) * v
    return low * (1 - w) + high * w


@numba.njit(cache=True, nogil=True, fastmath=True)
def _measured(distance, spots, cell):  # type: ignore[no-untyped-def]
    n = spots.shape[0]
    normals = np.empty((n, 3), np.float32)
    occlusion = np.empty(n, np.float32)
    reaches = np.array([0.03, 0.07, 0.14, 0.25])
    shares = np.array([0.35, 0.4, 0.35, 0.25])
    for v in range(n):
        x, y, z = spots[v]
        a = _sampled(distance, x + 0.7, y, z) - _sampled(distance, x - 0.7, y, z)
        b = _sampled(distance, x, y + 0.7, z) - _sampled(distance, x, y - 0.7, z)
        c = _sampled(distance, x, y, z + 0.7) - _sampled(distance, x, y, z - 0.7)
        length = math.sqrt(a * a + b * b + c * c) + 1e-9
        a, b, c = a / length, b / length, c / length
        deep = _sampled(distance, x, y, z) / cell * 0.8
        x, y, z = x - a * deep, y - b * deep, z - c * deep
        spots[v, 0], spots[v, 1], spots[v, 2] = x, y, z
        normals[v, 0], normals[v, 1], normals[v, 2] = a, b, c
        seen = 1.0
        for r in range(4):
            reach = reaches[r] / cell
            free = min(_sampled(distance, x + a * reach, y + b * reach, z + c * reach), 0.5)
            seen -= shares[r] * min(max(1.0 - free / reaches[r], 0.0), 1.0)
        occlusion[v] = min(max(seen, 0.12), 1.0)
    return normals, occlusion
