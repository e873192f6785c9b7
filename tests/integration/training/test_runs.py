"""Runs: their folders, their repeatability, and going on after a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from haetae.errors import Misconfigured
from haetae.training.fit import checkpoint
from haetae.training.parameters import overridden
from haetae.training.recipe import Optimisation
from haetae.training.runs.comparison import compared
from haetae.training.runs.curves import Point
from haetae.training.runs.run import Run
from haetae.training.trainer import train
from haetae.training.workspace import Workspace
from tests.kit.tiny_recipe import TinyRecipe

SLOW = TinyRecipe(pause_s=0.02, optimisation=Optimisation(steps=60, warmup_steps=5, log_every=7, checkpoint_s=0.4))
FILES = {"recipe.json", "curves.csv", "curves.png", "checkpoint.pt", "result.json", "tiny.onnx", "card.md"}


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Sums come out the same only on the same number of threads; the killed process has one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def timeless(run: Run) -> list[Point]:
    """The curves without the one column that is about time."""
    return [{name: value for name, value in point.items() if name != "seconds"} for point in run.curves.points]


def same_weights(one: Run, other: Run) -> bool:
    a, b = checkpoint(one.checkpoint), checkpoint(other.checkpoint)
    return all(torch.equal(a[part][name], b[part][name]) for part in ("network", "average") for name in a[part])


def test_a_killed_run_ends_with_the_very_same_weights(tmp_path: Path) -> None:
    """After SIGKILL the same command goes on from its checkpoint; weights, curves and file are those of a run never killed."""
    straight = train(SLOW, Workspace(tmp_path / "straight"), run_name="r", n_workers=0)
    program = [sys.executable, "-m", "tests.kit.tiny_recipe", str(tmp_path / "killed")]
    child = subprocess.Popen(program, stderr=subprocess.DEVNULL)
    there = tmp_path / "killed" / "runs" / "r" / "checkpoint.pt"
    while not there.is_file() and child.poll() is None:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    reached = checkpoint(there)["step"]
    assert 0 < reached < 60
    goes_on = train(SLOW, Workspace(tmp_path / "killed"), run_name="r", n_workers=1)
    assert goes_on.finished
    assert same_weights(straight, goes_on)
    assert timeless(straight) == timeless(goes_on)
    assert straight.result["sha256"] == goes_on.result["sha256"]


def test_a_run_that_is_asked_to_stop_puts_a_checkpoint_away(tmp_path: Path) -> None:
    """SIGTERM ends the loop after the step at hand; the run is unfinished and goes on at that step."""
    workspace = Workspace(tmp_path)

    class StopsAt:
        def note(self, text: str) -> None: ...

        def advance(self, advance: object) -> None:
            if getattr(advance, "step", 0) == 11:
                signal.raise_signal(signal.SIGTERM)

    stopped = train(TinyRecipe(), workspace, run_name="r", n_workers=1, progress=StopsAt())
    assert not stopped.finished
    assert checkpoint(stopped.checkpoint)["step"] == 11
    finished = train(TinyRecipe(), workspace, run_name="r", n_workers=0)
    other = train(TinyRecipe(), workspace, run_name="straight", n_workers=0)
    assert same_weights(finished, other)
    assert timeless(finished) == timeless(other)


def test_a_run_keeps_everything(tmp_path: Path) -> None:
    """Its folder holds parameters, curves, checkpoint, figures, network and card, and the recipe can be read back."""
    recipe = overridden(TinyRecipe(), ["optimisation.measure_every=10"])
    run = train(recipe, Workspace(tmp_path), n_workers=0)
    assert {file.name for file in run.folder.iterdir()} == FILES
    assert run.recipe == recipe
    assert run.measured["accuracy"] > 0.9
    assert [p["step"] for p in run.curves.points if "measured_accuracy" in p] == [10, 20, 30, 40]
    assert run.result["cpu_s"] > 0
    card = (run.folder / "card.md").read_text()
    assert all(words in card for words in ("## Data", "seed 3", "40 steps", "accuracy", "## Limits", "Apache-2.0"))


def test_the_same_command_finds_its_run_and_another_does_not_take_it(tmp_path: Path) -> None:
    """Equal parameters share a run, which is finished once; the same name with other parameters is refused, naming them."""
    workspace = Workspace(tmp_path)
    first = train(TinyRecipe(), workspace, n_workers=0)
    changed = (first.folder / "result.json").stat().st_mtime_ns
    assert train(TinyRecipe(), workspace).folder == first.folder
    assert (first.folder / "result.json").stat().st_mtime_ns == changed
    other = train(overridden(TinyRecipe(), ["width=4"]), workspace, n_workers=0)
    assert other.folder != first.folder
    with pytest.raises(Misconfigured, match=r"width: 6 -> 4"):
        train(overridden(TinyRecipe(), ["width=4"]), workspace, run_name=first.name)


def test_a_run_may_start_from_another_and_runs_compare(tmp_path: Path) -> None:
    """The averaged network of a run is where another begins; the comparison shows what differs and one plot of both."""
    workspace = Workspace(tmp_path)
    first = train(TinyRecipe(), workspace, run_name="first", n_workers=0)
    second = train(
        overridden(TinyRecipe(), [f"optimisation.start_from={first.folder}"]), workspace, run_name="second", n_workers=0
    )
    assert second.curves.points[0]["total"] < first.curves.points[0]["total"]
    done = compared([first, second], tmp_path / "both.png")
    assert {"run", "optimisation.start_from", "accuracy", "cpu_s"} <= set(done.columns)
    assert (tmp_path / "both.png").stat().st_size > 10_000


def test_a_run_of_some_seconds_ends_by_itself(tmp_path: Path) -> None:
    """The learning rate has come down when the time is over, wherever the steps are."""
    recipe = overridden(TinyRecipe(), ["optimisation.steps=1000000", "optimisation.seconds=0.5"])
    run = train(recipe, Workspace(tmp_path), n_workers=0)
    assert run.finished
    assert run.result["steps"] < 1_000_000
    assert run.curves.points[-1]["learning_rate"] < 0.02 * 0.05


def test_an_unfinished_run_may_be_given_other_time(tmp_path: Path) -> None:
    """Told to be done sooner, it is; a finished run is not opened again by that."""
    workspace = Workspace(tmp_path)
    long = overridden(TinyRecipe(), ["optimisation.steps=1000000", "optimisation.seconds=3600", "pause_s=0.001"])

    class Stops:
        def note(self, text: str) -> None: ...

        def advance(self, advance: object) -> None:
            signal.raise_signal(signal.SIGTERM)

    assert not train(long, workspace, run_name="r", n_workers=0, progress=Stops()).finished
    short = overridden(long, ["optimisation.seconds=0.3"])
    run = train(short, workspace, run_name="r", n_workers=0)
    assert run.finished
    assert run.recipe == short
    with pytest.raises(Misconfigured, match="seconds"):
        train(long, workspace, run_name="r")
