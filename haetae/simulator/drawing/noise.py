"""Smooth noise that repeats, for cloth, walls and ground: one small volume, looked up by every kernel."""

from __future__ import annotations

from functools import cache

import numba
import numpy as np
from numpy.typing import NDArray

SIDE = 32
"""Cells of the volume along each axis: a power of two."""


@cache
def volume() -> NDArray[np.float32]:
    """(SIDE, SIDE, SIDE, 4) float32: a value of mean 0 and deviation 1, then its slope along x, y and z a cell."""
    rng = np.random.default_rng(1)
    value = np.zeros((SIDE, SIDE, SIDE))
    for octave, weight in ((4, 0.5), (8, 0.35), (16, 0.25)):
        spectrum = np.fft.fftn(rng.normal(size=(octave, octave, octave)))
        wide = np.zeros((SIDE, SIDE, SIDE), np.complex128)
        waves = np.fft.fftfreq(octave, 1 / octave).astype(int)
        wide[np.ix_(waves, waves, waves)] = spectrum
        smooth = np.fft.ifftn(wide).real
        value += weight * smooth / smooth.std()
    value /= value.std()
    slopes = [(np.roll(value, -1, axis) - np.roll(value, 1, axis)) / 2 for axis in range(3)]
    return np.ascontiguousarray(np.stack([value, *slopes], axis=-1), dtype=np.float32)


@numba.njit(nogil=True, cache=True, fastmath=True)
def _mixed(cells, corner, share, channel):  # type: ignore[no-untyped-def]
    """One channel between the eight cells around a place."""
    i, j, k = corner
    x, y, z = share
    i1, j1, k1 = (i + 1) & (SIDE - 1), (j + 1) & (SIDE - 1), (k + 1) & (SIDE - 1)
    a = cells[i, j, k, channel] * (1 - z) + cells[i, j, k1, channel] * z
    b = cells[i, j1, k, channel] * (1 - z) + cells[i, j1, k1, channel] * z
    c = cells[i1, j, k, channel] * (1 - z) + cells[i1, j, k1, channel] * z
    d = cells[i1, j1, k, channel] * (1 - z) + cells[i1, j1, k1, channel] * z
    return (a * (1 - y) + b * y) * (1 - x) + (c * (1 - y) + d * y) * x


@numba.njit(nogil=True, cache=True, fastmath=True)
def noise(cells, x, y, z):  # type: ignore[no-untyped-def]
    """The value at a place in cells: mean 0, deviation 1."""
    i, j, k = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    corner = (i & (SIDE - 1), j & (SIDE - 1), k & (SIDE - 1))
    return _mixed(cells, corner, (x - i, y - j, z - k), 0)


@numba.njit(nogil=True, cache=True, fastmath=True)
def sloped_noise(cells, x, y, z):  # type: ignore[no-untyped-def]
    """The value and its slopes along x, y and z at a place in cells."""
    i, j, k = int(np.floor(x)), int(np.floor(y)), int(np.floor(z))
    x, y, z = np.float32(x - i), np.float32(y - j), np.float32(z - k)
    value = dx = dy = dz = np.float32(0)
    for di in range(2):
        p, wx = (i + di) & (SIDE - 1), (x if di else np.float32(1) - x)
        for dj in range(2):
            q, wy = (j + dj) & (SIDE - 1), wx * (y if dj else np.float32(1) - y)
            for dk in range(2):
                r, weight = (k + dk) & (SIDE - 1), wy * (z if dk else np.float32(1) - z)
                value += weight * cells[p, q, r, 0]
                dx += weight * cells[p, q, r, 1]
                dy += weight * cells[p, q, r, 2]
                dz += weight * cells[p, q, r, 3]
    return value, dx, dy, dz


@numba.njit(nogil=True, cache=True)
def scattered(i, j):  # type: ignore[no-untyped-def]
    """A number in 0-1 that looks random, the same for the same two whole numbers."""
    n = (np.int64(i) * 374761393 + np.int64(j) * 668265263) & 0xFFFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((n ^ (n >> 16)) & 0xFFFF) / 65535.0
