"""`haetae import FILE... --camera ID --start INSTANT`: recorded files go through the same services as live cameras."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import av
import typer

from haetae.cli.api import Api, Json, is_elsewhere, opened_api
from haetae.cli.output import AsJson, emit, progress, say, table_of
from haetae.cli.status import HomeFolder
from haetae.embedded.home import Home
from haetae.errors import Refused
from haetae.media.recorder_names import start_in

_EVERY_S = 0.5
_FAILED = 1
_DONE = {"finished", "failed"}


def register(app: typer.Typer) -> None:
    app.command("import", help="Bring recorded files of one camera in, one after the other.")(import_files)


def import_files(
    files: Annotated[
        list[Path], typer.Argument(help="Video files, in the order in which they were recorded.", exists=True, dir_okay=False)
    ],
    camera: Annotated[str, typer.Option("--camera", help="Which camera recorded them; it must be registered.")],
    start: Annotated[
        str | None,
        typer.Option(
            "--start",
            help="When the first frame was captured (ISO 8601; local time without a zone) [default: from the file's name].",
        ),
    ] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="The services see the files where they are: take no copy.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Follow until they are read.")] = True,
    home: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    """Of several files each begins where the one before it ended. Ends with 1 where one could not be read."""
    place = Home.from_environment(home)
    starts = starts_of(files, _instant(start))
    with opened_api(place) as api:
        recordings = []
        for file, began in zip(files, starts, strict=True):
            path = file.resolve() if in_place or is_elsewhere() else brought(file.resolve(), place.imports)
            asked = {"camera_id": camera, "path": str(path), "recorded_from": began.isoformat()}
            recordings.append(api.ask("POST", "/v1/recordings", json=asked))
        if wait:
            recordings = [_followed(api, recording) for recording in recordings]
    columns = ["file", "camera", "from", "state", "progress", ""]
    rows = [
        [Path(r["path"]).name, r["camera_id"], r["recorded_from"], r["state"], r["progress"], r["detail"]] for r in recordings
    ]
    emit(recordings, as_json, lambda: table_of("Imported" if wait else "Handed in", columns, rows))
    if any(recording["state"] == "failed" for recording in recordings):
        raise typer.Exit(_FAILED)


def starts_of(files: Sequence[Path], start: datetime | None) -> list[datetime]:
    """When each file's first frame was captured: told by its name, or `start` and from then on file after file.

    Raises Refused where a file is no video, or nothing tells its start.
    """
    starts: list[datetime] = []
    for file in files:
        if start is None:
            told = start_in(file.stem, datetime.now().astimezone().tzinfo or UTC)
            if told is None:
                raise Refused(f"The name of {file.name} tells no time: give --start.", status=422, kind="unknown-start")
            starts.append(told)
        else:
            starts.append(start)
            start += _duration(file)
    return starts


def brought(file: Path, folder: Path) -> Path:
    """The file below `folder`: where it is, or as a link or copy under a name that the same file gets again."""
    if file.is_relative_to(folder):
        return file
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = file.stat()
    mark = sha256(f"{file}\0{facts.st_size}\0{facts.st_mtime_ns}".encode()).hexdigest()[:12]
    target = folder / f"{mark}-{file.name}"
    if not target.exists():
        incoming = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            os.link(file, incoming)
        except OSError:  # another file system
            say(f"copying {file.name}")
            shutil.copyfile(file, incoming)
        incoming.replace(target)
    return target


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter("is an instant such as 2026-05-04T09:30:00+09:00", param_hint="--start") from None


def _duration(file: Path) -> timedelta:
    try:
        with av.open(str(file)) as container:
            if not container.streams.video:
                raise Refused(f"{file.name} holds no video.", status=422, kind="not-a-video")
            return timedelta(microseconds=container.duration or 0)
    except av.error.FFmpegError:
        raise Refused(f"{file.name} is no video that can be read.", status=422, kind="not-a-video") from None


def _followed(api: Api, recording: Json, pause: Callable[[float], None] = time.sleep) -> Json:
    with progress(Path(recording["path"]).name, total=1.0) as done:
        while recording["state"] not in _DONE:
            pause(_EVERY_S)
            recording = api.ask("GET", f"/v1/recordings/{recording['id']}")
            done(recording["progress"])
    return recording
