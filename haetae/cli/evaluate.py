"""`haetae evaluate reid|attributes|detect|pose|route|track|tables`: how good a network is, by the public definitions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from haetae.cli.output import AsJson, emit, progress, table_of
from haetae.cli.training_extra import training_installed
from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured

if TYPE_CHECKING:
    from haetae.training.evaluation.detecting import DetectionReport

Networks = Annotated[list[str], typer.Option("--network", help="A network of `haetae models list`. Again for more.")]
Models = Annotated[
    Path | None, typer.Option("--folder", help="Models folder [default: $HAETAE_MODELS__FOLDER or .haetae/models].")
]

_COMMANDS = {
    "detect": "Boxes: average precision, recall and precision at a threshold, time per frame.",
}


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("detect", help=_COMMANDS["detect"])(detect)
    app.add_typer(group, name="evaluate", help="How good a network is, by the public definitions.")


def detect(  # noqa: PLR0913  # each is a word of the command line
    networks: Networks,
    labels: Annotated[Path | None, typer.Option("--labels", help="Labelled frames of clips, COCO's form.")] = None,
    clips: Annotated[Path | None, typer.Option("--clips", help="The folder of those clips.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Instead: a city's folder, COCO, CrowdHuman, MOTChallenge.")] = None,
    threshold: Annotated[float, typer.Option("--threshold", min=0.0, max=1.0, help="Score from which a box counts.")] = 0.35,
    input_size: Annotated[str, typer.Option("--input", help="Input of detectors that take any size.")] = "640x384",
    every: Annotated[int, typer.Option("--every", min=1, help="Of films: every n-th frame.")] = 15,
    models: Models = None,
    as_json: AsJson = False,
) -> None:
    """Ends with 2 where data or a network is missing."""
    with training_installed():
        from haetae.training.evaluation.detecting import LEAST_SCORE, detected
        from haetae.training.evaluation.measured import detector, sized
        from haetae.training.readers.frames import FrameSource

        frames = FrameSource(labels, clips, data, every)
        reports = {}
        for name in networks:
            with progress(f"{name} over the frames", frames.count()) as advance:
                done = detected(detector(name, models, min_score=LEAST_SCORE), frames, sized(size_of(input_size)), advance)
            reports[name] = done.report(threshold)
    emit(reports, as_json, lambda: _side_by_side("People found", {name: _detect_rows(r) for name, r in reports.items()}))


def _detect_rows(report: DetectionReport) -> dict[str, object]:
    rows: dict[str, object] = {
        "frames / people": f"{report.n_frames} / {report.n_people}",
        "AP .5:.95": report.ap.ap,
        "AP .5": report.ap.ap50,
        "threshold": report.threshold,
        "recall": report.recall,
        "precision": report.precision,
        "false boxes": report.n_false,
        "best F1 here (threshold)": f"{report.best_f1:.3f} ({report.best_threshold:.2f})",
        "processor ms a frame": f"{report.cpu_ms:.1f}",
    }
    for source, its in report.by_source.items():
        told = f"{its.recall:.2f} / {its.precision:.2f}" if its.n_people else f"{its.n_false} false"
        rows[f"recall / precision, {source} ({its.n_frames})"] = told
    return rows


def _side_by_side(title: str, columns: Mapping[str, Mapping[str, object]]) -> Table:
    """A row a figure, a column a network."""
    names = list(dict.fromkeys(name for figures in columns.values() for name in figures))
    return table_of(title, ("", *columns), [(name, *(figures.get(name) for figures in columns.values())) for name in names])


def size_of(words: str) -> ImageSize:
    """ "640x384" as a size. Raises Misconfigured."""
    width, times, height = words.partition("x")
    if not times or not width.isdigit() or not height.isdigit() or not int(width) * int(height):
        raise Misconfigured(f"A size is written like 640x384, not '{words}'.")
    return ImageSize(width=int(width), height=int(height))
