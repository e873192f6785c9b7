"""Several runs beside each other: one plot of their curves, one table of what they differ in and what they reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haetae.training.parameters import flat
from haetae.training.runs.curves import draw
from haetae.training.runs.run import Run


@dataclass(frozen=True, slots=True)
class Comparison:
    """`rows` by column; the columns are the parameters that differ, the figures, and the cost."""

    columns: list[str]
    rows: list[dict[str, Any]]


def compared(runs: Sequence[Run], plot: Path) -> Comparison:
    """Draws into `plot`. Raises Misconfigured where a run has no curves yet."""
    draw({run.name: run.curves for run in runs}, plot)
    parameters = [dict(flat(run.parameters)) for run in runs]
    names = list(dict.fromkeys(name for each in parameters for name in each))
    differing = [name for name in names if len({str(each.get(name)) for each in parameters}) > 1]
    rows = [
        {"run": run.name}
        | {name: each.get(name) for name in differing}
        | {"steps": run.curves.points[-1]["step"] if run.curves.points else 0}
        | run.measured
        | {name: run.result.get(name) for name in ("wall_s", "cpu_s", "n_parameters")}
        for run, each in zip(runs, parameters, strict=True)
    ]
    return Comparison(list(dict.fromkeys(name for row in rows for name in row)), rows)
