"""Which engine runs a network faster on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from haetae.domain.frame import Pixels
from haetae.models.catalogue import CatalogueEntry, Flavour
from haetae.models.drawn_person import portrait, street
from haetae.models.runtime import load
from haetae.models.spec import DETECTOR_INPUT, Task

_WARM_UP, _AT_LEAST = 2, 5


def known_input(entry: CatalogueEntry) -> Pixels:
    """The drawn picture that a network is tried with, as a batch of one: (1, height, width, 3) uint8 BGR."""
    size = entry.spec.input_size or DETECTOR_INPUT
    picture = street(size)[0] if entry.spec.task is Task.DETECTION else portrait(size)
    return np.asarray(picture[None], dtype=np.uint8)


def measure_ms(entry: CatalogueEntry, folder: Path, flavour: Flavour, *, budget_s: float = 0.8) -> dict[str, float]:
    """Milliseconds of processor time of one run with its preparation, one thread, f32, by engine, in the flavour's order.

    The engines take turns, so that whatever else the machine does slows both.
    """
    runs: dict[str, Callable[[], object]] = {}
    image = known_input(entry)
    for engine in flavour.engines:
        parameters = {"kind": entry.kind, "file": flavour.files[0].name, "engine": engine, "precision": "f32", **entry.parameters}
        run = load(parameters, folder)
        runs[engine] = lambda run=run: run(image)  # type: ignore[misc]
    return in_turns(runs, budget_s)


def in_turns(
    runs: dict[str, Callable[[], object]], budget_s: float, clock: Callable[[], float] = time.process_time
) -> dict[str, float]:
    """Milliseconds of the quickest run of each of `runs`, which take turns for `budget_s` after some unmeasured ones.

    The work is always the same, so the quickest run is the one that nothing else disturbed. The default clock counts this
    process's own processor time, which other work on the machine cannot stretch; pass `time.perf_counter` for waiting time.
    """
    for _ in range(_WARM_UP):
        for run in runs.values():
            run()
    quickest = dict.fromkeys(runs, float("inf"))
    until = time.perf_counter() + budget_s
    turn = 0
    while turn < _AT_LEAST or time.perf_counter() < until:
        for name, run in runs.items():
            start = clock()
            run()
            quickest[name] = min(quickest[name], 1e3 * (clock() - start))
        turn += 1
    return {name: round(cost, 3) for name, cost in quickest.items()}
