"""`haetae tune recipe|rerank|grid|routes|search`: good parameters, searched for or studied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haetae.cli.output import AsJson, emit, say, table_of
from haetae.cli.training_extra import Device, Settings, Threads, Workers, training_installed
from haetae.cli.tune_routes import tune_routes
from haetae.cli.tune_search import tune_search

if TYPE_CHECKING:
    from haetae.training.tuning.objectives import Trained
    from haetae.training.tuning.search import Searched

_STOPPED = 130

Trials = Annotated[int, typer.Option("--trials", min=1, help="Trials in all; the same command goes on to reach them.")]
Study = Annotated[str | None, typer.Option("--study", help="Its name [default: from what is tuned].")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("recipe", help="Search for the parameters of a recipe.")(tune_recipe)
    group.command("rerank", help="Search for k1, k2, lambda and a threshold on a file of embeddings.")(tune_rerank)
    group.command("grid", help="A grid of parameters x data sets x folds, one table.")(tune_grid)
    group.command("routes", help="Learn travel times between cameras from confirmed and certain sightings.")(tune_routes)
    group.command("search", help="Re-ranking, weights and a threshold from the matches that operators confirmed.")(tune_search)
    app.add_typer(group, name="tune", help="Good parameters, searched for or studied.")


def tune_recipe(  # noqa: PLR0913  # each is a word of the command line
    recipe: Annotated[str, typer.Argument(help="The recipe.")],
    space: Annotated[list[str], typer.Option("--space", help="field=low:high[:log] or field=a,b,c. Again for more.")],
    metric: Annotated[str, typer.Option("--metric", help="A figure that the recipe measures.")],
    minimise: Annotated[bool, typer.Option("--minimise", help="Less is better.")] = False,
    settings: Settings = None,
    trials: Trials = 20,
    study: Study = None,
    device: Device = None,
    workers: Workers = 1,
    threads: Threads = 1,
    as_json: AsJson = False,
) -> None:
    """Every trial is a run of its own. Ends with 130 where it was asked to stop; the same command goes on."""
    with training_installed():
        from haetae.training.parameters import overridden
        from haetae.training.recipes import recipe as named
        from haetae.training.runs.progress import Bar
        from haetae.training.tuning.objectives import Interrupted, of_recipe
        from haetae.training.tuning.search import Aim, Effort, searched
        from haetae.training.tuning.space import space_of
        from haetae.training.workspace import Workspace

        base = overridden(named(recipe), settings or [])
        folder = Workspace.configured().folder / "studies" / (study or recipe)
        try:
            with Bar() as bar:
                objective = of_recipe(base, _trained(device, workers, threads))
                aim, effort = Aim(metric, not minimise), Effort(trials, base.seed)
                done = searched(folder, space_of(space), objective, aim, effort, bar)
        except Interrupted:
            raise typer.Exit(_STOPPED) from None
    _tell(done, as_json)


def tune_rerank(
    embeddings: Annotated[Path, typer.Argument(help="An .npz: embeddings, identities, cameras, is_query.", dir_okay=False)],
    space: Annotated[list[str] | None, typer.Option("--space", help="k1=4:40, k2=1:12, lambda=0.0:0.9 by default.")] = None,
    metric: Annotated[str, typer.Option("--metric", help="map, rank1, rank5, minp or threshold_f1.")] = "map",
    trials: Trials = 40,
    study: Study = None,
    as_json: AsJson = False,
) -> None:
    """The paper's values are tried first."""
    with training_installed():
        from haetae.training.runs.progress import Bar
        from haetae.training.tuning.embeddings import ranked_figures, read_embeddings, reranked
        from haetae.training.tuning.objectives import RERANKING, RERANKING_SPACE, of_reranking
        from haetae.training.tuning.search import Aim, Effort, searched
        from haetae.training.tuning.space import space_of
        from haetae.training.workspace import Workspace

        folder = Workspace.configured().folder / "studies" / (study or f"rerank-{embeddings.stem}")
        data = read_embeddings(embeddings)
        before = ranked_figures(reranked(data, None), data)
        with Bar() as bar:
            bar.note("without re-ranking: " + ", ".join(f"{name} {value:.4f}" for name, value in before.items()))
            chosen = space_of(space or RERANKING_SPACE)
            first = (RERANKING,) if set(chosen) == set(RERANKING) else ()
            done = searched(folder, chosen, of_reranking(embeddings), Aim(metric), Effort(trials, first=first), bar)
    _tell(done, as_json)


def tune_grid(  # noqa: PLR0913  # each is a word of the command line
    what: Annotated[str, typer.Argument(help="A recipe, or rerank.")],
    grid: Annotated[list[str], typer.Option("--grid", help="field=a,b,c. Again for more: they are crossed.")],
    metric: Annotated[str, typer.Option("--metric", help="The figure that decides what is best; more is better.")],
    data: Annotated[
        list[str] | None, typer.Option("--data", help="rerank: an .npz. A recipe: field=a,b,c, the data sets by its field.")
    ] = None,
    folds: Annotated[int, typer.Option("--folds", min=1, help="Folds (or seeds, where a recipe cannot hold folds out).")] = 5,
    settings: Settings = None,
    study: Study = None,
    device: Device = None,
    workers: Workers = 1,
    threads: Threads = 1,
    as_json: AsJson = False,
) -> None:
    """Each cell is kept as soon as it is known: the same command goes on. Writes study.md and study.csv."""
    with training_installed():
        from haetae.training.parameters import overridden
        from haetae.training.recipes import recipe as named
        from haetae.training.runs.progress import Bar
        from haetae.training.tuning.objectives import Interrupted, grid_of, of_folds, of_reranked_folds
        from haetae.training.tuning.study import Plan, markdown, studied
        from haetae.training.workspace import Workspace

        folder = Workspace.configured().folder / "studies" / (study or f"grid-{what}")
        if what == "rerank":
            sets, cell = [str(Path(file)) for file in data or []], of_reranked_folds(folds)
        else:
            base = overridden(named(what), settings or [])
            field, sets = _data_sets(data)
            cell = of_folds(base, field, folds, _trained(device, workers, threads))
        try:
            with Bar() as bar:
                done = studied(Plan(grid_of(grid), sets or ["-"], folds), cell, folder, bar, metric)
        except Interrupted:
            raise typer.Exit(_STOPPED) from None
        text = markdown(done, metric, folds)
    rows = [{"data": row.data, "parameters": row.parameters, "figures": row.figures} for row in done.rows]
    if as_json:
        emit(rows, True)
    else:
        typer.echo(text, nl=False)
    say(f"The table: {folder / 'study.md'}; every cell: {folder / 'study.csv'}", style="dim")


def _data_sets(data: list[str] | None) -> tuple[str | None, list[str]]:
    from haetae.errors import Misconfigured
    from haetae.training.tuning.objectives import grid_of

    if not data:
        return None, []
    fields = grid_of(data)
    if len(fields) != 1:
        raise Misconfigured("The data sets of a recipe are the values of one field: --data field=a,b.")
    return next(iter(fields.items()))


def _trained(device: str | None, workers: int, threads: int) -> Trained:
    import torch

    from haetae.training.recipe import Recipe
    from haetae.training.runs.run import Run
    from haetae.training.trainer import train
    from haetae.training.workspace import Workspace

    torch.set_num_threads(threads)
    workspace = Workspace.configured()

    def trained(recipe: Recipe) -> Run:
        return train(recipe, workspace, device=device, n_workers=workers)

    return trained


def _tell(done: Searched, as_json: bool) -> None:
    best = done.best
    result = {"trial": best.number, "parameters": best.parameters, "figures": best.figures, "folder": done.folder}
    rows = [*best.parameters.items(), *best.figures.items(), ("trials", len(done.trials)), ("folder", done.folder)]
    emit(result, as_json, lambda: table_of(f"Best {done.aim.figure}", ("what", "value"), rows))
