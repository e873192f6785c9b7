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
OPEN_LEAVES, OPEN_MESH = 1, 2  # solids with holes


class Solids(NamedTuple):
    """Solids in the order of their tree.

    Rows of `shapes` (n, 9) float64 are a Shape and its numbers; `materials` (n,) int32 rows of the table; `holes` (n,) int32
    0 or OPEN_*; `casts` (n,) bool, whether it throws a shadow. `bounds` (m, 6) float64 and `links` (m, 2) int32 are the tree's
    nodes: (left, right) child, or (-1 - first solid, number of solids).
    """

    shapes: NDArray[np.float64]
    materials: NDArray[np.int32]
    holes: NDArray[np.int32]
    casts: NDArray[np.bool_]
    bounds: NDArray[np.float64]
    links: NDArray[np.int32]


def extents_of(shapes: NDArray[np.float64]) -> NDArray[np.float64]:
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
    extents = extents_of(shapes)
    centres = (extents[:, :3] + extents[:, 3:]) / 2
    order = np.arange(len(shapes))
    bounds: list[NDArray[np.float64]] = []
    links: list[tuple[int, int]] = []

    def node(first: int, end: int) -> int:
        part = order[first:end]
        number = len(bounds)
        bounds.append(np.concatenate([extents[part, :3].min(axis=0) - 1e-4, extents[part, 3:].max(axis=0) + 1e-4]))
        links.append((-1 - first, end - first))
        if end - first > LEAF_SIZE:
            axis = int(np.ptp(centres[part], axis=0).argmax())
            order[first:end] = part[np.argsort(centres[part, axis], kind="stable")]
            middle = (first + end) // 2
            links[number] = (node(first, middle), node(middle, end))
        return number

    node(0, len(shapes))
    return Solids(
        np.ascontiguousarray(shapes[order]),
        np.ascontiguousarray(materials[order]),
        np.ascontiguousarray(holes[order]),
        np.ascontiguousarray(casts[order]),
        np.array(bounds),
        np.array(links, np.int32).reshape(-1, 2),
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
        return noise(cells, x * 7.0, y * 7.0, z * 7.0) + 0.6 * noise(cells, x * 19.0, y * 19.0, z * 19.0) < -0.25
    u = (x - row[1]) * row[7] + (y - row[2]) * row[8] if row[4] > row[5] else (y - row[2]) * row[7] - (x - row[1]) * row[8]
    bars = abs(u / 0.12 - np.floor(u / 0.12) - 0.5) > 0.11
    rails = abs(abs(z - row[3]) - row[6]) > 0.05
    return bars and rails


@numba.njit(nogil=True, cache=True, fastmath=True)
def _meets(bounds, o, d, reach):  # type: ignore[no-untyped-def]
    """Whether a ray enters a box of bounds before `reach`."""
    enter, leave = 0.0, reach
    for k in range(3):
        way = d[k] if abs(d[k]) > 1e-12 else 1e-12
        a, b = (bounds[k] - o[k]) / way, (bounds[k + 3] - o[k]) / way
        enter, leave = max(enter, min(a, b)), min(leave, max(a, b))
    return enter <= leave


@numba.njit(nogil=True, cache=True, fastmath=True)
def nearest(solids, cells, o, d, reach):  # type: ignore[no-untyped-def]
    """What a ray from `o` (3-tuple) along unit `d` meets first before `reach`: (metres, number of the solid or NOBODY)."""
    stack = np.empty(48, np.int32)
    stack[0], top, found = 0, 1, NOBODY
    while top > 0:
        top -= 1
        node = stack[top]
        if not _meets(solids.bounds[node], o, d, reach):
            continue
        left, right = solids.links[node, 0], solids.links[node, 1]
        if left >= 0:
            stack[top], stack[top + 1] = left, right
            top += 2
            continue
        for i in range(-1 - left, -1 - left + right):
            t = _reach(solids.shapes[i], o, d)
            if t < reach:
                hole = solids.holes[i]
                if hole and _has_hole(hole, solids.shapes[i], (o[0] + t * d[0], o[1] + t * d[1], o[2] + t * d[2]), cells):
                    continue
                reach, found = t, i
    return reach, found


@numba.njit(nogil=True, cache=True, fastmath=True)
def is_blocked(solids, cells, o, d, reach):  # type: ignore[no-untyped-def]
    """Whether anything that casts shadows lies on the ray before `reach`."""
    stack = np.empty(48, np.int32)
    stack[0], top = 0, 1
    while top > 0:
        top -= 1
        node = stack[top]
        if not _meets(solids.bounds[node], o, d, reach):
            continue
        left, right = solids.links[node, 0], solids.links[node, 1]
        if left >= 0:
            stack[top], stack[top + 1] = left, right
            top += 2
            continue
        for i in range(-1 - left, -1 - left + right):
            if not solids.casts[i]:
                continue
            t = _reach(solids.shapes[i], o, d)
            if t < reach:
                hole = solids.holes[i]
                if hole and _has_hole(hole, solids.shapes[i], (o[0] + t * d[0], o[1] + t * d[1], o[2] + t * d[2]), cells):
                    continue
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
