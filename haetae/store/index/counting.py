"""How many rows of a day a filter leaves, and which of them are among some ids: without reading a vector."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from haetae.domain.sighting_ids import Ids
from haetae.ranking.sign_bit_scan import Wanted
from haetae.store.index.day_rows import DayView

_MARKS = 1 << 16  # bits that ids fall on: so few ids leave most of them free


def count_inside(view: DayView, wanted: Wanted) -> int:
    """How many rows the filter leaves; nothing is read where it leaves all or none."""
    if view.n == 0 or view.first_us >= wanted.end_us or view.last_us < wanted.start_us:
        return 0
    if view.last_start_us < wanted.end_us and view.first_end_us >= wanted.start_us and wanted.cameras.all():
        return view.n_here
    return int(_count(_facts(view), _filter(wanted)))


def inside_among(view: DayView, wanted: Wanted, ids: Ids) -> int:
    """How many rows that the filter leaves have one of the `ids` (k, 2)."""
    if view.n == 0 or not len(ids):
        return 0
    marks = np.zeros(_MARKS, np.bool_)
    marks[_mark_of(ids)] = True
    rows = np.flatnonzero(_marked(view.ids, marks, _facts(view), _filter(wanted)))
    known = set(map(tuple, ids.tolist()))
    return sum(tuple(id) in known for id in view.ids[rows].tolist())


def warm_up() -> None:
    """Compiles what counts, so that no query waits for the compiler."""
    no_times, none = np.empty(0, np.int64), np.empty(0, np.uint32)
    facts = (no_times, no_times, np.empty(0, np.int32), none)
    wanted = (np.int64(0), np.int64(0), np.ones(1, np.bool_), np.uint32(0))
    _count(facts, wanted)
    _marked(np.empty((0, 2), np.uint64), np.zeros(_MARKS, np.bool_), facts, wanted)


def _mark_of(ids: Ids) -> NDArray[np.uint64]:
    return (ids[:, 0] ^ ids[:, 1]) & np.uint64(_MARKS - 1)


def _facts(view: DayView) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32], NDArray[np.uint32]]:
    rows = view.scanned
    return rows.started, rows.ended, rows.camera, rows.gone_from


def _filter(wanted: Wanted) -> tuple[np.int64, np.int64, NDArray[np.bool_], np.uint32]:
    return np.int64(wanted.start_us), np.int64(wanted.end_us), wanted.cameras, np.uint32(wanted.generation)


@numba.njit(nogil=True, cache=True)
def _count(facts, wanted):  # type: ignore[no-untyped-def]
    started, ended, camera, gone_from = facts
    start_us, end_us, cameras, generation = wanted
    n = 0
    for row in range(len(started)):
        here = (started[row] < end_us) & (ended[row] >= start_us) & (gone_from[row] > generation)
        n += int(here & cameras[camera[row]])
    return n


@numba.njit(nogil=True, cache=True)
def _marked(ids, marks, facts, wanted):  # type: ignore[no-untyped-def]
    started, ended, camera, gone_from = facts
    start_us, end_us, cameras, generation = wanted
    found = np.zeros(len(started), np.bool_)
    last = np.uint64(len(marks) - 1)
    for row in range(len(started)):
        if marks[(ids[row, 0] ^ ids[row, 1]) & last]:
            here = (started[row] < end_us) & (ended[row] >= start_us) & (gone_from[row] > generation)
            found[row] = here & cameras[camera[row]]
    return found
