"""What walls, floors and things look like close up: procedural colours, one kernel a kind of surface."""

from __future__ import annotations

from enum import IntEnum

import numba
import numpy as np

from haetae.simulator.drawing.noise import noise, scattered


class Kind(IntEnum):
    """How a surface's colour comes about. Sizes are in metres, `a` and `b` its two colours."""

    PLAIN = 0  # paint, plaster, concrete: clouds of a, towards b with dirt
    BRICK = 1  # bricks of a in mortar b
    TILES = 2  # tiles or slabs of a with joints b
    FACADE = 3  # wall a, windows with frames b
    SHOP = 4  # shop fronts: glass with goods behind, a board of colour a above
    GOODS = 5  # shelves full of packets
    LEAVES = 6  # foliage between a and b
    PLANKS = 7  # upright boards or corrugated sheet: a with gaps b
    SIGN = 8  # a board a with blocks of writing b
    GLASS = 9  # dark glass that mirrors the sky
    SHUTTER = 10  # lying slats
    GRAIN = 11  # asphalt, gravel, grass, terrazzo: fine grains between a and b
    MURAL = 12  # large flowing patches of a, b and what lies between
    LAMP = 13  # shines with a
    LOCKERS = 14  # doors with handles
    PARQUET = 15  # short boards laid in rows
    STRIPES = 16  # bands of a and b


N_COLUMNS = 12
"""A row of the material table: kind, a (3, linear BGR), b (3), size along, size up, unevenness 0-1, gloss 0-1, seed."""


@numba.njit(nogil=True, cache=True, fastmath=True)
def _mixed(row, share, factor):  # type: ignore[no-untyped-def]
    """Between a (0) and b (1), times a factor."""
    s = min(1.0, max(0.0, share))
    return (
        (row[1] + (row[4] - row[1]) * s) * factor,
        (row[2] + (row[5] - row[2]) * s) * factor,
        (row[3] + (row[6] - row[3]) * s) * factor,
    )


@numba.njit(nogil=True, cache=True, fastmath=True)
def _seen(size, foot):  # type: ignore[no-untyped-def]
    """How much of a pattern of this size is left when a pixel covers `foot` metres: 1 near, 0 far."""
    return min(1.0, max(0.0, size / (1.2 * foot) - 0.35))


@numba.njit(nogil=True, cache=True, fastmath=True)
def _plain(row, place, foot, cells):  # type: ignore[no-untyped-def]
    u, v = place[0], place[1]
    w = place[2] + 0.31 * u + 0.23 * v
    seed = row[11] * 31.0
    clouds = 0.6 * noise(cells, u * 0.5 + seed, v * 0.5, w * 0.5) + 0.4 * noise(cells, u * 2.9, v * 2.9 + seed, w * 2.9)
    fine = noise(cells, u * 17, v * 17, w * 17 + seed) * _seen(0.06, foot)
    return _mixed(row, row[9] * 0.5 * max(0.0, clouds), 1.0 + row[9] * (0.2 * clouds + 0.1 * fine))


@numba.njit(nogil=True, cache=True, fastmath=True)
def _tiles(row, place, foot, cells, shifted):  # type: ignore[no-untyped-def]
    u, v, w = place
    j = int(np.floor(v / row[8]))
    along = u / row[7] + (0.5 * (j & 1) if shifted else 0.0)
    i = int(np.floor(along))
    fu, fv = (along - i) * row[7], v - j * row[8]
    joint = min(0.02, 0.035 * min(row[7], row[8]) + 0.002)
    near = _seen(min(row[7], row[8]), foot)
    open_joint = 1.0 if min(fu, fv) < joint else 0.0
    line = open_joint * _seen(joint * 2.0, foot) + 0.06 * (1.0 - _seen(joint * 2.0, foot))
    seed = int(row[11] * 977)
    tint = 1.0 + row[9] * (0.7 * (scattered(i + seed, j) - 0.5) * near + 0.10 * noise(cells, u * 0.4, v * 0.4, w * 0.4 + seed))
    fine = 0.12 * row[9] * noise(cells, u * 13, v * 13, w * 13) * _seen(0.08, foot)
    return _mixed(row, line, tint + fine)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _pane(row, place, cells, cell):  # type: ignore[no-untyped-def]
    """What is seen through a window: dim furniture, a curtain or a blind, the sky's reflection above."""
    u, v, high = place
    kind = scattered(cell + int(row[11] * 313), 5)
    dim = 0.03 + 0.10 * scattered(cell, 9)
    if kind < 0.3:  # a curtain
        dim = (0.25 + 0.3 * scattered(cell, 11)) * (0.85 + 0.2 * np.sin(u * 60.0))
    elif kind < 0.5 and high > 0.45:  # a blind, half down
        dim = 0.35 + 0.12 * np.sin(v * 120.0)
    else:
        dim *= 1.0 + 0.6 * noise(cells, u * 3.0, v * 3.0, cell * 1.7)
        dim += 0.14 * high
    return dim * 1.12, dim * 1.03, dim * 0.97


@numba.njit(nogil=True, cache=True, fastmath=True)
def _facade(row, place, foot, cells):  # type: ignore[no-untyped-def]
    u, v, _w = place
    i, j = int(np.floor(u / row[7])), int(np.floor(v / row[8]))
    fu, fv = u / row[7] - i, v / row[8] - j
    broad = 0.18 + 0.12 * row[11]
    if j == 0 and row[10] < 0.5:  # the ground floor of a house of flats has few windows
        broad += 0.1
    if broad < fu < 1 - broad and 0.28 < fv < 0.84:
        edge = min(min(fu - broad, 1 - broad - fu) * row[7], min(fv - 0.28, 0.84 - fv) * row[8])
        if edge < 0.06 or abs(fu - 0.5) * row[7] < 0.03:
            return row[4], row[5], row[6]
        return _pane(row, (u, v, (fv - 0.28) / 0.56), cells, i * 57 + j)
    sill = broad - 0.02 < fu < 1.02 - broad and 0.25 < fv <= 0.28
    b, g, r = _plain(row, place, foot, cells)
    bricks = 1.0
    if row[9] > 0.5:  # bricks show
        k = int(np.floor(v / 0.08))
        m = int(np.floor(u / 0.24 + 0.5 * (k & 1)))
        bricks = 1.0 + 0.3 * (scattered(m, k) - 0.5) * _seen(0.08, foot)
    if sill:
        bricks = 1.35
    return b * bricks, g * bricks, r * bricks


@numba.njit(nogil=True, cache=True, fastmath=True)
def _packet(row, i, j):  # type: ignore[no-untyped-def]
    """A bright colour of its own."""
    seed = int(row[11] * 711)
    return (
        0.04 + 0.6 * scattered(i + seed, j * 7) ** 1.5,
        0.04 + 0.6 * scattered(i + seed, j * 7 + 100) ** 1.5,
        0.04 + 0.6 * scattered(i + seed, j * 7 + 200) ** 1.5,
    )


@numba.njit(nogil=True, cache=True, fastmath=True)
def _shop(row, place, foot, cells):  # type: ignore[no-untyped-def]
    u, v, _w = place
    i = int(np.floor(u / row[7]))
    fu, seed = (u / row[7] - i), int(row[11] * 571)
    if v > row[8]:
        if v > row[8] + 0.7:
            return _plain(row, place, foot, cells)
        b, g, r = _packet(row, i, 3)
        letters = scattered(int(np.floor(u / 0.19)), i + seed) > 0.35 and abs(v - row[8] - 0.36) < 0.14 and 0.15 < fu < 0.8
        return (0.75, 0.78, 0.8) if letters else (b, g, r)
    frame = min(fu, 1 - fu) * row[7]
    if frame < 0.06 or v < 0.18:
        return row[4], row[5], row[6]
    door = scattered(i + seed, 2) < 0.4
    if door and abs(fu - 0.5) * row[7] < 0.04:
        return row[4], row[5], row[6]
    if scattered(i + seed, 1) < 0.25:  # a poster or a shutter
        b, g, r = _packet(row, i, 9)
        fade = 0.55 + 0.35 * noise(cells, u * 1.3, v * 1.3, seed * 1.0)
        return b * fade + 0.04, g * fade + 0.04, r * fade + 0.04
    dim = 0.05 + 0.14 * scattered(i + seed, 4)
    x, y = int(np.floor(u / 0.16)), int(np.floor(v / 0.28))
    if scattered(x, y + 31 * i) < 0.35 and v < 0.72 * row[8]:
        b, g, r = _packet(row, x, y)
        return b * 0.3 + dim * 0.7, g * 0.3 + dim * 0.7, r * 0.3 + dim * 0.7
    dim *= 1.0 + 0.5 * noise(cells, u * 2.2, v * 2.2, i * 3.1)
    return dim * 1.1, dim, dim * 0.95


@numba.njit(nogil=True, cache=True, fastmath=True)
def _goods(row, place, foot, cells):  # type: ignore[no-untyped-def]
    u, v, _w = place
    shelf = int(np.floor(v / row[8]))
    fv = v / row[8] - shelf
    if fv < 0.08:
        return row[4], row[5], row[6]
    wide = row[7] * (0.6 + 0.8 * scattered(shelf, int(row[11] * 99)))
    i = int(np.floor(u / wide))
    fu, group = u / wide - i, i // 3
    top = 0.62 + 0.3 * scattered(group, shelf + 11)
    if fv > top or scattered(group, shelf + 3) < 0.06:
        return row[1] * 0.25, row[2] * 0.25, row[3] * 0.25
    b, g, r = _packet(row, group, shelf)
    if 0.35 < fv < 0.52 and 0.2 < fu < 0.8:
        b, g, r = 0.55, 0.56, 0.57
    edge = 0.5 if fu < 0.08 else 1.0
    near = _seen(wide, foot)
    grey = 0.16 * (1 - near)
    return b * edge * near + grey, g * edge * near + grey, r * edge * near + grey


@numba.njit(nogil=True, cache=True, fastmath=True)
def _leaves(row, place, foot, cells):  # type: ignore[no-untyped-def]
    u, v, w = place
    coarse = noise(cells, u * 3.1, v * 3.1, w * 3.1)
    fine = noise(cells, u * 15, v * 15, w * 15) * _seen(0.07, foot)
    return _mixed(row, 0.5 + 0.35 * coarse + 0.2 * fine, max(0.25, 0.9 + 0.35 * fine + 0.15 * coarse))


@numba.njit(nogil=True, cache=True, fastmath=True)
def _planks(row, place, foot, cells):  # type: ignore[no-untyped-def]
    u, v, w = place
    i = int(np.floor(u / row[7]))
    fu = u / row[7] - i
    near = _seen(row[7], foot)
    gap = (1.0 if fu < 0.07 else 0.0) * near
    bend = 1.0 + 0.25 * row[8] * np.sin(fu * 6.2832) * near
    tint = 1.0 + row[9] * 0.5 * (scattered(i + int(row[11] * 77), 3) - 0.5) * near
    vein = 0.12 * row[9] * noise(cells, u * 22.0, v * 1.4, w * 22.0 + i) * _seen(0.05, foot)
    return _mixed(row, gap, (tint + vein) * bend)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _sign(row, place, foot, cells):  # type: ignore[no-untyped-def]
    u, v, _w = place
    seed = int(row[11] * 911)
    line, letter = int(np.floor(v / row[8])), int(np.floor(u / row[7]))
    fv = v / row[8] - line
    picture = scattered(line // 4, seed) < 0.4
    if picture:
        share = 0.5 + 0.5 * noise(cells, u * 2.1 + seed, v * 2.1, 0.5)
        return _mixed(row, share, 1.0 + 0.3 * noise(cells, u * 5.0, v * 5.0, seed * 1.0))
    ink = 0.25 < fv < 0.75 and scattered(letter + seed, line) < 0.55
    return _mixed(row, _seen(row[8], foot) if ink else 0.0, 1.0)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _shutter(row, place, foot, cells):  # type: ignore[no-untyped-def]
    wave = np.sin(place[1] / row[8] * 6.2832) * _seen(row[8], foot)
    b, g, r = _plain(row, place, foot, cells)
    factor = 1.0 + 0.28 * wave
    return b * factor, g * factor, r * factor


@numba.njit(nogil=True, cache=True, fastmath=True)
def _grain(row, place, foot, cells):  # type: ignore[no-untyped-def]
    u, v = place[0], place[1]
    w = place[2] + 0.31 * u + 0.23 * v  # a slanting cut through the volume hides that it repeats
    per = 1.0 / row[7]
    fine = noise(cells, u * per, v * per, w * per) * _seen(row[7], foot)
    middle = 0.6 * noise(cells, u * 1.3, v * 1.3, row[11] * 20) + 0.6 * noise(cells, u * 5.7, v * 5.7, w * 5.7)
    broad = noise(cells, u * 0.21, v * 0.21, w * 0.21 + row[11] * 40)
    share = 0.5 + row[9] * (0.3 * fine + 0.05 * middle + 0.12 * broad)
    return _mixed(row, share, 1.0 + row[9] * (0.18 * fine + 0.03 * middle + 0.06 * broad))


@numba.njit(nogil=True, cache=True, fastmath=True)
def _mural(row, place, foot, cells):  # type: ignore[no-untyped-def]
    u, v, _w = place
    x, y, seed = u / row[7], v / row[7], row[11] * 50.0
    share = noise(cells, x * 0.6 + seed, y * 0.6, 0.3)
    third = noise(cells, x * 0.9, y * 0.9 + seed, 7.7)
    if third > 0.9:
        return row[5], row[1], row[6]
    return _mixed(row, 1.0 if share > 0.15 else (0.35 if share > -0.4 else 0.0), 1.0)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _lockers(row, place, foot, cells):  # type: ignore[no-untyped-def]
    u, v, _w = place
    i, j = int(np.floor(u / row[7])), int(np.floor(v / row[8]))
    fu, fv = u - i * row[7], v - j * row[8]
    near = _seen(0.03, foot)
    if min(fu, fv) < 0.018:
        return _mixed(row, 0.8 * near, 1.0 - 0.6 * near)
    if abs(fu - 0.85 * row[7]) < 0.025 and abs(fv - 0.5 * row[8]) < 0.08:
        return 0.4, 0.4, 0.4
    tint = 1.0 + row[9] * (scattered(i + int(row[11] * 55), j) - 0.5)
    other = scattered(i, j + int(row[11] * 171)) < 0.12
    return _mixed(row, 0.8 if other else 0.0, tint)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _parquet(row, place, foot, cells):  # type: ignore[no-untyped-def]
    u, v, _w = place
    j = int(np.floor(v / row[8]))
    i = int(np.floor(u / row[7] + scattered(j, 3) * 7))
    near = _seen(row[8], foot)
    tint = 1.0 + row[9] * (scattered(i, j + int(row[11] * 31)) - 0.5) * near
    vein = 0.10 * noise(cells, u * 1.5, v * 22.0, 1.0) * near
    gap = 1.0 if v / row[8] - j < 0.05 else 0.0
    return _mixed(row, gap * near, tint + vein)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _stripes(row, place, foot, cells):  # type: ignore[no-untyped-def]
    along = (place[0] + place[1]) / row[7]
    share = 1.0 if along - np.floor(along) < 0.5 else 0.0
    near = _seen(row[7], foot)
    return _mixed(row, share * near + 0.5 * (1 - near), 1.0)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _first_kinds(kind, row, place, foot, cells):  # type: ignore[no-untyped-def]
    if kind == 0:
        return _plain(row, place, foot, cells)
    if kind == 1 or kind == 2:
        return _tiles(row, place, foot, cells, kind == 1 or row[11] > 0.6)
    if kind == 3:
        return _facade(row, place, foot, cells)
    if kind == 4:
        return _shop(row, place, foot, cells)
    if kind == 5:
        return _goods(row, place, foot, cells)
    if kind == 6:
        return _leaves(row, place, foot, cells)
    return _planks(row, place, foot, cells)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _other_kinds(kind, row, place, foot, cells):  # type: ignore[no-untyped-def]
    if kind == 8:
        return _sign(row, place, foot, cells)
    if kind == 10:
        return _shutter(row, place, foot, cells)
    if kind == 11:
        return _grain(row, place, foot, cells)
    if kind == 12:
        return _mural(row, place, foot, cells)
    if kind == 14:
        return _lockers(row, place, foot, cells)
    if kind == 15:
        return _parquet(row, place, foot, cells)
    if kind == 16:
        return _stripes(row, place, foot, cells)
    return row[1], row[2], row[3]


@numba.njit(nogil=True, cache=True, fastmath=True)
def colour_at(row, place, foot, cells):  # type: ignore[no-untyped-def]
    """Linear BGR of a surface at `place` (along, up, across; metres), where a pixel covers `foot` metres."""
    kind = int(row[0])
    if kind <= 7:
        return _first_kinds(kind, row, place, foot, cells)
    return _other_kinds(kind, row, place, foot, cells)
