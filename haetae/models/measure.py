"""Which engine runs a network faster on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from haetae.domain.frame import Pixels
from haetae.models.catalogue import CatalogueEntry, Flavour
from haetae.models.drawn_person import portrait, street
from haetae.models.runtime import load
from haetae.models.spec import DETECTOR_INPUT, Task


def known_input(entry: CatalogueEntry) -> Pixels:
    """The drawn picture that a network is tried with, as a batch of one: (1, height, width, 3) uint8 BGR."""
    size = entry.spec.input_size or DETECTOR_INPUT
    picture = street(size)[0] if entry.spec.task is Task.DETECTION else portrait(size)
    return np.asarray(picture[None], dtype=np.uint8)


def measure_ms(entry: CatalogueEntry, folder: Path, flavour: Flavour, *, budget_s: float = 0.8) -> dict[str, float]:
    """Typical milliseconds of one undisturbed run with its preparation, one thread, f32, by engine, in the flavour's order.

    The engines take turns, so that whatever else the machine does slows both.
    """
    runs: dict[str, Callable[[], object]] = {}
    image = known_input(entry)
    for engine in flavour.engines:
        parameters = {"kind": entry.kind, "file": flavour.files[0].name, "engine": engine, "precision": "f32", **entry.parameters}
        run = load(parameters, folder)
        runs[engine] = lambda run=run: run(image)  # type: ignore[misc]
    return in_turns(runs, budget_s)


def in_turns(runs: dict[str, Callable[[], object]], budget_s: float, warm_up: int = 2, at_least: int = 5) -> dict[str, float]:
    """Typical milliseconds of each of `runs`, which take turns for `budget_s` after some unmeasured ones."""
    costs: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(warm_up):
        for run in runs.values():
            run()
    until = time.perf_counter() + budget_s
    turn = 0
    while turn < at_least or (time.perf_counter() < until and turn < 60):
        for name, run in runs.items():
            costs[name].append(_milliseconds(run))
        turn += 1
    return {name: round(_typical(times), 3) for name, times in costs.items()}


def _milliseconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return 1e3 * (time.perf_counter() - start)


def _typical(times: Sequence[float]) -> float:
    """The lower quartile: a machine with other work interrupts half of the runs, but not the best quarter."""
    return float(np.quantile(times, 0.25))
