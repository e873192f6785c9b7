"""A study: a grid of parameters x data sets x folds, every cell once, one table."""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

from haetae.errors import Misconfigured
from haetae.training.export.card import table
from haetae.training.runs.files import write_text
from haetae.training.runs.progress import Told

Parameters = Mapping[str, str]
Cell = Callable[[Parameters, str, int], Mapping[str, float]]
"""Figures of one choice on one data set with one fold held out."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be tried: each of `grid` with each other, on each of `data`, `n_folds` times."""

    grid: Mapping[str, Sequence[str]]
    data: Sequence[str]
    n_folds: int

    @property
    def choices(self) -> list[dict[str, str]]:
        return [dict(zip(self.grid, values, strict=True)) for values in itertools.product(*self.grid.values())]

    def cells(self) -> Iterator[tuple[dict[str, str], str, int]]:
        for data in self.data:
            for choice in self.choices:
                for fold in range(self.n_folds):
                    yield choice, data, fold


@dataclass(frozen=True, slots=True)
class Row:
    """One choice on one data set: each figure's values over the folds."""

    data: str
    parameters: Parameters
    figures: Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Study:
    """`rows` in the order of the plan. Also written as study.md and study.csv."""

    folder: Path
    rows: Sequence[Row]


def studied(plan: Plan, cell: Cell, folder: Path, told: Told, figure: str) -> Study:
    """Fills the cells that are not filled yet (each is kept as soon as it is), and writes the table.

    `figure` decides what is best. Raises Misconfigured where the figure is not among those of the cells.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "cells.jsonl"
    done = _read(kept)
    cells = list(plan.cells())
    for i, (choice, data, fold) in enumerate(cells):
        key = _key(choice, data, fold, plan.n_folds)
        if key not in done:
            done[key] = dict(cell(choice, data, fold))
            if figure not in done[key]:
                raise Misconfigured(f"There is no figure '{figure}'; there are {', '.join(done[key])}.")
            _append(kept, {"key": key, "figures": done[key]})
        told.note(f"{i + 1}/{len(cells)}: {data} {choice} fold {fold}: {figure} {done[key][figure]:.4g}")
    study = Study(folder, list(_rows(plan, done)))
    write_text(folder / "study.md", markdown(study, figure, plan.n_folds))
    write_text(folder / "study.csv", _csv(study))
    return study


def chosen_elsewhere(rows: Sequence[Row], figure: str) -> float | None:
    """What the choice is worth on data that did not make it: for each fold the best of the others' mean, judged on that fold.

    `rows` are of one data set. None with fewer than two folds.
    """
    values = [row.figures[figure] for row in rows]
    n_folds = len(values[0])
    if n_folds < 2:
        return None
    judged = []
    for fold in range(n_folds):
        others = [fmean(v for i, v in enumerate(each) if i != fold) for each in values]
        judged.append(values[others.index(max(others))][fold])
    return fmean(judged)


def markdown(study: Study, figure: str, n_folds: int) -> str:
    """The one table: mean ± standard deviation over the folds, the best of each data set in bold, and what choosing costs."""
    names = list(study.rows[0].parameters)
    figures = list(study.rows[0].figures)
    lines = []
    remarks = []
    for data, group in itertools.groupby(study.rows, key=lambda row: row.data):
        rows = list(group)
        best = max(fmean(row.figures[figure]) for row in rows)
        for row in rows:
            cells = [f"{fmean(row.figures[f]):.4f} ± {pstdev(row.figures[f]):.4f}" for f in figures]
            if fmean(row.figures[figure]) == best:
                cells[figures.index(figure)] = f"**{cells[figures.index(figure)]}**"
            lines.append((data, *(row.parameters[n] for n in names), *cells))
        fair = chosen_elsewhere(rows, figure)
        if fair is not None:
            remarks.append(f"- {data}: {figure} {fair:.4f} where each fold is judged by what was best on the others.")
    head = f"{len(study.rows)} choices, {n_folds} fold(s) each, mean ± standard deviation over the folds."
    return "\n\n".join([head, table(("data", *names, *figures), lines), "\n".join(remarks)]).strip() + "\n"


def _rows(plan: Plan, done: Mapping[str, Mapping[str, float]]) -> Iterator[Row]:
    for data in plan.data:
        for choice in plan.choices:
            folds = [done[_key(choice, data, fold, plan.n_folds)] for fold in range(plan.n_folds)]
            names = [name for name in folds[0] if all(name in each for each in folds)]
            yield Row(data, choice, {name: [each[name] for each in folds] for name in names})


def _csv(study: Study) -> str:
    """One line a cell: for other programs."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names, figures = list(study.rows[0].parameters), list(study.rows[0].figures)
    writer.writerow(["data", *names, "fold", *figures])
    for row in study.rows:
        for fold in range(len(row.figures[figures[0]])):
            writer.writerow([row.data, *(row.parameters[n] for n in names), fold, *(row.figures[f][fold] for f in figures)])
    return text.getvalue()


def _key(choice: Parameters, data: str, fold: int, n_folds: int) -> str:
    return json.dumps([data, dict(choice), fold, n_folds], sort_keys=True)


def _read(file: Path) -> dict[str, dict[str, float]]:
    """A last line that a kill cut off is not there."""
    done: dict[str, dict[str, float]] = {}
    if file.is_file():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                kept = json.loads(line)
            except ValueError:
                continue
            done[kept["key"]] = kept["figures"]
    return done


def _append(file: Path, content: Mapping[str, Any]) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write("\n" * _is_cut_off(file) + json.dumps(content) + "\n")
        opened.flush()
        os.fsync(opened.fileno())


def _is_cut_off(file: Path) -> bool:
    content = file.read_bytes()
    return bool(content) and not content.endswith(b"\n")
