"""`haetae distill`: a small network for one's own cameras, taught by a strong one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haetae.cli.output import AsJson, emit, table_of
from haetae.cli.training_extra import Device, Settings, Threads, Workers, training_installed
from haetae.domain.camera import Credentials, SourceKind
from haetae.errors import Misconfigured
from haetae.settings import Settings as Configured

if TYPE_CHECKING:
    from haetae.training.distillation.distil import Distilled
    from haetae.training.distillation.frames import Frames
    from haetae.training.workspace import Workspace

_STOPPED = 130
_BUILT_IN = "haetae-detector"
_GENTLE = "optimisation.learning_rate=8e-4"  # of a student that knows something


def register(app: typer.Typer) -> None:
    app.command("distill", help="A strong network teaches a small one on your own cameras or clips.")(distill)


def distill(  # noqa: PLR0913  # each is a word of the command line
    name: Annotated[str, typer.Option("--name", help="What the student is registered as.")],
    teacher: Annotated[str, typer.Option("--teacher", help="A detector of the catalogue.")] = "rtmdet-nano",
    second: Annotated[str | None, typer.Option("--second", help="A second teacher, who confirms doubtful boxes.")] = None,
    student: Annotated[str, typer.Option("--student", help="What is taught: person-detector.")] = "person-detector",
    clips: Annotated[Path | None, typer.Option("--clips", help="A clip, or a folder of clips.")] = None,
    camera: Annotated[str | None, typer.Option("--camera", help="rtsp://host/path, an SDP file or /dev/video<N>.")] = None,
    username: Annotated[str | None, typer.Option("--username", help="Password: HAETAE_CAMERA_PASSWORD or a prompt.")] = None,
    frames: Annotated[int, typer.Option("--frames", min=12, help="Frames to learn from, at most.")] = 600,
    rate: Annotated[float, typer.Option("--rate", min=0.01, help="Frames a second.")] = 2.0,
    minutes: Annotated[float, typer.Option("--minutes", min=0.05, help="How long to train.")] = 4.0,
    start: Annotated[
        str | None, typer.Option("--from", help="A run, a network, or scratch [default: the built-in detector, where it is].")
    ] = None,
    settings: Settings = None,
    release: Annotated[Path, typer.Option("--release", help="Where edge agents look.")] = Path(".haetae/releases"),
    device: Device = None,
    workers: Workers = 1,
    threads: Threads = 1,
    as_json: AsJson = False,
) -> None:
    """The same command goes on where it was interrupted (then it ends with 130).

    The student is measured on later frames of the same sources, exported in f32 and int8, registered in the models folder under
    its name and offered to edge agents.
    """
    with training_installed():
        import torch

        from haetae.training.distillation.distil import STUDENTS, Places, distil, taught_frames
        from haetae.training.distillation.recipe import DistilledDetectorRecipe
        from haetae.training.parameters import overridden
        from haetae.training.runs.progress import Bar
        from haetae.training.workspace import Workspace

        if student not in STUDENTS:
            raise Misconfigured(f"A student is one of {', '.join(STUDENTS)}; `haetae train` distils the others on its own.")
        torch.set_num_threads(threads)
        configured, workspace = Configured.load(), Workspace.configured()
        places = Places(configured.models.folder, configured.models.mirror, release)
        source = _source(clips, camera, username, (rate, frames), configured)
        with Bar() as bar:
            bank, _ = taught_frames(source, (teacher, second), workspace, places.mirror, bar)
            words = [f"frames={bank}", f"teacher={teacher}", f"optimisation.seconds={60 * minutes}"]
            words += _start(start, workspace, places.models)
            recipe = overridden(DistilledDetectorRecipe(), [*words, *(settings or [])])
            how = {"run_name": name, "device": device, "n_workers": workers}
            done = distil(recipe, name, workspace, places, bar, how)
    if not done.run.finished:
        raise typer.Exit(_STOPPED)
    _tell(done, release, as_json)


def _source(
    clips: Path | None, camera: str | None, username: str | None, how_many: tuple[float, int], configured: Configured
) -> Frames:
    from haetae.media.address import AddressPolicy
    from haetae.media.source import Site
    from haetae.training.distillation.frames import Clips, LiveCamera

    rate_hz, at_most = how_many
    if (clips is None) == (camera is None):
        raise Misconfigured("Say where the frames come from: --clips FOLDER or --camera URL.")
    if clips is not None:
        return Clips(clips, rate_hz, at_most)
    assert camera is not None
    if "@" in camera.partition("://")[2].partition("/")[0]:
        raise Misconfigured("Other users see a command's words: give --username instead of credentials in the URL.")
    kind = SourceKind.USB if camera.startswith("/dev/video") else SourceKind.RTP if camera.endswith(".sdp") else SourceKind.RTSP
    sources = configured.sources
    site = Site(AddressPolicy(tuple(sources.allowed_networks), tuple(sources.import_folders)))
    return LiveCamera(camera, kind, rate_hz, at_most, site, _credentials(username))


def _start(name: str | None, workspace: Workspace, models: Path) -> list[str]:
    """The recipe's words for where the student begins. Raises Misconfigured where it is neither a run nor a network."""
    from haetae.models.installed import installed
    from haetae.models.networks import CATALOGUE
    from haetae.training.runs.run import runs

    if name == "scratch" or (name is None and _BUILT_IN not in CATALOGUE):
        return []
    for run in runs(workspace):
        if name in (run.name, str(run.folder)):
            return [f"optimisation.start_from={run.folder}", _GENTLE]
    return [f"start={installed(models, name or _BUILT_IN).weights}", _GENTLE]


def _credentials(username: str | None) -> Credentials | None:
    if username is None:
        return None
    told = os.environ.get("HAETAE_CAMERA_PASSWORD")
    return Credentials(username, told if told is not None else str(typer.prompt("Password", hide_input=True, err=True)))


def _tell(done: Distilled, release: Path, as_json: bool) -> None:
    rows: list[dict[str, object]] = []
    for name, ms in done.cpu_ms.items():
        report = done.reports.get(name)
        figures = {"ap50": report.ap.ap50, "recall": report.recall, "precision": report.precision} if report else {}
        rows.append({"network": name, **figures, "cpu_ms": round(ms, 2)})
    result = {"run": done.run.folder, "registered": done.registered, "release": release, "measured": rows}
    columns = ("network", "ap50", "recall", "precision", "cpu_ms")
    emit(result, as_json, lambda: table_of("Held-out frames", columns, [[row.get(c) for c in columns] for row in rows]))
