"""`haetae camera add|list|remove|test`: where pictures come from. Passwords come by prompt, environment or standard input."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from haetae.cli.api import Json, opened_api
from haetae.cli.output import AsJson, emit, say, table_of
from haetae.cli.status import HomeFolder
from haetae.domain.camera import SourceKind, Transport
from haetae.embedded.home import Home
from haetae.errors import Refused

_STYLES = {"live": "green", "connecting": "cyan", "finished": "blue", "stale": "yellow", "backing-off": "red", "disabled": "dim"}
_FAILED = 1

Kind = Annotated[SourceKind | None, typer.Option("--kind", help="What the URL leads to [default: told by the URL].")]
Carried = Annotated[Transport, typer.Option("--transport", help="How RTSP carries its media.")]
Username = Annotated[
    str | None,
    typer.Option("--username", help="The password is asked for, or taken from HAETAE_CAMERA_PASSWORD or --password-stdin."),
]
FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("add", help="Register a camera; it is read within seconds.")(add)
    group.command("list", help="All cameras and how they fare.")(list_command)
    group.command("remove", help="Forget cameras; their sightings stay until their day is over.")(remove)
    group.command("test", help="Open a source and wait for its first picture. Ends with 1 where none comes.")(try_out)
    app.add_typer(group, name="camera", help="Add, list, remove and test cameras.")


def add(  # noqa: PLR0913 - the options of a command
    id: Annotated[str, typer.Argument(help="a-z, 0-9, '.', '_' and '-'.")],
    url: Annotated[str, typer.Argument(help="rtsp://host/path, a file, a folder, an SDP file or /dev/video<N>.")],
    name: Annotated[str, typer.Option("--name", help="For people [default: the id].")] = "",
    kind: Kind = None,
    transport: Carried = Transport.TCP,
    position: Annotated[str | None, typer.Option("--position", help="LATITUDE,LONGITUDE in degrees.")] = None,
    rate: Annotated[float, typer.Option("--rate", help="Frames a second of capture time; 0 means every frame.")] = 5.0,
    recorded_from: Annotated[datetime | None, typer.Option("--recorded-from", help="Of a file: its first frame.")] = None,
    username: Username = None,
    password_stdin: FromStdin = False,
    home: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    asked = {
        "id": id,
        "name": name,
        **_source(url, kind, transport, username, password_stdin),
        "position": _place(position),
        "sampling": {"rate_hz": rate},
        "recorded_from": recorded_from.astimezone().isoformat() if recorded_from else None,
    }
    with opened_api(Home.from_environment(home)) as api:
        camera = api.ask("POST", "/v1/cameras", json=asked)
    emit(camera, as_json, lambda: _table([camera]))


def list_command(home: HomeFolder = None, as_json: AsJson = False) -> None:
    with opened_api(Home.from_environment(home)) as api:
        cameras = api.ask("GET", "/v1/cameras")["items"]
    emit(cameras, as_json, lambda: _table(cameras))


def remove(
    ids: Annotated[list[str], typer.Argument(help="Cameras to forget.")], home: HomeFolder = None, as_json: AsJson = False
) -> None:
    with opened_api(Home.from_environment(home)) as api:
        for id in ids:
            api.ask("DELETE", f"/v1/cameras/{id}")
            say(f"{id} is forgotten")
    emit({"removed": ids}, as_json, lambda: table_of("Forgotten", ["camera"], [[id] for id in ids]))


def try_out(
    source: Annotated[str, typer.Argument(help="A registered camera's id, or a URL.")],
    kind: Kind = None,
    transport: Carried = Transport.TCP,
    username: Username = None,
    password_stdin: FromStdin = False,
    home: HomeFolder = None,
    as_json: AsJson = False,
) -> None:
    is_url = "://" in source or source.startswith("/")
    with opened_api(Home.from_environment(home)) as api:
        if is_url:
            report = api.ask("POST", "/v1/cameras/test", json=_source(source, kind, transport, username, password_stdin))
        else:
            report = api.ask("POST", f"/v1/cameras/{source}/test")
    emit(report, as_json, lambda: table_of("Test", ["", ""], [[name, value] for name, value in report.items()]))
    if not report["ok"]:
        raise typer.Exit(_FAILED)


def _source(url: str, kind: SourceKind | None, transport: Transport, username: str | None, password_stdin: bool) -> Json:
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise Refused(
            "Other users see a command's words: give --username instead of credentials in the URL.", status=422, kind=""
        )
    source: Json = {"kind": (kind or _kind_of(url)).value, "url": url, "transport": transport.value}
    if username is not None:
        source["credentials"] = {"username": username, "password": _password(password_stdin)}
    return source


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    told = os.environ.get("HAETAE_CAMERA_PASSWORD")
    return told if told is not None else str(typer.prompt("Password", hide_input=True, err=True))


def _kind_of(url: str) -> SourceKind:
    if url.startswith("/dev/video"):
        return SourceKind.USB
    if url.lower().endswith(".sdp"):
        return SourceKind.RTP
    if url.startswith("/"):
        return SourceKind.FOLDER if url.endswith("/") else SourceKind.FILE
    return SourceKind.RTSP


def _place(position: str | None) -> Json | None:
    if position is None:
        return None
    try:
        latitude, longitude = (float(part) for part in position.split(","))
    except ValueError:
        raise typer.BadParameter("is LATITUDE,LONGITUDE, such as 37.5665,126.978", param_hint="--position") from None
    return {"latitude": latitude, "longitude": longitude}


def _table(cameras: list[Json]) -> Table:
    rows = []
    for camera in cameras:
        report = camera["report"] or {}
        state = "disabled" if not camera["enabled"] else report.get("state", "not read yet")
        rows.append(
            [camera["id"], camera["name"], camera["kind"], camera["url"], Text(state, style=_STYLES.get(state, "")),
             report.get("since"), report.get("detail")]
        )  # fmt: skip
    return table_of("Cameras", ["id", "name", "kind", "url", "state", "since", ""], rows)
