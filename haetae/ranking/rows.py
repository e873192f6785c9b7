"""Runs a compiled kernel over ranges of rows on several threads.

The kernels are numba functions that release the interpreter's lock, so plain threads suffice: no threading layer of numba's is
involved (its default one ends the process when two requests enter it at once), and compiled code can be cached on disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import pairwise

BLOCK_BYTES = 64 << 20  # of dense rows held at a time
SMALLEST_RANGE = 256  # rows: below this a thread costs more than it saves


def at_once(bytes_a_row: int, *, least: int = 64) -> int:
    """How many dense rows to hold at a time: BLOCK_BYTES of them, but not below `least` and not above 1,024."""
    return max(least, min(1024, BLOCK_BYTES // max(1, bytes_a_row)))


def over_rows(kernel: Callable[[int, int], object], n_rows: int) -> None:
    """Calls `kernel(first, end)` so that the ranges cover 0..n_rows once. Raises what the kernel raises."""
    n_ranges = min(_n_threads(), max(1, n_rows // SMALLEST_RANGE))
    if n_ranges == 1:
        kernel(0, n_rows)
        return
    edges = [n_rows * part // n_ranges for part in range(n_ranges + 1)]
    others = [_threads().submit(kernel, first, end) for first, end in pairwise(edges[1:])]
    try:
        kernel(0, edges[1])  # by the caller's own thread: one less to wake
    finally:
        wait(others)
    for done in others:
        done.result()


@cache
def _threads() -> ThreadPoolExecutor:
    """Kept: starting a thread costs as much as a small kernel. A kernel never calls `over_rows` itself."""
    return ThreadPoolExecutor(max(1, _n_threads() - 1), thread_name_prefix="rows")


def _n_threads() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
