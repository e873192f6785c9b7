"""A search with Optuna that goes on where it was interrupted."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna

from haetae.errors import Misconfigured, Poison
from haetae.training.runs.files import write_json, write_text
from haetae.training.runs.progress import Told
from haetae.training.tuning.space import Space, Value, suggested

Objective = Callable[[Mapping[str, Value]], Mapping[str, float]]
"""Figures of one choice. Raises Poison where it cannot be fitted: that choice is then left out."""

_STORAGE = "trials.journal"


@dataclass(frozen=True, slots=True)
class Aim:
    """Which figure, and which way is better."""

    figure: str
    maximise: bool = True


@dataclass(frozen=True, slots=True)
class Effort:
    """How many trials, over all calls; `first` are tried before anything else."""

    n_trials: int
    seed: int = 0
    first: tuple[Mapping[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Tried:
    """One choice and its figures."""

    number: int
    parameters: Mapping[str, Value]
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Searched:
    """All that was tried, and the best of it. Also written as trials.csv, best.json and search.png into the folder."""

    folder: Path
    aim: Aim
    trials: tuple[Tried, ...]

    @property
    def best(self) -> Tried:
        """Raises Misconfigured where nothing could be fitted."""
        if not self.trials:
            raise Misconfigured("Not one choice could be fitted: try another space.")
        ordered = sorted(self.trials, key=lambda trial: trial.figures[self.aim.figure])
        return ordered[-1] if self.aim.maximise else ordered[0]


def searched(folder: Path, space: Space, objective: Objective, aim: Aim, effort: Effort, told: Told) -> Searched:
    """Tries until as many trials as asked for were finished over all calls.

    The search is a tree of Parzen estimators (Bergstra et al., NIPS 2011). A trial that a kill cut off is tried again first.
    Raises Misconfigured where the figure is not among the objective's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    backend = optuna.storages.journal.JournalFileBackend(str(folder / _STORAGE))
    study = optuna.create_study(
        study_name="search",
        storage=optuna.storages.JournalStorage(backend),
        direction="maximize" if aim.maximise else "minimize",
        load_if_exists=True,
    )
    study.sampler = optuna.samplers.TPESampler(seed=effort.seed + len(study.trials))
    _prepare(study, effort.first)

    def tried(trial: Any) -> float:
        figures = objective(suggested(trial, space))
        if aim.figure not in figures:
            raise Misconfigured(f"There is no figure '{aim.figure}'; there are {', '.join(figures)}.")
        trial.set_user_attr("figures", dict(figures))
        told.note(f"trial {trial.number}: {aim.figure} {figures[aim.figure]:.4g} with {trial.params}")
        return float(figures[aim.figure])

    left = effort.n_trials - len(_finished(study))
    if left > 0:
        study.optimize(tried, n_trials=left, catch=(Poison,))
    done = Searched(folder, aim, tuple(Tried(t.number, t.params, t.user_attrs["figures"]) for t in _finished(study)))
    _write(done)
    return done


def _finished(study: Any) -> list[Any]:
    return [trial for trial in study.trials if trial.state == optuna.trial.TrialState.COMPLETE]


def _prepare(study: Any, first: Sequence[Mapping[str, Value]]) -> None:
    """What was cut off comes again; what is to come first is put there once."""
    if not study.trials:
        for parameters in first:
            study.enqueue_trial(dict(parameters))
    for trial in study.trials:
        if trial.state == optuna.trial.TrialState.RUNNING:
            study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
            study.enqueue_trial(dict(trial.params))


def _write(done: Searched) -> None:
    names = list(dict.fromkeys(name for trial in done.trials for name in trial.parameters))
    figures = list(dict.fromkeys(name for trial in done.trials for name in trial.figures))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["trial", *names, *figures])
    for trial in done.trials:
        writer.writerow([trial.number, *(trial.parameters.get(n) for n in names), *(trial.figures.get(f) for f in figures)])
    write_text(done.folder / "trials.csv", text.getvalue())
    best = done.best
    write_json(done.folder / "best.json", {"trial": best.number, "parameters": best.parameters, "figures": best.figures})
    _draw(done, names)


def _draw(done: Searched, names: Sequence[str]) -> None:
    """The figure over the trials, and over each parameter."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3.6 * (len(names) + 1), 3.2), layout="constrained")
    FigureCanvasAgg(figure)
    values = [trial.figures[done.aim.figure] for trial in done.trials]
    for i, name in enumerate(["trial", *names]):
        panel = figure.add_subplot(1, len(names) + 1, i + 1)
        at = [trial.number if name == "trial" else trial.parameters[name] for trial in done.trials]
        panel.scatter([str(a) for a in at] if any(isinstance(a, str) for a in at) else at, values, s=14)
        panel.set_xlabel(name, fontsize=8)
        panel.set_ylabel(done.aim.figure, fontsize=8)
        panel.tick_params(labelsize=7)
    figure.savefig(str(done.folder / "search.png"), dpi=110)
