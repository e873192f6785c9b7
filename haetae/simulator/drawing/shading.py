"""The colour of each pixel of a person: cloth, skin and hair under one main light, the sky and the floor."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.simulator.drawing.noise import sloped_noise
from haetae.simulator.drawing.raster import FAR
from haetae.simulator.drawing.response import toned

SAMPLES = 2  # along each side of a pixel

# a row of haetae.simulator.people.mesh.Material: cells of noise a metre, roughness of the surface, unevenness of the colour,
# shine, how far light wraps round (Lambert softened), noise cells along z against those across (folds hang), folds at the joints
MATERIALS = np.array(
    [
        [30, 0.04, 0.05, 0.12, 0.30, 1.00, 0],  # SKIN
        [60, 0.30, 0.30, 0.10, 0.10, 0.20, 0],  # HAIR
        [11, 0.50, 0.08, 0.02, 0.08, 0.55, 1],  # UPPER_CLOTH
        [10, 0.50, 0.08, 0.02, 0.08, 0.55, 1],  # LOWER_CLOTH
        [25, 0.10, 0.10, 0.12, 0.00, 1.00, 0],  # SHOE
        [30, 0.10, 0.10, 0.02, 0.00, 1.00, 0],  # SOLE
        [18, 0.20, 0.10, 0.06, 0.00, 1.00, 0],  # BAG
        [40, 0.10, 0.10, 0.03, 0.00, 1.00, 0],  # HAT
        [11, 0.45, 0.08, 0.02, 0.08, 0.55, 1],  # OUTER_CLOTH
        [40, 0.10, 0.10, 0.02, 0.00, 1.00, 0],  # SOCK
        [20, 0.02, 0.03, 0.45, 0.00, 1.00, 0],  # HARD_SHELL
        [14, 0.30, 0.05, 0.05, 0.15, 0.70, 0],  # FLUORESCENT
        [14, 0.15, 0.05, 0.60, 0.10, 0.70, 0],  # REFLECTIVE
        [20, 0.00, 0.00, 0.70, 0.00, 1.00, 0],  # LENS
        [20, 0.10, 0.10, 0.05, 0.00, 1.00, 0],  # SEAT
    ],
    np.float32,
)

_HEIGHTS = np.arange(0, 2, 0.01)
FOLDS = sum(
    (
        share * np.exp(-(((_HEIGHTS - at) / wide) ** 2))
        for share, at, wide in ((0.9, 1.0, 0.1), (0.7, 0.5, 0.09), (0.8, 0.14, 0.08), (0.5, 1.36, 0.07))
    ),
    np.full(200, 0.75),
).astype(np.float32)
"""How strongly cloth folds by height in centimetres: most by the waist, the knees, the ankles and the elbows."""


class Surface(NamedTuple):
    """A body ready to be shaded; (n, ...) arrays go by vertex."""

    screen: NDArray[np.float32]  # (n, 3) samples, depth m
    triangles: NDArray[np.int32]  # (m, 3)
    rest: NDArray[np.float32]  # (n, 3) metres where the pattern of the cloth is fixed
    normals: NDArray[np.float32]  # (n, 3) unit, world
    colours: NDArray[np.float32]  # (n, 3) linear BGR
    occlusion: NDArray[np.float32]  # (n,) share of the sky that is seen
    lit: NDArray[np.float32]  # (n,) share of the main light that arrives
    material: NDArray[np.int32]  # (n,) row of MATERIALS


class Illumination(NamedTuple):
    """Light as the kernel takes it: (3,) arrays, world directions and linear BGR."""

    towards: NDArray[np.float64]
    colour: NDArray[np.float32]
    sky: NDArray[np.float32]
    ground: NDArray[np.float32]
    towards_eye: NDArray[np.float64]


@numba.njit(nogil=True, cache=True, fastmath=True)
def _covered(depths, seen, x, y):  # type: ignore[no-untyped-def]
    """How many samples of a pixel are covered, and the place of the nearest one."""
    n, nearest, at_x, at_y = 0, FAR, 0, 0
    for v in range(y * SAMPLES, (y + 1) * SAMPLES):
        for u in range(x * SAMPLES, (x + 1) * SAMPLES):
            if seen[v, u] >= 0:
                n += 1
                if depths[v, u] < nearest:
                    nearest, at_x, at_y = depths[v, u], u, v
    return n, nearest, at_x, at_y


@numba.njit(nogil=True, cache=True, fastmath=True)
def _weights(screen, corners, px, py):  # type: ignore[no-untyped-def]
    """Barycentric weights of a place in a triangle (Marschner, Shirley: Fundamentals of Computer Graphics, section 2.9)."""
    a, b, c = corners
    ax, ay, bx, by, cx, cy = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1], screen[c, 0], screen[c, 1]
    per = 1.0 / ((bx - ax) * (cy - ay) - (cx - ax) * (by - ay))
    wa = ((bx - px) * (cy - py) - (cx - px) * (by - py)) * per
    wb = ((cx - px) * (ay - py) - (ax - px) * (cy - py)) * per
    return wa, wb, 1.0 - wa - wb


@numba.njit(nogil=True, cache=True, fastmath=True)
def _between(values, corners, weights, k):  # type: ignore[no-untyped-def]
    return weights[0] * values[corners[0], k] + weights[1] * values[corners[1], k] + weights[2] * values[corners[2], k]


@numba.njit(nogil=True, cache=True, fastmath=True)
def _between1(values, corners, weights):  # type: ignore[no-untyped-def]
    return weights[0] * values[corners[0]] + weights[1] * values[corners[1]] + weights[2] * values[corners[2]]


@numba.njit(nogil=True, cache=True, fastmath=True)
def _roughened(cells, material, place, normal, shift):  # type: ignore[no-untyped-def]
    """The normal as cloth or skin bends it, and a factor on the colour."""
    row = MATERIALS[material]
    scale, tall = row[0], row[5]
    x, y, z = (place[0] + shift) * scale + 7.0 * material, place[1] * scale, place[2] * scale
    value, dx, dy, dz = sloped_noise(cells, x, y, z * tall)
    fine, fx, fy, fz = sloped_noise(cells, x * 2.3, y * 2.3 + 3.0, z * 2.3)
    rough = row[1] * (FOLDS[min(FOLDS.shape[0] - 1, max(0, int(place[2] * 100)))] if row[6] > 0 else 1.0)
    nx = normal[0] + rough * (dx + 0.6 * fx)
    ny = normal[1] + rough * (dy + 0.6 * fy)
    nz = normal[2] + rough * tall * (dz + 0.6 * fz)
    length = 1.0 / np.sqrt(nx * nx + ny * ny + nz * nz + 1e-9)
    return (nx * length, ny * length, nz * length), max(0.3, 1.0 + row[2] * 0.6 * (value + fine)), value


@numba.njit(nogil=True, cache=True, fastmath=True)
def _shine(normal, light):  # type: ignore[no-untyped-def]
    """Specular factor (Blinn 1977) and the brightening of edges seen at a glance."""
    eye, towards = light.towards_eye, light.towards
    hx, hy, hz = towards[0] + eye[0], towards[1] + eye[1], towards[2] + eye[2]
    half = (normal[0] * hx + normal[1] * hy + normal[2] * hz) / np.sqrt(hx * hx + hy * hy + hz * hz + 1e-9)
    glance = 1.0 - abs(normal[0] * eye[0] + normal[1] * eye[1] + normal[2] * eye[2])
    return (half**18 if half > 0.0 else 0.0), 0.06 * glance**3


@numba.njit(nogil=True, cache=True, fastmath=True)
def _colour(surface, cells, light, corners, weights, shift):  # type: ignore[no-untyped-def]
    """Linear BGR of one place of a triangle."""
    best = 0 if weights[0] >= weights[1] and weights[0] >= weights[2] else (1 if weights[1] >= weights[2] else 2)
    material = min(max(surface.material[corners[best]], 0), MATERIALS.shape[0] - 1)
    place = (
        _between(surface.rest, corners, weights, 0),
        _between(surface.rest, corners, weights, 1),
        _between(surface.rest, corners, weights, 2),
    )
    flat = (
        _between(surface.normals, corners, weights, 0),
        _between(surface.normals, corners, weights, 1),
        _between(surface.normals, corners, weights, 2),
    )
    normal, unevenness, hollow = _roughened(cells, material, place, flat, shift)
    open_sky = _between1(surface.occlusion, corners, weights) * (1.0 + 0.1 * min(1.0, hollow))
    lit = _between1(surface.lit, corners, weights)
    wrap = MATERIALS[material, 4]
    towards = light.towards
    facing = (normal[0] * towards[0] + normal[1] * towards[1] + normal[2] * towards[2] + wrap) / (1.0 + wrap)
    direct = max(0.0, facing) * lit
    gloss, rim = _shine(normal, light)
    gloss *= MATERIALS[material, 3] * lit
    up = 0.5 + 0.5 * normal[2]
    blue = _between(surface.colours, corners, weights, 0) * unevenness
    green = _between(surface.colours, corners, weights, 1) * unevenness
    red = _between(surface.colours, corners, weights, 2) * unevenness
    rim *= open_sky
    col, sky, ground = light.colour, light.sky, light.ground
    return (
        blue * (direct * col[0] + open_sky * (sky[0] * up + ground[0] * (1 - up))) + gloss * col[0] + rim * sky[0],
        green * (direct * col[1] + open_sky * (sky[1] * up + ground[1] * (1 - up))) + gloss * col[1] + rim * sky[1],
        red * (direct * col[2] + open_sky * (sky[2] * up + ground[2] * (1 - up))) + gloss * col[2] + rim * sky[2],
    )


@numba.njit(nogil=True, cache=True, fastmath=True)
def shade(surface, buffers, cells, light, tone, shift, out):  # type: ignore[no-untyped-def]
    """Fills `out` (h, w, 5) float32 with BGR levels 0-255, coverage 0-1 and depth (FAR: nothing). Once a pixel, not a sample.

    `buffers` are the depths and the triangles of `rasterise`; `shift` moves the pattern of the cloth, so that no two are alike.
    """
    depths, seen = buffers
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            n, depth, u, v = _covered(depths, seen, x, y)
            out[y, x, 4] = depth
            if n == 0:
                out[y, x, 3] = 0.0
                continue
            triangle = seen[v, u]
            corners = (surface.triangles[triangle, 0], surface.triangles[triangle, 1], surface.triangles[triangle, 2])
            weights = _weights(surface.screen, corners, u + 0.5, v + 0.5)
            blue, green, red = _colour(surface, cells, light, corners, weights, shift)
            out[y, x, 0], out[y, x, 1], out[y, x, 2] = toned(blue, green, red, tone)
            out[y, x, 3] = n / (SAMPLES * SAMPLES)
