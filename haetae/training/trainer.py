"""Trains a recipe: the one loop of all networks."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

import torch

from haetae.errors import Misconfigured
from haetae.training.feeding import fed
from haetae.training.fit import Fit
from haetae.training.recipe import Optimisation, Recipe
from haetae.training.runs.cost import cpu_seconds
from haetae.training.runs.curves import draw
from haetae.training.runs.progress import Advance, Pace, Silent, Told
from haetae.training.runs.result import finish
from haetae.training.runs.run import Run, opened
from haetae.training.schedule import finished, share_done
from haetae.training.workspace import Workspace


def train(
    recipe: Recipe,
    workspace: Workspace,
    *,
    run_name: str | None = None,
    resume: bool = True,
    device: str | None = None,
    n_workers: int = 1,
    progress: Told | None = None,
) -> Run:
    """Trains to the end, measures, exports; gives the run's folder.

    A run that was interrupted goes on where its last checkpoint is (a minute back at most) and, where steps alone limit it,
    ends with the very same weights on the same machine, threads and device. A finished run is given as it is. `resume=False`
    throws the old run away. Asked to stop (SIGTERM, Ctrl-C) it puts a checkpoint away and returns an unfinished run. `device`
    None: a GPU where there is one. `n_workers` processes make the batches; 0: none beside this one.

    Raises Misconfigured (missing data, other parameters under the same name), Poison (the loss is no number any more).
    """
    told = progress or Silent()
    run = opened(recipe, workspace, run_name, resume=resume)
    if run.finished:
        told.note(f"{run.name} is finished already: {run.folder}")
        return run
    began_cpu_s = cpu_seconds()
    where = _device(device)
    torch.manual_seed(recipe.seed)
    told.note(f"{run.name}: preparing data and network ...")
    fit = Fit(recipe.build(workspace), recipe.optimisation, recipe.seed, where)
    _take_up(fit, run, told)
    cost = _Cost(fit, began_cpu_s)
    with _StopRequest() as stop:
        _loop(fit, run, cost, stop, n_workers, told)
    cost.book()
    if fit.curves.n and finished(fit.optimisation, fit.step, fit.elapsed_s):
        fit.log(fit.elapsed_s)
    _put_away(fit, run)
    if finished(fit.optimisation, fit.step, fit.elapsed_s):
        told.note(f"{run.name}: measuring and exporting ...")
        finish(run, recipe, fit, cost.book)
    else:
        told.note(f"{run.name}: stopped at step {fit.step}; the same command goes on from there.")
    return run


def _loop(fit: Fit, run: Run, cost: _Cost, stop: _StopRequest, n_workers: int, told: Told) -> None:
    """Steps until the end or until asked to stop."""
    optimisation, pace = fit.optimisation, Pace()
    saved_s = time.monotonic()
    with ExitStack() as open_until_end:
        batches = fed(fit.learner.batches, fit.step, optimisation.steps, n_workers, pinned=fit.device.type == "cuda")
        open_until_end.callback(batches.close)  # type: ignore[attr-defined]  # a generator: ends its workers
        while not stop.asked and not finished(optimisation, fit.step, cost.elapsed_s):
            losses = fit.advance(next(batches), cost.elapsed_s)
            if fit.step % optimisation.log_every == 0 or fit.step == optimisation.steps:
                fit.log(cost.elapsed_s, fit.measure() if _measured_at(optimisation, fit.step) else None)
            share = share_done(optimisation, fit.step, cost.elapsed_s)
            told.advance(Advance(fit.step, optimisation.steps, share, pace.left_s(share, time.monotonic()), losses))
            if time.monotonic() - saved_s > optimisation.checkpoint_s:
                cost.book()
                _put_away(fit, run)
                saved_s = time.monotonic()


class _Cost:
    """Wall and processor time of a run over all its continuations."""

    def __init__(self, fit: Fit, began_cpu_s: float) -> None:
        self._fit = fit
        self._elapsed_before_s, self._cpu_before_s = fit.elapsed_s, fit.cpu_s
        self._began_s, self._began_cpu_s = time.monotonic(), began_cpu_s

    @property
    def elapsed_s(self) -> float:
        return self._elapsed_before_s + time.monotonic() - self._began_s

    def book(self) -> None:
        """Writes what it comes to so far into the fit."""
        self._fit.elapsed_s = self.elapsed_s
        self._fit.cpu_s = self._cpu_before_s + cpu_seconds() - self._began_cpu_s


class _StopRequest:
    """Notes SIGTERM and SIGINT instead of dying of them; a second Ctrl-C is not noted but obeyed."""

    _SIGNALS = (signal.SIGTERM, signal.SIGINT)

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None] = {}

    def __enter__(self) -> _StopRequest:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in self._SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = True


def _take_up(fit: Fit, run: Run, told: Told) -> None:
    if run.checkpoint.is_file():
        same = fit.load(run.checkpoint)
        told.note(f"{run.name}: goes on from step {fit.step}{'' if same else ' with other means: not to the very same weights'}.")
    elif fit.optimisation.start_from is not None:
        fit.start_from(fit.optimisation.start_from)


def _put_away(fit: Fit, run: Run) -> None:
    fit.save(run.checkpoint)
    fit.curves.write(run.folder / "curves.csv")
    draw({run.name: fit.curves}, run.folder / "curves.png")


def _device(name: str | None) -> torch.device:
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise Misconfigured(f"There is no device '{name}' here: {error}") from error
    return device


def _measured_at(optimisation: Optimisation, step: int) -> bool:
    """Whether the point of the curves that ends with `step` is the first after another `measure_every` steps."""
    every = optimisation.measure_every
    return every > 0 and step < optimisation.steps and step // every > (step - optimisation.log_every) // every
