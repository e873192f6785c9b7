"""`haetae models lay-out` and `haetae models bundle`: networks for Triton, and for places without the internet."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from haetae.cli.output import AsJson, emit, say, table_of
from haetae.models.bundle import pack
from haetae.models.installed import Execution
from haetae.models.networks import CATALOGUE, network
from haetae.models.pull import pull
from haetae.models.repository import ONNXRUNTIME, PYTHON, lay_out
from haetae.settings import ModelsSettings, Settings

Folder = Annotated[
    Path | None, typer.Option("--folder", help="Models folder [default: $HAETAE_MODELS__FOLDER or .haetae/models].")
]


class Flavour(StrEnum):
    """What a repository is made for."""

    PYTHON = PYTHON
    ONNXRUNTIME = ONNXRUNTIME


def lay_out_command(
    into: Annotated[Path, typer.Option("--into", help="The repository; other models in it go.", file_okay=False)],
    flavour: Annotated[
        Flavour, typer.Option("--flavour", help="python for processors, onnxruntime for a full Triton with a GPU.")
    ] = Flavour.PYTHON,
    names: Annotated[
        list[str] | None, typer.Option("--names", help="A network, or several with commas [default: those that are used].")
    ] = None,
    instances: Annotated[
        int | None, typer.Option("--instances", help="Of each network [default: detectors one a core, others fewer].", min=1)
    ] = None,
    cores: Annotated[int | None, typer.Option("--cores", help="Of the server [default: of this machine].", min=1)] = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Networks that are not built in must have been pulled. Ends with 2 where one is not here or cannot be served as asked."""
    settings = Settings.load().models
    where = folder or settings.folder
    wanted = _split(names) or used(settings.model_copy(update={"folder": where}))
    execution = Execution(engine=settings.engine, precision=settings.precision)
    each = dict.fromkeys(wanted, instances) if instances else {}
    lay_out(where, into, wanted, flavour=flavour.value, execution=execution, instances=each, cores=cores)
    models = sorted(model.name for model in into.iterdir() if model.is_dir())
    emit({"into": into, "models": models}, as_json, lambda: table_of(str(into), ["model"], [[model] for model in models]))


def bundle_command(
    into: Annotated[Path, typer.Option("--into", help="The tar to write.", dir_okay=False)],
    names: Annotated[list[str] | None, typer.Argument(help="Networks [default: the catalogue's that are not built in].")] = None,
    mirror: Annotated[
        Path | None, typer.Option("--mirror", help="Folder instead of the public sources [default: $HAETAE_MODELS__MIRROR].")
    ] = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Pulls what is not here yet, checks everything, packs it. Unpack it where there is no internet and name that folder by
    HAETAE_MODELS__MIRROR. Ends with 2 where a file is not what it should be."""
    settings = Settings.load().models
    where = folder or settings.folder
    wanted = names or [name for name, entry in CATALOGUE.items() if not entry.built_in]
    pull(where, [name for name in wanted if not network(name).built_in], mirror=mirror or settings.mirror)
    digests = pack(where, wanted, into)
    say(f"{into}: {into.stat().st_size / 2**20:.1f} MiB")
    emit({"file": into, "files": digests}, as_json, lambda: table_of(str(into), ["file", "digest"], list(digests.items())))


def used(settings: ModelsSettings) -> list[str]:
    """The networks that the services ask for."""
    names = settings.names()
    return list(dict.fromkeys([names.detector, names.embedder, names.attributes]))


def _split(names: Sequence[str] | None) -> list[str]:
    return [name.strip() for words in names or () for name in words.split(",") if name.strip()]
