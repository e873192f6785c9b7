"""`haetae evaluate tables`: the paper's tables, measured again, and the page about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from haetae.cli.evaluation.options import DEFAULT_INPUT, InputSize, Models, size_of
from haetae.cli.output import AsJson, emit, progress, say
from haetae.cli.training_extra import training_installed
from haetae.errors import Misconfigured

if TYPE_CHECKING:
    from haetae.training.evaluation.crops import Search
    from haetae.training.tables.detection import Frames

_ALL = ("reid", "attributes", "route", "detection")
_LABELS = Path("tests/data/real_people")

Names = list[str] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured, with which networks, on what."""

    embedders: list[str]
    classifiers: list[str]
    detectors: list[str]
    models: Path | None
    city: Path | None
    market: Path | None
    clips: Path | None
    input_size: str


def tables(  # noqa: PLR0913  # each is a word of the command line
    only: Annotated[Names, typer.Option("--only", help=f"Some of {', '.join(_ALL)} [default: those there is data for].")] = None,
    embedders: Annotated[Names, typer.Option("--embedder", help="Again for more [default: haetae-reid].")] = None,
    classifiers: Annotated[Names, typer.Option("--attributes", help="Again for more [default: haetae-attributes].")] = None,
    detectors: Annotated[Names, typer.Option("--detector", help="Again for more [default: haetae-detector].")] = None,
    city: Annotated[Path | None, typer.Option("--city", help="10 cameras x 5 min by `haetae city`: the route.")] = None,
    market: Annotated[Path | None, typer.Option("--market1501", help="The folder of Market-1501: re-ID on it as well.")] = None,
    clips: Annotated[Path | None, typer.Option("--clips", help="The clips that tests/data/real_people is about.")] = None,
    docs: Annotated[Path, typer.Option("--docs", help="Where results.md and results/ are written.")] = Path("docs"),
    input_size: InputSize = DEFAULT_INPUT,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Measures what is asked for, keeps the figures in DOCS/results, and writes the page from all figures there are.

    Ends with 2 where data or a network is missing.
    """
    wanted = Wanted(
        embedders or ["haetae-reid"],
        classifiers or ["haetae-attributes"],
        detectors or ["haetae-detector"],
        models,
        city,
        market,
        clips,
        input_size,
    )
    unknown = [name for name in only or () if name not in _ALL]
    if unknown:
        raise Misconfigured(f"There is no table {', '.join(unknown)}; there are {', '.join(_ALL)}.")
    with training_installed():
        from haetae.training.tables import page
        from haetae.training.tables.measured import Measured

        done = {}
        for name in only or _possible(wanted):
            figures = _figures(name, wanted)
            Measured(name, _command(name, wanted), _seed(name, wanted), figures, _versions(name, wanted)).write(docs)
            done[name] = figures
        written = page.write(docs)
    say(f"written: {written}", style="green")
    if as_json:
        emit(done, True)


def _command(name: str, wanted: Wanted) -> str:
    """What measures this table alone again."""
    from haetae.training.tables.commands import command

    networks: dict[str, list[str]] = _networks(name, wanted)
    options: dict[str, list[str] | str | Path | None] = dict(networks)
    if name == "reid":
        options["market1501"] = wanted.market
    if name == "detection":
        options["clips"] = wanted.clips
    if name in ("detection", "route") and wanted.input_size != DEFAULT_INPUT:
        options["input"] = wanted.input_size
    return command(name, options, wanted.city if name in ("detection", "route") else None)


def _networks(name: str, wanted: Wanted) -> dict[str, list[str]]:
    """The networks of a table by option."""
    return {
        "reid": {"embedder": wanted.embedders},
        "attributes": {"attributes": wanted.classifiers},
        "detection": {"detector": wanted.detectors},
        "route": {"detector": wanted.detectors, "embedder": wanted.embedders, "attributes": wanted.classifiers},
    }[name]


def _versions(name: str, wanted: Wanted) -> dict[str, str]:
    from haetae.training.evaluation.measured import versions

    return versions([each for networks in _networks(name, wanted).values() for each in networks], wanted.models)


def _seed(name: str, wanted: Wanted) -> int:
    """Of the drawn crops, or of the city and its problems."""
    from haetae.training.readers.city_folder import city_folder
    from haetae.training.tables.drawn import SEED

    of_city = name in ("route", "detection") and wanted.city is not None
    return city_folder(wanted.city).seed if of_city and wanted.city is not None else SEED


def _possible(wanted: Wanted) -> list[str]:
    return [
        name
        for name in _ALL
        if (name != "route" or wanted.city is not None) and (name != "detection" or wanted.clips is not None)
    ]


def _figures(name: str, wanted: Wanted) -> dict[str, Any]:
    from haetae.training.tables import attributes, detection, reid, route
    from haetae.training.workspace import Workspace

    size = size_of(wanted.input_size)
    if name == reid.TABLE:
        return reid.measured(wanted.embedders, _searches(wanted), wanted.models, progress)
    if name == attributes.TABLE:
        return attributes.measured(wanted.classifiers, Workspace.configured().banks, wanted.models, progress, say)
    if name == detection.TABLE:
        return detection.measured(wanted.detectors, _frames(wanted), wanted.models, size, progress)
    if wanted.city is None:
        raise Misconfigured("The route is measured on a city: draw one with `haetae city --cameras 10 --out FOLDER`, say --city.")
    from haetae.training.readers.route_test import RouteNetworks

    sets = [
        RouteNetworks(d, e, a, wanted.models, size)
        for d, e, a in zip(wanted.detectors, wanted.embedders, wanted.classifiers, strict=False)
    ]
    return route.measured(sets, wanted.city, progress, n_problems=10, seed=7, every=1 if _rate_hz(wanted.city) <= 6 else 3)


def _searches(wanted: Wanted) -> list[Search]:
    from haetae.training.readers.crops import search_in
    from haetae.training.tables.drawn import drawn_searches
    from haetae.training.workspace import Workspace

    searches = drawn_searches(Workspace.configured().banks, say)
    return [*searches, search_in(wanted.market, "market1501")] if wanted.market is not None else searches


def _frames(wanted: Wanted) -> Frames:
    from haetae.training.readers.frames import FrameSource
    from haetae.training.tables.detection import Frames

    if wanted.clips is None:
        raise Misconfigured("Detectors are measured on the clips of tests/data/real_people: say where they are with --clips.")
    tests = {
        "real people": FrameSource(_LABELS / "test.json", wanted.clips),
        "the same turned by 90 degrees": FrameSource(_LABELS / "test.json", wanted.clips, turned=True),
    }
    if wanted.city is not None:
        every = max(1, round(10 * _rate_hz(wanted.city)))
        tests["the city (people seen by half or more)"] = FrameSource(data=wanted.city, every=every, min_visibility=0.5)
    return Frames(tests, FrameSource(_LABELS / "validation.json", wanted.clips))


def _rate_hz(city: Path) -> float:
    from haetae.training.readers.city_folder import city_folder

    return city_folder(city).films[0].rate_hz
