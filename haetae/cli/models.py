"""`haetae models pull|list|lay-out|bundle`: the catalogue's networks, those on this machine, and those that work by default."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from haetae.cli.models_packing import Folder, bundle_command, lay_out_command
from haetae.cli.output import AsJson, emit, say, table_of
from haetae.errors import Misconfigured
from haetae.inference.local import LocalInference
from haetae.models.defaults import chosen
from haetae.models.download import Progress
from haetae.models.installed import Execution, installed
from haetae.models.networks import CATALOGUE, network
from haetae.models.pull import Pulled, pull
from haetae.models.registered import know
from haetae.models.selftest import check
from haetae.models.spec import Task
from haetae.settings import ModelsSettings, Settings


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("pull", help="Fetch, verify and measure networks; all of the catalogue by default.")(pull_command)
    group.command("list", help="The catalogue: what is built in, what was pulled, and what works where nothing else is named.")(
        list_command
    )
    group.command("lay-out", help="Make the repository that Triton serves networks from.")(lay_out_command)
    group.command("bundle", help="Pack networks with checksums, for places without the internet.")(bundle_command)
    app.add_typer(group, name="models", help="Fetch, verify, lay out, pack and list the networks.")


def pull_command(
    names: Annotated[list[str] | None, typer.Argument(help="Networks of the catalogue.")] = None,
    mirror: Annotated[
        Path | None, typer.Option("--mirror", help="Folder instead of the public sources [default: $HAETAE_MODELS__MIRROR].")
    ] = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """What is there already and intact is not fetched again. Ends with 2 where a file is not what the catalogue means."""
    settings = Settings.load().models
    where = folder or settings.folder
    wanted = tuple(names or CATALOGUE)
    done = pull(where, wanted, mirror=mirror or settings.mirror, progress=_progress())
    for each in done:
        for file in each.pinned:
            say(
                f"{each.network.entry.name}: no one publishes a digest of {file}; what came is pinned from now on", style="yellow"
            )
    check(LocalInference(where, execution(settings)), wanted)
    rows = [_pulled(each, execution(settings)) for each in done]
    columns = ["network", "from", "version", "engines ms"]
    emit(rows, as_json, lambda: table_of("Networks", columns, [(r["name"], r["from"], r["version"], _costs(r)) for r in rows]))


def list_command(folder: Folder = None, as_json: AsJson = False) -> None:
    settings = Settings.load().models
    where = folder or settings.folder
    used = _used(settings.model_copy(update={"folder": where}))
    own = [name for name in know(where) if name not in CATALOGUE]
    rows = [{**_listed(name, where, execution(settings)), "used": name in used} for name in [*CATALOGUE, *own]]
    columns = ["network", "task", "here", "used", "version"]
    emit(rows, as_json, lambda: table_of("Catalogue", columns, [_cells(row) for row in rows]))


def _used(settings: ModelsSettings) -> frozenset[str]:
    """The networks that work: those that the settings name, else those chosen for what is here."""
    names = settings.names()
    return frozenset({names.detector, names.embedder, names.attributes, chosen(Task.POSE, settings.folder)})


def execution(settings: ModelsSettings) -> Execution:
    """How networks are run, as configured."""
    return Execution(engine=settings.engine, precision=settings.precision)


def _pulled(each: Pulled, how: Execution) -> dict[str, object]:
    return {
        "name": each.network.entry.name,
        "from": each.origin,
        "flavour": each.network.flavour.name,
        "version": each.network.version(how),
        "measured_ms": each.network.measured_ms,
        "pinned": each.pinned,
    }


def _listed(name: str, folder: Path, how: Execution) -> dict[str, object]:
    entry = network(name)
    row: dict[str, object] = {
        "name": name,
        "title": entry.title,
        "task": entry.spec.task,
        "input": entry.spec.input_size,
        "licence": entry.licence,
        "homepage": entry.homepage,
        "sources": [file.url for flavour in entry.flavours for file in flavour.files if file.url],
        "card": entry.card,
        "here": None,
        "version": None,
        "measured_ms": None,
        "problem": None,
    }
    try:
        found = installed(folder, name)
        here = "pulled" if not entry.built_in else "built in" if name in CATALOGUE else "registered"
        row |= {"here": here, "version": found.version(how), "measured_ms": found.measured_ms or None}
    except Misconfigured as error:
        row["problem"] = error.message
    return row


def _cells(row: dict[str, object]) -> Sequence[object]:
    here = row["here"] or ("damaged" if "damaged" in str(row["problem"]) else "to pull")
    used = "yes" if row["used"] else None
    return (row["name"], row["task"], here, used, row["version"])


def _costs(row: dict[str, object]) -> str | None:
    measured = row["measured_ms"]
    if not isinstance(measured, dict):
        return None
    return ", ".join(f"{engine} {cost:.1f}" for engine, cost in measured.items())


def _progress() -> Progress:
    """A line on stderr at each tenth of a file."""
    told: dict[str, int] = {}

    def report(file: str, done: int, total: int | None) -> None:
        tenth = 10 * done // total if total else done >> 22
        if tenth > told.get(file, -1):
            told[file] = tenth
            say(f"{file.lstrip('.')}: {done / 2**20:.1f} MiB" + (f" of {total / 2**20:.1f}" if total else ""), style="dim")

    return report
