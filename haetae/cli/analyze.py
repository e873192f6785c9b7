"""`haetae analyze VIDEO`: the people in one video, in this process, without services."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from haetae.cli.analysis.drawing import AnnotatedVideo
from haetae.cli.analysis.following import Person, VideoFollowing
from haetae.cli.analysis.looking import CAMERA, looks
from haetae.cli.analysis.sightings import Describer, line
from haetae.cli.models import execution
from haetae.cli.output import AsJson, as_json_text, emit, progress, say, table_of
from haetae.domain.timing import SystemClock
from haetae.errors import Misconfigured
from haetae.inference.attribute_classifier import AttributeClassifier
from haetae.inference.detector import PersonDetector
from haetae.inference.local import LocalInference
from haetae.media.files import RecordedFile, RecordedStream
from haetae.media.trouble import CameraTrouble
from haetae.models.pull import pull
from haetae.settings import ModelsSettings, Settings
from haetae.tracking.tracker import TrackerSettings

_BEGAN = datetime(2000, 1, 1, tzinfo=UTC)  # a video by itself has no date: only seconds since its first frame are told
_DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where to write what; None means not at all."""

    mot: Path | None = None
    sightings: Path | None = None
    annotated: Path | None = None


@dataclass(frozen=True, slots=True)
class Analysis:
    """What came of a video. `frames` were looked at, of `length_s` seconds; `took_s` without loading the networks."""

    video: Path
    frames: int
    length_s: float
    took_s: float
    frames_per_s: float
    people: list[dict[str, object]]


def register(app: typer.Typer) -> None:
    app.command("analyze", help="Follow the people in one video, without services.")(analyze)


def analyze(
    video: Annotated[Path, typer.Argument(help="A video file.", dir_okay=False)],
    rate: Annotated[float, typer.Option("--rate", min=0.0, help="Frames looked at a second; 0 means every frame.")] = 0.0,
    mot: Annotated[Path | None, typer.Option("--mot", help="Write boxes with ids as MOTChallenge text.", dir_okay=False)] = None,
    sightings: Annotated[Path | None, typer.Option("--sightings", help="Write one JSON line a person.", dir_okay=False)] = None,
    annotated: Annotated[
        Path | None, typer.Option("--annotated", help="Write the video with boxes and ids (H.264).", dir_okay=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ends with 2 where the video cannot be read or an output cannot be written. Nobody found is no failure."""
    outputs = Outputs(mot, sightings, annotated)
    _check(video, outputs)
    try:
        done = analyzed(video, rate, outputs, Settings.load().models)
    except CameraTrouble as trouble:
        raise Misconfigured(trouble.message) from trouble
    if not done.people:
        say(f"Nobody was found in {video.name} ({done.frames} frames, {done.length_s:.1f} s).", style="yellow")
    columns = ("id", "from s", "to s", "detections", "colours")
    emit(done, as_json, lambda: table_of(f"People in {video.name}", columns, [_cells(person) for person in done.people]))


def analyzed(video: Path, rate_hz: float, outputs: Outputs, models: ModelsSettings) -> Analysis:
    """The whole video. Raises CameraTrouble, Misconfigured."""
    names = models.names()
    needed = (names.detector, names.attributes) if outputs.sightings else (names.detector,)
    pull(models.folder, needed, mirror=models.mirror)
    detectors = [detector(models) for _ in range(max(1, min(4, os.cpu_count() or 1)))]
    stream = RecordedStream(CAMERA, [RecordedFile(video, _BEGAN)], SystemClock())
    following, people, last_s = VideoFollowing(), list[Person](), 0.0
    began_s = time.monotonic()
    with ExitStack() as opened, progress(f"analyzing {video.name}", total=1.0) as advance:
        drawn: AnnotatedVideo | None = None
        for look in looks(stream, rate_hz, detectors):
            people += following.advance(look)
            last_s = look.view.ref.pts_s
            if outputs.annotated is not None:
                drawn = drawn or opened.enter_context(AnnotatedVideo(outputs.annotated, look.view.ref.size))
                drawn.write(look.view.whole(), last_s, following.shown())
            advance(stream.progress)
        people += following.close()
    took_s = time.monotonic() - began_s
    lines = _written(following, people, outputs, models)
    n = following.n_looks
    return Analysis(video, n, round(last_s, 3), round(took_s, 3), round(n / max(took_s, 1e-9), 2), lines)


def detector(models: ModelsSettings) -> PersonDetector:
    """A detector with a network of its own, on one thread: several side by side beat one with several threads."""
    inference = LocalInference(models.folder, execution(models))
    name = models.names().detector
    inference.ready(name)
    return PersonDetector(inference, name, min_score=TrackerSettings().unsure_score, deadline_s=_DEADLINE_S)


def _written(
    following: VideoFollowing, people: list[Person], outputs: Outputs, models: ModelsSettings
) -> list[dict[str, object]]:
    """Writes text outputs; gives the people as plain values in order of their id."""
    ordered = sorted(people, key=lambda person: person.id)
    if outputs.mot is not None:
        _write(outputs.mot, following.rows.lines(following.ids))
    if outputs.sightings is None:
        return [_brief(person) for person in ordered]
    inference = LocalInference(models.folder, execution(models))
    describer = Describer(AttributeClassifier(inference, models.names().attributes, deadline_s=_DEADLINE_S))
    lines = [line(person, describer.attributes(person), _BEGAN) for person in ordered]
    _write(outputs.sightings, (as_json_text(each) + "\n" for each in lines))
    return [{**_brief(person), "colours": each["colours"]} for person, each in zip(ordered, lines, strict=True)]


def _brief(person: Person) -> dict[str, object]:
    tracklet = person.tracklet
    return {
        "id": person.id,
        "started_s": round((tracklet.started_at - _BEGAN).total_seconds(), 3),
        "ended_s": round((tracklet.ended_at - _BEGAN).total_seconds(), 3),
        "n_detections": tracklet.n_detections,
    }


def _cells(person: dict[str, object]) -> tuple[object, ...]:
    colours = person.get("colours")
    parts = colours.items() if isinstance(colours, dict) else ()
    words = [f"{part} {max(scores, key=scores.get)}" for part, scores in parts]
    return (person["id"], person["started_s"], person["ended_s"], person["n_detections"], ", ".join(words) or None)


def _check(video: Path, outputs: Outputs) -> None:
    """Raises Misconfigured before any work where it could come to nothing."""
    if not video.is_file():
        raise Misconfigured(f"{video} is no file.")
    for path in (outputs.mot, outputs.sightings, outputs.annotated):
        if path is not None and not path.parent.is_dir():
            raise Misconfigured(f"{path} cannot be written: there is no folder {path.parent}.")
        if path is not None and path.exists() and path.samefile(video):
            raise Misconfigured(f"{path} is the video itself.")


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(lines)
    except OSError as error:
        raise Misconfigured(f"{path} cannot be written: {error.strerror}.") from error
