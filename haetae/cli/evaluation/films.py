"""`haetae evaluate track|route`: people followed through films, as the platform follows them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haetae.cli.evaluation import rows
from haetae.cli.evaluation.options import DEFAULT_INPUT, Data, InputSize, Models, Networks, side_by_side, size_of
from haetae.cli.output import AsJson, emit, progress
from haetae.cli.training_extra import training_installed

Every = Annotated[int, typer.Option("--every", min=1, help="Every n-th frame is looked at.")]


def track(
    networks: Networks,
    data: Data,
    every: Every = 3,
    input_size: InputSize = DEFAULT_INPUT,
    visibility: Annotated[float, typer.Option("--visibility", help="Whoever is seen less is not asked for.")] = 0.25,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """A city's or MOTChallenge's films by each detector; one row of figures a film in JSON, all films together in the table.

    Ends with 2 where data or a network is missing.
    """
    with training_installed():
        from haetae.training.evaluation.measured import sized
        from haetae.training.evaluation.tracks import track_scores
        from haetae.training.readers.following import film_tracks, following, one_after_another
        from haetae.training.readers.frames import films_of

        films = films_of(data, visibility)
        reports = {}
        for name in networks:
            told = {}
            for film in films:
                with progress(f"{name} follows {film.name}") as advance:
                    done = following(film, name, models, sized(size_of(input_size)), every, advance)
                told[film.name] = film_tracks(film, done, every)
            reports[name] = {film: track_scores(*both) for film, both in told.items()}
            reports[name]["all"] = track_scores(*one_after_another(list(told.values())))
    columns = {name: rows.of_tracks(its["all"]) for name, its in reports.items()}
    emit(reports, as_json, lambda: side_by_side("People followed", columns))


def route(  # noqa: PLR0913  # each is a word of the command line
    folder: Annotated[Path, typer.Argument(help="A city's folder, as `haetae city --out` writes it.")],
    detector: Annotated[str, typer.Option("--detector", help="A network of `haetae models list`.")] = "rtmdet-nano",
    embedder: Annotated[str, typer.Option("--embedder", help="A network of `haetae models list`.")] = "reid-0288",
    attributes: Annotated[str | None, typer.Option("--attributes", help="Also with attributes, by this network.")] = None,
    problems: Annotated[int, typer.Option("--problems", min=1, help="People who are looked for.")] = 10,
    seed: Annotated[int, typer.Option("--seed", help="Draws who they are.")] = 7,
    every: Every = 3,
    input_size: InputSize = DEFAULT_INPUT,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Ends with 2 where the city or a network is missing."""
    with training_installed():
        from haetae.training.readers.route_test import RouteNetworks, route_test

        networks = RouteNetworks(detector, embedder, attributes, models, size_of(input_size))
        report = route_test(folder, networks, n_problems=problems, seed=seed, every=every, bars=progress)
    emit(report, as_json, lambda: side_by_side("The route of people over the city", rows.of_route(report)))
