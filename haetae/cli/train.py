"""`haetae train RECIPE`: trains one network, from drawing its data to the exported file and its card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haetae.cli.output import AsJson, emit, say, table_of
from haetae.cli.training_extra import Device, Settings, Threads, Workers, training_installed
from haetae.errors import Misconfigured

if TYPE_CHECKING:
    from haetae.training.recipe import Recipe
    from haetae.training.runs.run import Run

_STOPPED = 130


def register(app: typer.Typer) -> None:
    app.command("train", help="Train a network by a recipe, go on with a run, compare runs.")(train_command)


def train_command(  # noqa: PLR0913  # each is a word of the command line
    names: Annotated[list[str] | None, typer.Argument(help="The recipe; with --compare the runs.")] = None,
    settings: Settings = None,
    run: Annotated[str | None, typer.Option("--run", help="Its name [default: recipe and digest of the parameters].")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw an earlier run of this name away.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="The recipes with their parameters, and the runs.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="Runs in one plot and one table.")] = False,
    out: Annotated[Path, typer.Option("--out", help="Where --compare draws.", dir_okay=False)] = Path("comparison.png"),
    device: Device = None,
    workers: Workers = 1,
    threads: Threads = 1,
    as_json: AsJson = False,
) -> None:
    """The same command goes on with a run that was interrupted.

    Ends with 130 where it was asked to stop, with 2 where data is missing or a parameter is wrong.
    """
    with training_installed():
        if listed:
            _list(as_json)
        elif compare:
            _compare(names or [], out, as_json)
        elif names is None or len(names) != 1:
            raise Misconfigured("Say which recipe, one at a time: `haetae train --list` shows them.")
        else:
            _tell(_trained(_recipe(names[0], settings or []), run, fresh, (device, workers, threads)), as_json)


def _recipe(name: str, settings: list[str]) -> Recipe:
    from haetae.training.parameters import overridden
    from haetae.training.recipes import recipe

    return overridden(recipe(name), settings)


def _trained(recipe: Recipe, run_name: str | None, fresh: bool, how: tuple[str | None, int, int]) -> Run:
    import torch

    from haetae.training.runs.progress import Bar
    from haetae.training.trainer import train
    from haetae.training.workspace import Workspace

    device, n_workers, threads = how
    torch.set_num_threads(threads)
    workspace = Workspace.configured()
    with Bar() as bar:
        return train(recipe, workspace, run_name=run_name, resume=not fresh, device=device, n_workers=n_workers, progress=bar)


def _tell(run: Run, as_json: bool) -> None:
    from haetae.training.parameters import flat

    if not run.finished:
        raise typer.Exit(_STOPPED)
    rows = list(flat(run.result))
    emit({"run": run.folder, **run.result}, as_json, lambda: table_of(f"Run {run.folder}", ("what", "value"), rows))


def _list(as_json: bool) -> None:
    from haetae.training.recipes import RECIPES
    from haetae.training.runs.run import runs
    from haetae.training.workspace import Workspace

    recipes = {name: _parameters(name) for name in RECIPES}
    done = [{"run": run.name, "finished": run.finished, "measured": run.measured} for run in runs(Workspace.configured())]
    rows = [(name, _words(parameters)) for name, parameters in recipes.items()]
    emit({"recipes": recipes, "runs": done}, as_json, lambda: table_of("Recipes", ("recipe", "parameters"), rows))
    if done and not as_json:
        cells = [(each["run"], "finished" if each["finished"] else "to go on", _words(each["measured"])) for each in done]
        emit(done, False, lambda: table_of("Runs", ("run", "state", "figures"), cells))


def _parameters(name: str) -> dict[str, object] | str:
    """Of a recipe as it stands; why not, where it cannot be had."""
    from haetae.training.parameters import flat, plain
    from haetae.training.recipes import recipe

    try:
        return dict(flat(plain(recipe(name))))
    except Misconfigured as error:
        return error.message


def _compare(names: list[str], out: Path, as_json: bool) -> None:
    from haetae.training.runs.comparison import compared
    from haetae.training.runs.run import found
    from haetae.training.workspace import Workspace

    if not names:
        raise Misconfigured("Say which runs to compare: `haetae train --compare RUN RUN ...`.")
    workspace = Workspace.configured()
    done = compared([found(workspace, name) for name in names], out)
    rows = [[row.get(column) for column in done.columns] for row in done.rows]
    emit(done.rows, as_json, lambda: table_of("Runs", done.columns, rows))
    say(f"Their curves: {out}", style="dim")


def _words(values: object) -> str | None:
    if not isinstance(values, dict):
        return None if values is None else str(values)
    return ", ".join(f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items())
