"""Rays against boxes, capsules, cylinders and ellipsoids, through a tree of bounds."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.simulator.drawing.noise import noise

MISS = 1e9
NOBODY, GROUND = -1, -2  # what a ray meets that meets no solid


class Shape(IntEnum):
    """What the numbers of a solid's row mean: (p0 .. p7) after the shape."""

    BOX = 0  # centre x y z, half sizes x y z, cosine and sine of yaw
    CAPSULE = 1  # ends a and b, radius
    CYLINDER = 2  # ends a and b, radius: with flat caps
    ELLIPSOID = 3  # centre, radii x y z


N_NUMBERS = 9
LEAF_SIZE = 3
STACK = 64
OPEN_LEAVES, OPEN_MESH = 1, 2  # solids with holes


class Solids(NamedTuple):
    """Solids in the order of their tree.

    Rows of `shapes` (n, 9) float64 are a Shape and its numbers; `materials` (n,) int32 rows of the table; `holes` (n,) int32
    0 or OPEN_*; `casts` (n,) bool, whether it throws a shadow. `bounds` (m, 6) float64 and `links` (m, 3) int32 are the tree's
    nodes: (left, right child, the axis that they are sorted along), or (-1 - first solid, number of solids, 0). `stack` is for
    walking the tree: one thread at a time.
    """

    shapes: NDArray[np.float64]
    materials: NDArray[np.int32]
    holes: NDArray[np.int32]
    casts: NDArray[np.bool_]
    bounds: NDArray[np.float64]
    links: NDArray[np.int32]
    stack: NDArray[np.int32]


def extents(shapes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 6) float64: least and greatest x, y, z of each solid."""
    out = np.empty((len(shapes), 6))
    for i, row in enumerate(shapes):
        if row[0] == Shape.BOX:
            reach = np.array([abs(row[4] * row[7]) + abs(row[5] * row[8]), abs(row[4] * row[8]) + abs(row[5] * row[7]), row[6]])
            out[i, :3], out[i, 3:] = row[1:4] - reach, row[1:4] + reach
        elif row[0] == Shape.ELLIPSOID:
            out[i, :3], out[i, 3:] = row[1:4] - row[4:7], row[1:4] + row[4:7]
        else:
            out[i, :3], out[i, 3:] = np.minimum(row[1:4], row[4:7]) - row[7], np.maximum(row[1:4], row[4:7]) + row[7]
    return out


def tree(shapes: NDArray[np.float64], materials: NDArray[np.int32], holes: NDArray[np.int32], casts: NDArray[np.bool_]) -> Solids:
    """Sorts solids into a tree of bounds, split at the median of the longest side."""
    reach = extents(shapes)
    centres = (reach[:, :3] + reach[:, 3:]) / 2
    order = np.arange(len(shapes))
    bounds: list[NDArray[np.float64]] = []
    links: list[tuple[int, int, int]] = []

    def node(first: int, end: int) -> int:
        part = order[first:end]
        number = len(bounds)
        bounds.append(np.concatenate([reach[part, :3].min(axis=0) - 1e-4, reach[part, 3:].max(axis=0) + 1e-4]))
        links.append((-1 - first, end - first, 0))
        if end - first > LEAF_SIZE:
            axis = int(np.ptp(centres[part], axis=0).argmax())
            order[first:end] = part[np.argsort(centres[part, axis], kind="stable")]
            middle = (first + end) // 2
            links[number] = (node(first, middle), node(middle, end), axis)
        return number

    node(0, len(shapes))
    return Solids(
        np.ascontiguousarray(shapes[order]),
        np.ascontiguousarray(materials[order]),
        np.ascontiguousarray(holes[order]),
        np.ascontiguousarray(casts[order]),
        np.array(bounds),
        np.array(links, np.int32).reshape(-1, 3),
        np.zeros(STACK, np.int32),
    )


@numba.njit(nogil=True, cache=True, fastmath=True)
def _slab(o, d, half, enter, leave):  # type: ignore[no-untyped-def]
    if abs(d) < 1e-9:
        return (enter, leave) if abs(o) <= half else (MISS, -MISS)
    a, b = (-half - o) / d, (half - o) / d
    return max(enter, min(a, b)), min(leave, max(a, b))


@numba.njit(nogil=True, cache=True, fastmath=True)
def _box(row, o, d):  # type: ignore[no-untyped-def]
    x, y, c, s = o[0] - row[1], o[1] - row[2], row[7], row[8]
    enter, leave = _slab(x * c + y * s, d[0] * c + d[1] * s, row[4], -MISS, MISS)
    enter, leave = _slab(y * c - x * s, d[1] * c - d[0] * s, row[5], enter, leave)
    enter, leave = _slab(o[2] - row[3], d[2], row[6], enter, leave)
    return enter if enter <= leave and enter > 1e-4 else MISS


@numba.njit(nogil=True, cache=True, fastmath=True)
def _ellipsoid(row, o, d):  # type: ignore[no-untyped-def]
    x, y, z = (o[0] - row[1]) / row[4], (o[1] - row[2]) / row[5], (o[2] - row[3]) / row[6]
    p, q, r = d[0] / row[4], d[1] / row[5], d[2] / row[6]
    a, b, c = p * p + q * q + r * r, x * p + y * q + z * r, x * x + y * y + z * z - 1.0
    h = b * b - a * c
    if h < 0.0:
        return MISS
    t = (-b - np.sqrt(h)) / a
    return t if t > 1e-4 else MISS


@numba.njit(nogil=True, cache=True, fastmath=True)
def _rod(row, o, d):  # type: ignore[no-untyped-def]
    """Capsule or cylinder: the infinite cylinder first, then caps (after Inigo Quilez' derivation of both)."""
    bx, by, bz = row[4] - row[1], row[5] - row[2], row[6] - row[3]
    ox, oy, oz = o[0] - row[1], o[1] - row[2], o[2] - row[3]
    radius = row[7]
    bb, bd = bx * bx + by * by + bz * bz, bx * d[0] + by * d[1] + bz * d[2]
    bo, od, oo = bx * ox + by * oy + bz * oz, ox * d[0] + oy * d[1] + oz * d[2], ox * ox + oy * oy + oz * oz
    a, b, c = bb - bd * bd, bb * od - bo * bd, bb * oo - bo * bo - radius * radius * bb
    h = b * b - a * c
    if h < 0.0:
        return MISS
    root = np.sqrt(h)
    if a > 1e-9:
        t = (-b - root) / a
        along = bo + t * bd
        if 0.0 < along < bb:
            return t if t > 1e-4 else MISS
    else:
        along = bo - bd * MISS
    if row[0] == 1.0:
        return _cap_ball(row, o, d, along > 0.0)
    if abs(bd) < 1e-9:
        return MISS
    t = ((0.0 if along < 0.0 else bb) - bo) / bd
    return t if t > 1e-4 and abs(b + a * t) < root else MISS


@numba.njit(nogil=True, cache=True, fastmath=True)
def _cap_ball(row, o, d, far_end):  # type: ignore[no-untyped-def]
    k = 4 if far_end else 1
    x, y, z = o[0] - row[k], o[1] - row[k + 1], o[2] - row[k + 2]
    b, c = x * d[0] + y * d[1] + z * d[2], x * x + y * y + z * z - row[7] * row[7]
    h = b * b - c
    if h <= 0.0:
        return MISS
    t = -b - np.sqrt(h)
    return t if t > 1e-4 else MISS


@numba.njit(nogil=True, cache=True, fastmath=True)
def _reach(row, o, d):  # type: ignore[no-untyped-def]
    """How far along the ray a solid is met; MISS where it is not."""
    if row[0] == 0.0:
        return _box(row, o, d)
    if row[0] == 3.0:
        return _ellipsoid(row, o, d)
    return _rod(row, o, d)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _has_hole(kind, row, place, cells):  # type: ignore[no-untyped-def]
    """Whether leaves or the bars of a fence leave a place open."""
    x, y, z = place
    if kind == 1:
        return noise(cells, x * 9.0, y * 9.0, z * 9.0) + 0.8 * noise(cells, x * 27.0, y * 27.0, z * 27.0) < -0.1
    u = (x - row[1]) * row[7] + (y - row[2]) * row[8] if row[4] > row[5] else (y - row[2]) * row[7] - (x - row[1]) * row[8]
    bars = abs(u / 0.12 - np.floor(u / 0.12) - 0.5) > 0.11
    rails = abs(abs(z - row[3]) - row[6]) > 0.05
    return bars and rails


@numba.njit(nogil=True, cache=True, fastmath=True)
def _per(way):  # type: ignore[no-untyped-def]
    return 1.0 / (way if abs(way) > 1e-12 else 1e-12)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _meets(bounds, node, o, per, reach):  # type: ignore[no-untyped-def]
    """Whether a ray (`per`: one over its direction) enters a node's bounds before `reach`."""
    a, b = (bounds[node, 0] - o[0]) * per[0], (bounds[node, 3] - o[0]) * per[0]
    enter, leave = min(a, b), max(a, b)
    a, b = (bounds[node, 1] - o[1]) * per[1], (bounds[node, 4] - o[1]) * per[1]
    enter, leave = max(enter, min(a, b)), min(leave, max(a, b))
    a, b = (bounds[node, 2] - o[2]) * per[2], (bounds[node, 5] - o[2]) * per[2]
    enter, leave = max(enter, min(a, b)), min(leave, max(a, b))
    return enter <= leave and leave > 0.0 and enter < reach


@numba.njit(nogil=True, cache=True, fastmath=True)
def _grown(solids, node, d, top):  # type: ignore[no-untyped-def]
    """Puts a node's children on the stack, the one that the ray comes to first on top."""
    left, right, axis = solids.links[node, 0], solids.links[node, 1], solids.links[node, 2]
    ahead = d[0] if axis == 0 else (d[1] if axis == 1 else d[2])
    if ahead > 0.0:
        left, right = right, left
    solids.stack[top], solids.stack[top + 1] = left, right
    return top + 2


@numba.njit(nogil=True, cache=True, fastmath=True)
def _open(solids, cells, i, at):  # type: ignore[no-untyped-def]
    """Whether a solid has a hole at a place of its surface."""
    return solids.holes[i] != 0 and _has_hole(solids.holes[i], solids.shapes[i], at, cells)


@numba.njit(nogil=True, cache=True, fastmath=True)
def nearest(solids, cells, o, d, reach):  # type: ignore[no-untyped-def]
    """What a ray from `o` (3-tuple) along unit `d` meets first before `reach`: (metres, number of the solid or NOBODY)."""
    per = (_per(d[0]), _per(d[1]), _per(d[2]))
    solids.stack[0], top, found = 0, 1, NOBODY
    while top > 0:
        top -= 1
        node = solids.stack[top]
        if not _meets(solids.bounds, node, o, per, reach):
            continue
        first = -1 - solids.links[node, 0]
        if first < 0:
            top = _grown(solids, node, d, top)
            continue
        for i in range(first, first + solids.links[node, 1]):
            t = _reach(solids.shapes[i], o, d)
            if t < reach and not _open(solids, cells, i, (o[0] + t * d[0], o[1] + t * d[1], o[2] + t * d[2])):
                reach, found = t, i
    return reach, found


@numba.njit(nogil=True, cache=True, fastmath=True)
def is_blocked(solids, cells, o, d, reach):  # type: ignore[no-untyped-def]
    """Whether anything that casts shadows lies on the ray before `reach`."""
    per = (_per(d[0]), _per(d[1]), _per(d[2]))
    solids.stack[0], top = 0, 1
    while top > 0:
        top -= 1
        node = solids.stack[top]
        if not _meets(solids.bounds, node, o, per, reach):
            continue
        first = -1 - solids.links[node, 0]
        if first < 0:
            top = _grown(solids, node, d, top)
            continue
        for i in range(first, first + solids.links[node, 1]):
            if not solids.casts[i]:
                continue
            t = _reach(solids.shapes[i], o, d)
            if t < reach and not _open(solids, cells, i, (o[0] + t * d[0], o[1] + t * d[1], o[2] + t * d[2])):
                return True
    return False


@numba.njit(nogil=True, cache=True, fastmath=True)
def facing(row, place):  # type: ignore[no-untyped-def]
    """The outward normal of a solid at a place of its surface, and which face of a box that is (0 x, 1 y, 2 z; else 3)."""
    if row[0] == 0.0:
        x, y, c, s = place[0] - row[1], place[1] - row[2], row[7], row[8]
        u, v, w = x * c + y * s, y * c - x * s, place[2] - row[3]
        p, q, r = abs(u) / row[4], abs(v) / row[5], abs(w) / row[6]
        if p >= q and p >= r:
            side = 1.0 if u > 0 else -1.0
            return (side * c, side * s, 0.0), 0
        if q >= r:
            side = 1.0 if v > 0 else -1.0
            return (-side * s, side * c, 0.0), 1
        return (0.0, 0.0, 1.0 if w > 0 else -1.0), 2
    if row[0] == 3.0:
        x, y, z = (place[0] - row[1]) / row[4] ** 2, (place[1] - row[2]) / row[5] ** 2, (place[2] - row[3]) / row[6] ** 2
    else:
        bx, by, bz = row[4] - row[1], row[5] - row[2], row[6] - row[3]
        bb = bx * bx + by * by + bz * bz + 1e-12
        along = ((place[0] - row[1]) * bx + (place[1] - row[2]) * by + (place[2] - row[3]) * bz) / bb
        if row[0] == 2.0 and (along < 1e-4 or along > 1.0 - 1e-4):
            side = (1.0 if along > 0.5 else -1.0) / np.sqrt(bb)
            return (side * bx, side * by, side * bz), 2
        along = min(1.0, max(0.0, along))
        x, y, z = place[0] - row[1] - along * bx, place[1] - row[2] - along * by, place[2] - row[3] - along * bz
    per = 1.0 / np.sqrt(x * x + y * y + z * z + 1e-12)
    return (x * per, y * per, z * per), 3
