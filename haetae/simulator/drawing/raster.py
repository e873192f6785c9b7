"""Which triangle is seen where: a visibility buffer with several samples a pixel."""

from __future__ import annotations

import numba
import numpy as np

FAR = np.float32(1e9)
NOTHING = np.int32(-1)


@numba.njit(nogil=True, cache=True, fastmath=True)
def project(points, position, rotation, lens, out):  # type: ignore[no-untyped-def]
    """Fills `out` (n, 3) float32 with x px, y px and depth m of world points; gives least and greatest x and y, least
    and mean depth.

    `lens` is (focal, x, y of the optical centre), px.
    """
    focal, centre_x, centre_y = lens
    nearest, total = 1e9, 0.0
    left, top, right, bottom = 1e9, 1e9, -1e9, -1e9
    for i in range(points.shape[0]):
        a, b, c = points[i, 0] - position[0], points[i, 1] - position[1], points[i, 2] - position[2]
        depth = rotation[2, 0] * a + rotation[2, 1] * b + rotation[2, 2] * c
        nearest = min(nearest, depth)
        scale = focal / max(depth, 0.05)
        x = (rotation[0, 0] * a + rotation[0, 1] * b + rotation[0, 2] * c) * scale + centre_x
        y = (rotation[1, 0] * a + rotation[1, 1] * b + rotation[1, 2] * c) * scale + centre_y
        left, top, right, bottom = min(left, x), min(top, y), max(right, x), max(bottom, y)
        total += depth
        out[i, 0], out[i, 1], out[i, 2] = x, y, depth
    return left, top, right, bottom, nearest, total / points.shape[0]


@numba.njit(nogil=True, cache=True, fastmath=True)
def rasterise(screen, triangles, depths, seen):  # type: ignore[no-untyped-def]
    """Fills `depths` (h, w) float32 and `seen` (h, w) int32 (the triangle's number) with what is nearest at each sample.

    `screen` (n, 3) float32 holds sample coordinates and depth. Triangles that turn their back are left out.
    """
    height, width = depths.shape
    for i in range(triangles.shape[0]):
        a, b, c = triangles[i, 0], triangles[i, 1], triangles[i, 2]
        ax, ay, bx, by, cx, cy = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1], screen[c, 0], screen[c, 1]
        area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay)
        if area >= -1e-9:
            continue
        left, right = max(0, int(np.ceil(min(ax, bx, cx) - 0.5))), min(width - 1, int(np.floor(max(ax, bx, cx) - 0.5)))
        top, bottom = max(0, int(np.ceil(min(ay, by, cy) - 0.5))), min(height - 1, int(np.floor(max(ay, by, cy) - 0.5)))
        if right < left or bottom < top:
            continue
        per = 1.0 / area
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        for y in range(top, bottom + 1):
            py = y + 0.5
            for x in range(left, right + 1):
                px = x + 0.5
                wa = ((bx - px) * (cy - py) - (cx - px) * (by - py)) * per
                wb = ((cx - px) * (ay - py) - (ax - px) * (cy - py)) * per
                wc = 1.0 - wa - wb
                if wa >= 0.0 and wb >= 0.0 and wc >= 0.0:
                    z = wa * za + wb * zb + wc * zc
                    if z < depths[y, x]:
                        depths[y, x], seen[y, x] = z, i


@numba.njit(nogil=True, cache=True, fastmath=True)
def lit_share(vertices, towards, cell_m, out):  # type: ignore[no-untyped-def]
    """Fills `out` (n,) float32 with the share of the main light, 0-1, that the body itself does not take from each vertex.

    A shadow map without triangles: vertices are splatted on a plane across the light (Williams 1978, with percentage-closer
    filtering over four cells).
    """
    flat = np.sqrt(towards[0] ** 2 + towards[1] ** 2) + 1e-6
    ax, ay = -towards[1] / flat, towards[0] / flat
    bx, by, bz = -ay * towards[2], ax * towards[2], towards[0] * ay - towards[1] * ax
    n = vertices.shape[0]
    mx, my, mz = 0.0, 0.0, 0.0
    for i in range(n):
        mx, my, mz = mx + vertices[i, 0], my + vertices[i, 1], mz + vertices[i, 2]
    mx, my, mz = mx / n, my / n, mz / n
    side = int(3.4 / cell_m)
    height = np.full((side, side), np.float32(-1e9), np.float32)
    flatted = np.empty((n, 3), np.float32)
    for i in range(n):
        x, y, z = vertices[i, 0] - mx, vertices[i, 1] - my, vertices[i, 2] - mz
        u = (x * ax + y * ay) / cell_m + side / 2
        v = (x * bx + y * by + z * bz) / cell_m + side / 2
        h = x * towards[0] + y * towards[1] + z * towards[2]
        flatted[i, 0], flatted[i, 1], flatted[i, 2] = u, v, h
        p, q = int(u), int(v)
        if 0 <= p < side and 0 <= q < side and h > height[p, q]:
            height[p, q] = h
    for i in range(n):
        dark = 0.0
        for du in (-0.75, 0.75):
            for dv in (-0.75, 0.75):
                p, q = int(flatted[i, 0] + du), int(flatted[i, 1] + dv)
                if 0 <= p < side and 0 <= q < side and height[p, q] > flatted[i, 2] + 0.055:
                    dark += 0.25
        out[i] = 1.0 - dark
