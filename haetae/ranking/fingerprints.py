"""Rows of numbers told apart by one number each: what changed between two states is found by comparing these."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.ranking.rows import over_rows

_OFFSET, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)  # of FNV-1a (Fowler, Noll, Vo; 64 bits)


def fingerprints(ids: NDArray[np.uint64], halves: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """(n,) uint64 of rows with `ids` (n, 2) and the bits of their vectors `halves` (n, d): other rows, in all likelihood other
    numbers; among a million rows two collide with a chance of 3e-8."""
    found = np.empty(len(ids), np.uint64)
    over_rows(lambda a, b: _mix(ids, halves, a, b, found), len(ids))
    return found


@numba.njit(nogil=True, cache=True)
def _mix(ids, halves, first, end, found):  # type: ignore[no-untyped-def]
    for row in range(first, end):
        value = _OFFSET
        for at in range(ids.shape[1]):
            value = (value ^ ids[row, at]) * _PRIME
            value ^= value >> np.uint64(29)
        for at in range(halves.shape[1]):
            value = (value ^ np.uint64(halves[row, at])) * _PRIME
        found[row] = value ^ (value >> np.uint64(32))
