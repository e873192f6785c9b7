"""`haetae export RUN`: a trained network as files, in the models folder, in a Triton repository, or offered to edge agents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haetae.cli.output import AsJson, emit, table_of
from haetae.cli.training_extra import training_installed
from haetae.errors import Misconfigured
from haetae.settings import Settings

if TYPE_CHECKING:
    from haetae.training.export.bundle import Bundle
    from haetae.training.runs.run import Run


def register(app: typer.Typer) -> None:
    app.command("export", help="A trained network as ONNX, int8, Triton repository, or for edge agents.")(export_command)


def export_command(  # noqa: PLR0913  # each is a word of the command line
    run: Annotated[str, typer.Argument(help="The run, by name or folder.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the files [default: the run's, export/].")] = None,
    int8: Annotated[bool, typer.Option("--int8/--no-int8", help="Also in eight bits, compared with f32.")] = True,
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", help="Photos and clips that set int8's ranges [default: the recipe's data].", file_okay=False),
    ] = None,
    name: Annotated[str | None, typer.Option("--register", help="Register it (and NAME-int8) in the models folder.")] = None,
    triton: Annotated[Path | None, typer.Option("--triton", help="Lay a Triton model repository out here.")] = None,
    release: Annotated[Path | None, typer.Option("--release", help="Offer it to edge agents: folder with manifest.json.")] = None,
    as_json: AsJson = False,
) -> None:
    """--triton and --release need --register: what is served has a name. Ends with 2 where the run is not finished."""
    if name is None and (triton is not None or release is not None):
        raise Misconfigured("Say under which name: --register NAME.")
    with training_installed():
        from haetae.training.export.bundle import bundled
        from haetae.training.export.handing_over import handed_over
        from haetae.training.runs.run import found
        from haetae.training.workspace import Workspace

        workspace = Workspace.configured()
        chosen = found(workspace, run)
        bundle = bundled(chosen, workspace, out or chosen.folder / "export", int8=int8, pictures=pictures)
        registered: list[str] = []
        if name is not None:
            registered = handed_over(chosen, bundle, name, Settings.load().models.folder, triton=triton, releases=release)
    result = _result(chosen, bundle, registered)
    emit(result, as_json, lambda: table_of(f"Export of {chosen.name}", ("what", "value"), list(result.items())))


def _result(run: Run, bundle: Bundle, registered: list[str]) -> dict[str, object]:
    from haetae.training.parameters import flat

    return {
        "run": run.name,
        **{f"file_{precision}": file for precision, file in bundle.files.items()},
        **dict(flat(dict(bundle.comparison))),
        "registered": ", ".join(registered) or None,
    }
