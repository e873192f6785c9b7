"""Casts the rays of a background: what is seen, how sun, sky and lamps light it, what wet or polished floors mirror."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.simulator.drawing.noise import noise, scattered
from haetae.simulator.drawing.solids import GROUND, MISS, NOBODY, Solids, facing, is_blocked, nearest
from haetae.simulator.drawing.surfaces import colour_at

SKY_M = 250.0  # nothing is farther
N_FEELERS = 6  # rays that look for the sky from a place
FEELER_M = 2.5
ROUGH = 0.05  # of what mirrors: reflections are a little blurred


class Place(NamedTuple):
    """What there is. `table` (k, 12) float64: rows of materials. `floor` (m, 10) float64: patches on the ground, later ones over
    earlier: 0 rectangle | 1 ellipse, x, y, half sizes, cosine and sine of yaw, material, opacity 0-1, wear 0-1."""

    solids: Solids
    table: NDArray[np.float64]
    floor: NDArray[np.float64]
    base: int  # material of the ground where no patch lies
    cells: NDArray[np.float32]  # of noise


class Eye(NamedTuple):
    """From where: position (3,), rotation (3, 3) rows right, down, forward, focal px, width and height px."""

    position: NDArray[np.float64]
    rotation: NDArray[np.float64]
    focal: float
    width: int
    height: int


class Sun(NamedTuple):
    """Light as the kernels take it. `numbers`: 1 if shadows have edges, 1 indoors, wet 0-1, white 0-1, fog a metre."""

    towards: NDArray[np.float64]
    colour: NDArray[np.float64]
    sky: NDArray[np.float64]
    ground: NDArray[np.float64]
    lamps: NDArray[np.float64]
    lamp_colour: NDArray[np.float64]
    numbers: NDArray[np.float64]


class Coarse(NamedTuple):
    """Light that changes slowly, at every `step`-th pixel: open sky 0-1, sun 0-1, and what was met there."""

    step: int
    open_sky: NDArray[np.float32]
    sunny: NDArray[np.float32]
    met: NDArray[np.int32]


@numba.njit(nogil=True, cache=True, fastmath=True)
def _aim(eye, x, y):  # type: ignore[no-untyped-def]
    """The unit direction through a place of the picture, and the share of a way along it that is depth."""
    p, q = (x - eye.width / 2) / eye.focal, (y - eye.height / 2) / eye.focal
    per = 1.0 / np.sqrt(p * p + q * q + 1.0)
    m = eye.rotation
    return (
        (m[0, 0] * p + m[1, 0] * q + m[2, 0]) * per,
        (m[0, 1] * p + m[1, 1] * q + m[2, 1]) * per,
        (m[0, 2] * p + m[1, 2] * q + m[2, 2]) * per,
    ), per


@numba.njit(nogil=True, cache=True, fastmath=True)
def _met(place, o, d, reach):  # type: ignore[no-untyped-def]
    """What a ray meets: metres, solid | GROUND | NOBODY."""
    t, number = nearest(place.solids, place.cells, o, d, reach)
    if d[2] < -1e-9:
        down = -o[2] / d[2]
        if 1e-4 < down < t:
            return down, GROUND
    return t, number


@numba.njit(nogil=True, cache=True, fastmath=True)
def _patch(row, x, y):  # type: ignore[no-untyped-def]
    u, v = (x - row[1]) * row[5] + (y - row[2]) * row[6], (y - row[2]) * row[5] - (x - row[1]) * row[6]
    if row[0] == 0.0:
        return abs(u) <= row[3] and abs(v) <= row[4]
    return (u / row[3]) ** 2 + (v / row[4]) ** 2 <= 1.0


@numba.njit(nogil=True, cache=True, fastmath=True)
def _lowest_seen(floor, x, y):  # type: ignore[no-untyped-def]
    """The number of the topmost patch that hides everything under it at a place; -1 where there is none."""
    for i in range(floor.shape[0] - 1, -1, -1):
        if floor[i, 8] >= 1.0 and floor[i, 9] <= 0.0 and _patch(floor[i], x, y):
            return i
    return -1


@numba.njit(nogil=True, cache=True, fastmath=True)
def _patch_colour(place, patch, x, y, foot):  # type: ignore[no-untyped-def]
    along = (x - patch[1]) * patch[5] + (y - patch[2]) * patch[6]
    across = (y - patch[2]) * patch[5] - (x - patch[1]) * patch[6]
    return colour_at(place.table[int(patch[7])], (along, across, 0.0), foot, place.cells)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _ground_colour(place, x, y, foot):  # type: ignore[no-untyped-def]
    """Linear BGR and gloss of the ground."""
    first = _lowest_seen(place.floor, x, y)
    if first >= 0:
        b, g, r = _patch_colour(place, place.floor[first], x, y, foot)
        gloss = place.table[int(place.floor[first, 7]), 10]
    else:
        b, g, r = colour_at(place.table[place.base], (x, y, 0.0), foot, place.cells)
        gloss = place.table[place.base, 10]
    for i in range(first + 1, place.floor.shape[0]):
        patch = place.floor[i]
        if not _patch(patch, x, y):
            continue
        share = patch[8]
        if patch[9] > 0.0:
            worn = 0.5 + 0.5 * noise(place.cells, x * 3.3, y * 3.3, 9.0) + 0.3 * noise(place.cells, x * 14, y * 14, 5.0)
            share *= min(1.0, max(0.0, 1.6 - 2.2 * patch[9] * worn))
        p, q, s = _patch_colour(place, patch, x, y, foot)
        b, g, r = b + (p - b) * share, g + (q - g) * share, r + (s - r) * share
        gloss += (place.table[int(patch[7]), 10] - gloss) * share
    return (b, g, r), gloss


@numba.njit(nogil=True, cache=True, fastmath=True)
def _surface_at(place, number, at, foot):  # type: ignore[no-untyped-def]
    """Colour, gloss and whether it shines by itself, and the normal and its code, of what lies at a place."""
    if number == GROUND:
        colour, gloss = _ground_colour(place, at[0], at[1], foot)
        return colour, gloss, False, (0.0, 0.0, 1.0), GROUND
    shape = place.solids.shapes[number]
    normal, face = facing(shape, at)
    row = place.table[place.solids.materials[number]]
    x, y, c, s = at[0] - shape[1], at[1] - shape[2], 1.0, 0.0
    if shape[0] == 0.0:
        c, s = shape[7], shape[8]
    u, v = x * c + y * s, y * c - x * s
    if face == 0:
        local = (v, at[2], u)
    elif face == 1:
        local = (u, at[2], v)
    elif face == 2:
        local = (u, v, at[2])
    else:
        local = (u, at[2], v)
    kind = row[0]
    if face == 2 and (3.0 <= kind <= 5.0 or kind == 14.0):  # roofs and shelf tops are plain
        return (row[1], row[2], row[3]), 0.0, False, normal, number * 8 + face
    return colour_at(row, local, foot, place.cells), row[10], kind == 13.0, normal, number * 8 + face


@numba.njit(nogil=True, cache=True, fastmath=True)
def _feeler(normal, u1, u2):  # type: ignore[no-untyped-def]
    """A direction over a surface, cosine-weighted (Malley's method), about any normal (Duff et al. 2017)."""
    r, turn, up = np.sqrt(u1), 6.2832 * u2, np.sqrt(1.0 - u1)
    p, q = r * np.cos(turn), r * np.sin(turn)
    nx, ny, nz = normal
    sign = 1.0 if nz >= 0 else -1.0
    a = -1.0 / (sign + nz)
    b = nx * ny * a
    return (
        (1.0 + sign * nx * nx * a) * p + b * q + nx * up,
        sign * b * p + (sign + ny * ny * a) * q + ny * up,
        -sign * nx * p - ny * q + nz * up,
    )


@numba.njit(nogil=True, cache=True, fastmath=True)
def _open_sky(place, at, normal, seed):  # type: ignore[no-untyped-def]
    """The share 0.2-1 of the surroundings that lights a place: 1 in the open, little in a corner."""
    free = 0.0
    for k in range(N_FEELERS):
        way = _feeler(normal, scattered(seed, k * 131), (k + scattered(seed + k * 17, 7)) / N_FEELERS)
        below = way[2] < 0.0 and -at[2] / way[2] < 1.2
        if not below and not is_blocked(place.solids, place.cells, at, way, FEELER_M):
            free += 1.0 / N_FEELERS
    return 0.2 + 0.8 * free


@numba.njit(nogil=True, cache=True, fastmath=True)
def _sunny(place, sun, at, normal, seed):  # type: ignore[no-untyped-def]
    """The share of the sun's disc that is seen: 0 or 1 where shadows have edges, in between where the light is wide."""
    t = sun.towards
    if normal[0] * t[0] + normal[1] * t[1] + normal[2] * t[2] <= 0.0:
        return 0.0
    if sun.numbers[0] > 0:
        return 0.0 if is_blocked(place.solids, place.cells, at, (t[0], t[1], t[2]), 60.0) else 1.0
    free = 0.0
    for k in range(3):
        x = t[0] + 0.5 * (scattered(seed + 3, k * 7) - 0.5)
        y = t[1] + 0.5 * (scattered(seed + 5, k * 11) - 0.5)
        z = t[2] + 0.3 * (scattered(seed + 9, k * 13) - 0.5)
        per = 1.0 / np.sqrt(x * x + y * y + z * z)
        if not is_blocked(place.solids, place.cells, at, (x * per, y * per, z * per), 20.0):
            free += 1.0 / 3.0
    return free


@numba.njit(nogil=True, cache=True, fastmath=True)
def feel(place, eye, sun, coarse):  # type: ignore[no-untyped-def]
    """Fills the coarse planes."""
    o = (eye.position[0], eye.position[1], eye.position[2])
    for j in range(coarse.met.shape[0]):
        for i in range(coarse.met.shape[1]):
            d, _ = _aim(eye, i * coarse.step + 0.5, j * coarse.step + 0.5)
            t, number = _met(place, o, d, SKY_M)
            coarse.met[j, i] = NOBODY
            if number == NOBODY:
                continue
            at = (o[0] + t * d[0], o[1] + t * d[1], o[2] + t * d[2])
            normal, face = (0.0, 0.0, 1.0), 0
            if number != GROUND:
                normal, face = facing(place.solids.shapes[number], at)
            off = (at[0] + 0.004 * normal[0], at[1] + 0.004 * normal[1], at[2] + 0.004 * normal[2])
            coarse.met[j, i] = GROUND if number == GROUND else number * 8 + face
            coarse.open_sky[j, i] = _open_sky(place, off, normal, j * 7919 + i)
            if sun.numbers[0] <= 0:
                coarse.sunny[j, i] = _sunny(place, sun, off, normal, j * 7919 + i)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _from_coarse(coarse, x, y, code):  # type: ignore[no-untyped-def]
    """Open sky and sun between the coarse places that met the same face; a negative number where none did."""
    p, q = (x - 0.5) / coarse.step, (y - 0.5) / coarse.step
    i, j = int(np.floor(p)), int(np.floor(q))
    total, sky, sunny = 0.0, 0.0, 0.0
    for dj in range(-1, 3):
        for di in range(-1, 3):
            u, v = i + di, j + dj
            if 0 <= u < coarse.met.shape[1] and 0 <= v < coarse.met.shape[0] and coarse.met[v, u] == code:
                weight = max(0.0, 2.0 - abs(p - u)) * max(0.0, 2.0 - abs(q - v))
                total += weight
                sky += weight * coarse.open_sky[v, u]
                sunny += weight * coarse.sunny[v, u]
    if total < 1e-3:
        return -1.0, 0.0
    return sky / total, sunny / total


@numba.njit(nogil=True, cache=True, fastmath=True)
def _sky_colour(sun, cells, d):  # type: ignore[no-untyped-def]
    """What is seen where nothing is: sky with clouds, or the dim end of a hall."""
    if sun.numbers[1] > 0:
        return 0.35 * sun.sky[0], 0.35 * sun.sky[1], 0.35 * sun.sky[2]
    up = max(0.02, d[2])
    cloud = noise(cells, d[0] / up * 0.6, d[1] / up * 0.6, 1.0) + 0.5 * noise(cells, d[0] / up * 1.7, d[1] / up * 1.7, 2.0)
    white = min(1.0, max(0.0, 0.35 + 0.3 * cloud + 0.5 * max(0.0, 0.3 - d[2])))
    grey = 0.333 * (sun.sky[0] + sun.sky[1] + sun.sky[2])
    return (
        1.05 * (sun.sky[0] * (1 - 0.6 * white) + 0.75 * grey * white),
        1.05 * (sun.sky[1] * (1 - 0.6 * white) + 0.75 * grey * white),
        1.05 * (sun.sky[2] * (1 - 0.6 * white) + 0.75 * grey * white),
    )


@numba.njit(nogil=True, cache=True, fastmath=True)
def _lamplight(sun, at, normal):  # type: ignore[no-untyped-def]
    total = 0.0
    for k in range(sun.lamps.shape[0]):
        x, y, z = sun.lamps[k, 0] - at[0], sun.lamps[k, 1] - at[1], sun.lamps[k, 2] - at[2]
        way = max(0.25, x * x + y * y + z * z)
        slant = (x * normal[0] + y * normal[1] + z * normal[2]) / np.sqrt(way)
        total += sun.lamps[k, 3] * sun.lamps[k, 2] ** 2 / way * (0.25 + 0.75 * max(0.0, slant))
    return total


@numba.njit(nogil=True, cache=True, fastmath=True)
def _lit(sun, colour, normal, at, sky, sunny):  # type: ignore[no-untyped-def]
    """Linear BGR that a surface gives back."""
    t = sun.towards
    direct = max(0.0, normal[0] * t[0] + normal[1] * t[1] + normal[2] * t[2]) * sunny
    up = 0.5 + 0.5 * normal[2]
    lamp = _lamplight(sun, at, normal)
    return (
        colour[0] * (direct * sun.colour[0] + sky * (sun.sky[0] * up + sun.ground[0] * (1 - up)) + lamp * sun.lamp_colour[0]),
        colour[1] * (direct * sun.colour[1] + sky * (sun.sky[1] * up + sun.ground[1] * (1 - up)) + lamp * sun.lamp_colour[1]),
        colour[2] * (direct * sun.colour[2] + sky * (sun.sky[2] * up + sun.ground[2] * (1 - up)) + lamp * sun.lamp_colour[2]),
    )


@numba.njit(nogil=True, cache=True, fastmath=True)
def _weathered(sun, cells, surface, at):  # type: ignore[no-untyped-def]
    """Colour and gloss under water and snow."""
    colour, gloss, normal = surface
    wet, white = sun.numbers[2], sun.numbers[3]
    b, g, r = colour
    if sun.numbers[1] > 0 or normal[2] < 0.3:
        return (b, g, r), gloss
    if wet > 0:
        puddle = wet * min(1.0, max(0.0, 0.7 + 0.6 * noise(cells, at[0] * 0.45, at[1] * 0.45, 3.0)))
        dark = 1.0 - 0.4 * puddle
        b, g, r, gloss = b * dark, g * dark, r * dark, max(gloss, 0.75 * puddle)
    if white > 0:
        flakes = noise(cells, at[0] * 0.9, at[1] * 0.9, 6.0) + 0.5 * noise(cells, at[0] * 5.0, at[1] * 5.0, 8.0)
        cover = min(1.0, max(0.0, 2.4 * white - 0.5 + 0.5 * flakes)) * min(1.0, (normal[2] - 0.3) * 2.0)
        snow = 0.78 + 0.03 * flakes
        b, g, r = b + (snow * 1.03 - b) * cover, g + (snow - g) * cover, r + (snow * 0.99 - r) * cover
        gloss *= 1.0 - cover
    return (b, g, r), gloss


@numba.njit(nogil=True, cache=True, fastmath=True)
def _mirrored(place, sun, at, d, normal):  # type: ignore[no-untyped-def]
    """What a smooth surface shows besides its colour, and how much of it at this slant (Schlick 1994)."""
    slant = d[0] * normal[0] + d[1] * normal[1] + d[2] * normal[2]
    p, q = (
        scattered(int(at[0] * 9173.0), int(at[1] * 7919.0)),
        scattered(int(at[1] * 6151.0), int(at[0] * 4337.0 + at[2] * 977.0)),
    )
    x = d[0] - 2 * slant * normal[0] + ROUGH * (p - 0.5)
    y = d[1] - 2 * slant * normal[1] + ROUGH * (q - 0.5)
    z = d[2] - 2 * slant * normal[2] + 3 * ROUGH * (p * q - 0.25) * normal[2]
    per = 1.0 / np.sqrt(x * x + y * y + z * z)
    way = (x * per, y * per, z * per)
    much = 0.05 + 0.9 * (1.0 - min(1.0, abs(slant))) ** 4
    off = (at[0] + 0.004 * normal[0], at[1] + 0.004 * normal[1], at[2] + 0.004 * normal[2])
    t, number = _met(place, off, way, 80.0)
    if number == NOBODY:
        return _sky_colour(sun, place.cells, way), much
    there = (off[0] + t * way[0], off[1] + t * way[1], off[2] + t * way[2])
    colour, _, shines, other, _ = _surface_at(place, number, there, 0.06)
    if shines:
        return (2.0 * colour[0], 2.0 * colour[1], 2.0 * colour[2]), much
    return _lit(sun, colour, other, there, 0.7, 0.5), much


@numba.njit(nogil=True, cache=True, fastmath=True)
def _fogged(sun, colour, t):  # type: ignore[no-untyped-def]
    thick = 1.0 - np.exp(-sun.numbers[4] * t)
    return (
        colour[0] + (0.7 * sun.sky[0] - colour[0]) * thick,
        colour[1] + (0.7 * sun.sky[1] - colour[1]) * thick,
        colour[2] + (0.7 * sun.sky[2] - colour[2]) * thick,
    )


@numba.njit(nogil=True, cache=True, fastmath=True)
def _look(place, eye, sun, coarse, x, y, known):  # type: ignore[no-untyped-def]
    """One sample: linear BGR, depth m, code of what is met, sun that falls there (for shadows on the floor).

    `known` is (code, sun) of the sample beside it: shadows are sought once a pixel where both met the same.
    """
    o = (eye.position[0], eye.position[1], eye.position[2])
    d, share = _aim(eye, x, y)
    t, number = _met(place, o, d, SKY_M)
    if number == NOBODY:
        return _fogged(sun, _sky_colour(sun, place.cells, d), 150.0), MISS, NOBODY, 0.0
    at = (o[0] + t * d[0], o[1] + t * d[1], o[2] + t * d[2])
    colour, gloss, shines, normal, code = _surface_at(place, number, at, t / eye.focal)
    if shines:
        return _fogged(sun, (2.0 * colour[0], 2.0 * colour[1], 2.0 * colour[2]), t), t * share, code, 0.0
    colour, gloss = _weathered(sun, place.cells, (colour, gloss, normal), at)
    off = (at[0] + 0.004 * normal[0], at[1] + 0.004 * normal[1], at[2] + 0.004 * normal[2])
    sky, sunny = _from_coarse(coarse, x, y, code)
    if sky < 0.0:
        sky = _open_sky(place, off, normal, int(x * 131) + int(y * 7))
        sunny = _sunny(place, sun, off, normal, int(x) + int(y))
    elif sun.numbers[0] > 0:
        sunny = known[1] if known[0] == code else _sunny(place, sun, off, normal, 0)
    out = _lit(sun, colour, normal, at, sky, sunny)
    if gloss > 0.02:
        mirror, much = _mirrored(place, sun, at, d, normal)
        much = min(0.9, much * gloss * 1.6)
        out = (
            out[0] + (mirror[0] - out[0]) * much,
            out[1] + (mirror[1] - out[1]) * much,
            out[2] + (mirror[2] - out[2]) * much,
        )
    return _fogged(sun, out, t), t * share, code, sunny


@numba.njit(nogil=True, cache=True, fastmath=True)
def _differs(codes, picture, x, y):  # type: ignore[no-untyped-def]
    """Whether a pixel borders on something else, or on another colour."""
    height, width = codes.shape
    level = picture[y, x, 1] + 0.02
    for v, u in ((y, x - 1), (y, x + 1), (y - 1, x), (y + 1, x)):
        if not (0 <= u < width and 0 <= v < height):
            continue
        if codes[v, u] != codes[y, x] or abs(picture[v, u, 1] + 0.02 - level) > 0.25 * level:
            return True
    return False


@numba.njit(nogil=True, cache=True, fastmath=True)
def trace(place, eye, sun, coarse, picture, planes):  # type: ignore[no-untyped-def]
    """Fills `picture` (h, w, 3) float32 linear BGR and `planes` = depth m, floor 0-1 (both (h, w) float32).

    One sample a pixel, and three more where it differs from its neighbours.
    """
    depth, floor = planes
    codes = np.empty(depth.shape, np.int32)
    shade = 0.35 if sun.numbers[0] > 0 else 1.0  # how much a person's shadow still darkens where the sun does not come
    for y in range(eye.height):
        for x in range(eye.width):
            colour, z, code, sunny = _look(place, eye, sun, coarse, x + 0.5, y + 0.5, (NOBODY, 0.0))
            picture[y, x, 0], picture[y, x, 1], picture[y, x, 2] = colour
            depth[y, x], codes[y, x] = z, code
            floor[y, x] = shade + (1.0 - shade) * sunny if code == GROUND else 0.0
    firsts = picture.copy()
    for y in range(eye.height):
        for x in range(eye.width):
            if not _differs(codes, firsts, x, y):
                continue
            blue, green, red = firsts[y, x, 0], firsts[y, x, 1], firsts[y, x, 2]
            known = (NOBODY, 0.0)
            for dx, dy in ((0.17, 0.33), (0.83, 0.5), (0.4, 0.83)):
                colour, z, code, sunny = _look(place, eye, sun, coarse, x + dx, y + dy, known)
                blue, green, red = blue + colour[0], green + colour[1], red + colour[2]
                depth[y, x] = min(depth[y, x], z)
                known = (code, sunny)
            picture[y, x, 0], picture[y, x, 1], picture[y, x, 2] = blue / 4.0, green / 4.0, red / 4.0
