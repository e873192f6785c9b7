"""Scans rows of sign bits: an estimate for each row that a filter leaves, and the best of them by counting."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.ranking.machine_words import bits_set
from haetae.ranking.rows import over_rows
from haetae.ranking.sign_bits import Bits, Planes

N_STEPS = 1 << 15
_STEPS_PER_COSINE = 8192.0  # estimates from -2 to 2 become the numbers 1 to N_STEPS - 1
_BLOCK = 512  # rows at a time
OUTSIDE = 0  # the number of a row that the filter leaves out


@dataclass(frozen=True, slots=True, eq=False)
class ScannedRows:
    """n rows with what is filtered by. Times are microseconds since any epoch; `camera` indexes `Wanted.cameras`.

    `bits` (n, words) and `factors` (n,) of a SignCode; `started`, `ended` (n,) int64; `camera` (n,) int32; `gone_from` (n,)
    uint32, the generation from which a row counts no more.
    """

    bits: Bits
    factors: NDArray[np.float32]
    started: NDArray[np.int64]
    ended: NDArray[np.int64]
    camera: NDArray[np.int32]
    gone_from: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """Rows that start before `end_us`, end at `start_us` or later, are of a camera whose entry of `cameras` is True, and are
    there in `generation`."""

    start_us: int
    end_us: int
    cameras: NDArray[np.bool_]
    generation: int


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """`steps` (n,) uint16, large is near, OUTSIDE where the filter leaves a row out; `counts` (N_STEPS,) rows of each step."""

    steps: NDArray[np.uint16]
    counts: NDArray[np.int64]

    @property
    def n_inside(self) -> int:
        """How many rows the filter leaves."""
        return int(self.counts[OUTSIDE + 1 :].sum())

    def best(self, m: int) -> NDArray[np.int64]:
        """The m rows (all inside, where there are fewer) with the largest estimates; of equal ones the first rows. Ascending."""
        at_least = np.cumsum(self.counts[::-1])[::-1]
        inside = int(at_least[OUTSIDE + 1])
        if m >= inside:
            return np.flatnonzero(self.steps)
        if m < 1:
            return np.empty(0, np.int64)
        lowest = int(np.flatnonzero(at_least >= m)[-1])
        room = m - (int(at_least[lowest + 1]) if lowest + 1 < N_STEPS else 0)
        rows = np.empty(m, np.int64)
        _collect(self.steps, lowest, room, rows)
        return rows


def estimated(parts: Sequence[ScannedRows], wanted: Wanted, planes: Planes) -> Estimates:
    """Estimates of the cosine between each row and the probe nearest to it, over all parts one after the other."""
    edges = np.cumsum([0, *(len(part.camera) for part in parts)])
    n = int(edges[-1])
    steps = np.empty(n, np.uint16)
    counts = np.zeros(N_STEPS, np.int64)
    adding = threading.Lock()

    def over(first: int, end: int) -> None:
        found = np.zeros(N_STEPS, np.int64)
        for part, at in zip(parts, edges, strict=False):
            low, high = max(first - int(at), 0), min(end - int(at), len(part.camera))
            if low < high:
                _estimate(low, high, _arrays(part), _filter(wanted), _compared(planes), steps[at:], found)
        with adding:
            np.add(counts, found, out=counts)

    over_rows(over, n)
    return Estimates(steps, counts)


def _arrays(part: ScannedRows) -> tuple[Bits, NDArray[np.float32], tuple[NDArray[np.generic], ...]]:
    return part.bits, part.factors, (part.started, part.ended, part.camera, part.gone_from)


def _filter(wanted: Wanted) -> tuple[np.int64, np.int64, NDArray[np.bool_], np.uint32]:
    return np.int64(wanted.start_us), np.int64(wanted.end_us), wanted.cameras, np.uint32(wanted.generation)


def _compared(planes: Planes) -> tuple[NDArray[np.uint64], NDArray[np.float32], np.float32]:
    return planes.words, planes.middle, np.float32(planes.step)


@numba.njit(nogil=True, cache=True)
def _estimate(first, end, arrays, wanted, planes, steps, counts):  # type: ignore[no-untyped-def]
    """Fills rows first..end of `steps`, and adds to `counts`. Some rows at a time, a plain loop a task: those become vector
    instructions, which one loop for everything does not."""
    bits, factors, facts = arrays
    words, middle, step = planes
    inside = np.empty(_BLOCK, np.int64)
    best = np.empty(_BLOCK, np.float32)
    product = np.empty(_BLOCK, np.float32)
    for low in range(first, end, _BLOCK):
        high = min(end, low + _BLOCK)
        steps[low:high] = OUTSIDE
        n = _choose(low, high, facts, wanted, inside)
        if n == 0:
            continue
        _multiply(bits, inside, n, words[0], middle[0], best)
        for probe in range(1, len(words)):
            _multiply(bits, inside, n, words[probe], middle[probe], product)
            for place in range(n):
                best[place] = max(best[place], product[place])
        for place in range(n):
            scaled = (best[place] * step * factors[inside[place]] + np.float32(2)) * np.float32(_STEPS_PER_COSINE)
            steps[inside[place]] = np.int32(min(max(scaled, np.float32(1)), np.float32(N_STEPS - 1)))
        for place in range(n):
            counts[steps[inside[place]]] += 1


@numba.njit(nogil=True, cache=True)
def _choose(low, high, facts, wanted, inside):  # type: ignore[no-untyped-def]
    """How many of the rows low..high are wanted, and which."""
    started, ended, camera, gone_from = facts
    start_us, end_us, cameras, generation = wanted
    n = 0
    for row in range(low, high):
        inside[n] = row
        here = (started[row] < end_us) & (ended[row] >= start_us) & (gone_from[row] > generation)
        n += int(here & cameras[camera[row]])
    return n


@numba.njit(nogil=True, cache=True)
def _multiply(bits, inside, n, words, middle, product):  # type: ignore[no-untyped-def]
    """The dot products of n rows' signs with a probe's levels, in steps of the levels."""
    n_words = bits.shape[1]
    for place in range(n):
        row = inside[place]
        total = np.uint64(0)
        for word in range(n_words):
            signs = bits[row, word]
            ones = bits_set(signs)
            # the probe's levels 0..15 stand for -7.5..7.5 steps, a bit for -1 or 1: twice the levels at ones, less 15 a one
            total += ones - (ones << np.uint64(4))
            total += bits_set(signs & words[0, word]) << np.uint64(1)
            total += bits_set(signs & words[1, word]) << np.uint64(2)
            total += bits_set(signs & words[2, word]) << np.uint64(3)
            total += bits_set(signs & words[3, word]) << np.uint64(4)
        product[place] = np.float32(np.int64(total)) + middle  # a negative sum wraps around, and back


@numba.njit(nogil=True, cache=True)
def _collect(steps, lowest, room, rows):  # type: ignore[no-untyped-def]
    """All rows above `lowest`, and the first `room` of those at it."""
    place = 0
    for row in range(len(steps)):
        if steps[row] > lowest or (steps[row] == lowest and room > 0):
            room -= np.int64(steps[row] == lowest)
            rows[place] = row
            place += 1
            if place == len(rows):
                return
