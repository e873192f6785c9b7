"""Exact distances to rows that are kept as halves, as they are stored."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.machine_words import as_single
from haetae.ranking.rows import over_rows

Halves = NDArray[np.uint16]
"""(n, d) the bits of IEEE halves."""

_REBIASED = np.float32(2.0**112)  # a half's exponent has 15 for 0, a single's 127


def to_halves(vectors: Vectors) -> Halves:
    """(n, d) float32 rounded to halves."""
    return vectors.astype(np.float16).view(np.uint16)


def nearest_distances(rows: Halves, at: NDArray[np.int64], probes: Vectors) -> NDArray[np.float32]:
    """(m,) float32: the cosine distance 0-2 of each of the rows `at` (m,) to the nearest of `probes` (k, d), in half precision.

    No row is zero. The same numbers as PostgreSQL's `<=>` on halfvec, but for single precision's last digits.
    """
    singles = to_halves(probes).view(np.float16).astype(np.float32)
    singles /= np.linalg.norm(singles, axis=1, keepdims=True)
    found = np.empty(len(at), np.float32)
    over_rows(lambda first, end: _distances(first, end, rows, at, singles, found), len(at))
    return found


@numba.njit(nogil=True, cache=True, fastmath={"reassoc", "contract"})
def _distances(first, end, rows, at, probes, found):  # type: ignore[no-untyped-def]
    d = rows.shape[1]
    row = np.empty(d, np.float32)
    for place in range(first, end):
        half = rows[at[place]]
        # one plain loop a step, each of which the compiler turns into vector instructions
        for z in range(d):
            # sign and magnitude moved to where a single has them, then scaled: right for subnormal halves as well
            moved = (np.int32(half[z]) & np.int32(0x7FFF)) << np.int32(13)
            row[z] = as_single(moved | ((np.int32(half[z]) & np.int32(0x8000)) << np.int32(16))) * _REBIASED
        square = np.float32(0)
        for z in range(d):
            square += row[z] * row[z]
        best = np.float32(-1)
        for probe in range(probes.shape[0]):
            product = np.float32(0)
            for z in range(d):
                product += row[z] * probes[probe, z]
            best = max(best, product / np.sqrt(square))
        found[place] = min(max(np.float32(1) - best, np.float32(0)), np.float32(2))
