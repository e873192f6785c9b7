"""The curves of a run: one point every few steps, as CSV and as a picture."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from haetae.errors import Misconfigured
from haetae.training.runs.files import write_text

Point = dict[str, float]
FIXED = ("step", "seconds", "learning_rate")
"""Columns that every run has. `seconds` is the only one that differs between two runs of one recipe and seed."""


@dataclass(slots=True)
class Curves:
    """`points` are finished; `sums` and `n` collect the next one. Columns that were measured are named "measured_..."."""

    points: list[Point] = field(default_factory=list)
    sums: dict[str, float] = field(default_factory=dict)
    n: int = 0

    def add(self, losses: Mapping[str, float]) -> None:
        """The losses of one step."""
        for name, value in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
        self.n += 1

    def close(self, step: int, seconds: float, learning_rate: float, measured: Mapping[str, float] | None = None) -> None:
        """Ends a point with the means of what was added since the last one."""
        point: Point = {"step": step, "seconds": round(seconds, 3), "learning_rate": learning_rate}
        if self.n:
            point |= {name: total / self.n for name, total in self.sums.items()}
        point |= {f"measured_{name}": value for name, value in (measured or {}).items()}
        self.points.append(point)
        self.sums, self.n = {}, 0

    @property
    def columns(self) -> list[str]:
        """All that any point has, in the order of their first appearance."""
        return list(dict.fromkeys(name for point in self.points for name in point))

    def write(self, file: Path) -> None:
        """As CSV; a point that lacks a column leaves it empty."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.points)
        write_text(file, text.getvalue())


def read_curves(file: Path) -> Curves:
    """Of a CSV that `write` wrote. Raises Misconfigured where there is none."""
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            points = [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(opened)]
    except (OSError, ValueError) as error:
        raise Misconfigured(f"There are no curves in {file}: {error}.") from error
    return Curves(points)


def draw(curves: Mapping[str, Curves], file: Path) -> None:
    """One panel a column, one line a run (by its name), over steps: of one run, or of several to compare."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # takes half a second to import
    from matplotlib.figure import Figure

    columns = [name for name in dict.fromkeys(c for each in curves.values() for c in each.columns) if name not in FIXED[:2]]
    columns.sort(key=lambda name: (name != "total", name.startswith("measured_"), name == "learning_rate"))
    if not columns:
        return
    n_wide = min(3, len(columns))
    n_high = math.ceil(len(columns) / n_wide)
    figure = Figure(figsize=(4.6 * n_wide, 3.2 * n_high), layout="constrained")
    FigureCanvasAgg(figure)
    for i, column in enumerate(columns):
        panel = figure.add_subplot(n_high, n_wide, i + 1)
        for name, each in curves.items():
            steps, values = _line(each.points, column)
            panel.plot(steps, values, marker="." if len(steps) < 30 else None, label=name, linewidth=1.2)
        panel.set_title(column, fontsize=9)
        panel.tick_params(labelsize=7)
        panel.grid(alpha=0.3)
    if len(curves) > 1:
        figure.legend(list(curves), loc="outside lower center", fontsize=8, ncols=min(4, len(curves)))
    figure.savefig(str(file), dpi=110)


def _line(points: Sequence[Point], column: str) -> tuple[list[float], list[float]]:
    there = [point for point in points if column in point]
    return [point["step"] for point in there], [point[column] for point in there]
