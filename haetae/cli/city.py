"""`haetae city`: a simulated city with known truth, as files or as live cameras."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from rich.table import Table

from haetae.cli.output import AsJson, emit, progress, say, table_of
from haetae.cli.up import stopped_by_signals
from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.simulator.city import surroundings, truth
from haetae.simulator.city.city import City, city
from haetae.simulator.city.live import AFFORDABLE_PER_CORE, LiveCity
from haetae.simulator.city.record import is_kept, record
from haetae.simulator.city.script import FIRST_SEED, Casting
from haetae.simulator.city.shooting import Shooting
from haetae.simulator.city.store import default_cache, digest
from haetae.simulator.drawing.light import LightKind
from haetae.simulator.drawing.weather import WeatherKind
from haetae.simulator.serving.clip import load_clip
from haetae.simulator.serving.push import Push
from haetae.simulator.serving.rtsp_server import RtspServer

MOST_DRAWN = 20


def register(app: typer.Typer) -> None:
    app.command("city", help="A simulated city with known truth, as files or as live cameras.")(city_)


def city_(  # noqa: PLR0913 - the options of a command
    seed: Annotated[int, typer.Option(help="Another seed is another city.")] = 7,
    cameras: Annotated[int, typer.Option(help="1 to 200.")] = 6,
    minutes: Annotated[float, typer.Option(help="How long the films are.")] = 5.0,
    out: Annotated[Path | None, typer.Option(help="Folder for <camera>.mp4, <camera>.gt.txt and city.json.")] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Live RTSP cameras until Ctrl-C.")] = False,
    rate: Annotated[float, typer.Option(help="Frames a second.")] = 15.0,
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT.")] = "1280x720",
    light: Annotated[str | None, typer.Option(help="day, dusk, night or overcast; the seed decides otherwise.")] = None,
    weather: Annotated[str | None, typer.Option(help="clear, rain, snow or fog; the seed decides otherwise.")] = None,
    shared_outfits: Annotated[int, typer.Option(help="So many people wear each outfit.")] = 1,
    drawn: Annotated[int, typer.Option(help="Of more cameras than this, the others show the same films again.")] = MOST_DRAWN,
    port: Annotated[int, typer.Option(help="With --serve: of the RTSP server.")] = 8554,
    push: Annotated[str | None, typer.Option(help="With --serve: also send to rtsp://host/{camera} or rtp://host:port.")] = None,
    as_json: AsJson = False,
) -> None:
    """Without --out and --serve: only the truth, nothing is drawn."""
    shooting = Shooting(_size(size), rate)
    if seed < 0:
        raise Misconfigured(f"A seed is 0 or more, not {seed}")
    if drawn < 1 or not 1 <= shared_outfits <= 20:
        raise Misconfigured("--drawn is at least 1, --shared-outfits 1 to 20")
    looks = surroundings.settings(FIRST_SEED["test"], seed, light_kind=_light(light), weather_kind=_weather(weather))
    made = city(seed, cameras, minutes, casting=Casting(outfits_shared_by=shared_outfits), setting=looks)
    if push is not None and not serve:
        raise Misconfigured("--push sends what --serve serves: give both")
    if serve:
        _serve(made, shooting, (drawn, port, push), out)
        return
    if out is not None:
        filmed(made, out, shooting, drawn)
        say(f"films and truth are in {out}")
    document = truth.document(made)
    emit(document if out is None else {"folder": str(out)}, as_json, lambda: _table(document))


def filmed(
    made: City, out: Path, shooting: Shooting, drawn: int = MOST_DRAWN, stop: threading.Event | None = None
) -> dict[str, Path]:
    """The films of a city in a folder, with a progress bar. Raises KeyboardInterrupt when `stop` is set meanwhile."""
    n_cameras = min(drawn, len(made.cameras))
    n_frames = n_cameras * shooting.n_frames(made)
    with progress(f"drawing {n_cameras} cameras of {made.minutes:g} min", n_frames) as advance:

        def told(done: float, of: float) -> None:
            if stop is not None and stop.is_set():
                raise KeyboardInterrupt
            advance(n_frames - of + done)  # the rest is there already

        return record(made, out, shooting, drawn=drawn, progress=told)


def _serve(made: City, shooting: Shooting, how: tuple[int, int, str | None], out: Path | None) -> None:
    drawn, port, push = how
    with stopped_by_signals() as stop, ExitStack() as pushes, _served(made, shooting, (drawn, port), out, stop) as server:
        for k, name in enumerate(server.names):
            emit({"name": name, "url": server.url(name)}, as_json=True)
            if push is not None:
                pushes.enter_context(_pushed(server, name, target_of(push, name, k), out or Path()))
        say("Ctrl-C stops the cameras")
        stop.wait()


def target_of(push: str, name: str, k: int) -> str:
    """Where the k-th camera is sent: its name for {camera}; plain RTP to every second port from the given one on."""
    filled = push.replace("{camera}", name)
    host, colon, port = filled.rpartition(":")
    if filled.startswith("rtp://") and colon and port.isdigit():
        return f"{host}:{int(port) + 2 * k}"
    if k and filled == push:
        raise Misconfigured("Several cameras cannot be sent to one address: put {camera} into it, such as rtsp://host/{camera}")
    return filled


def _pushed(server: RtspServer, name: str, target: str, folder: Path) -> Push:
    push = Push(server.camera(name), target)
    if target.startswith("rtp://"):
        push.write_sdp(folder / f"{name}.sdp")
        say(f"{name} goes to {target}, as {folder / name}.sdp says")
    return push


@contextmanager
def _served(
    made: City, shooting: Shooting, how: tuple[int, int], out: Path | None, stop: threading.Event
) -> Iterator[RtspServer]:
    """Drawn live where the machine can; otherwise prepared first, and kept."""
    drawn, port = how
    n_live = AFFORDABLE_PER_CORE * len(os.sched_getaffinity(0))
    if out is None and len(made.cameras) <= n_live and not is_kept(made, shooting):
        say(f"{len(made.cameras)} cameras are drawn while they are watched; the empty places come first")
        with RtspServer(port=port) as server, LiveCity(made, shooting, server):
            yield server
        return
    server = RtspServer(port=port)
    folder = out or default_cache() / digest(made, shooting) / "served"
    for name, film in filmed(made, folder, shooting, drawn, stop).items():
        server.add(name, load_clip(film))
    with server:
        yield server


def _size(text: str) -> ImageSize:
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise Misconfigured(f"--size is WIDTHxHEIGHT such as 1280x720, not '{text}'")
    return ImageSize(int(width), int(height))


def _light(text: str | None) -> LightKind | None:
    _check("light", text, get_args(LightKind))
    return cast(LightKind | None, text)


def _weather(text: str | None) -> WeatherKind | None:
    _check("weather", text, get_args(WeatherKind))
    return cast(WeatherKind | None, text)


def _check(option: str, text: str | None, words: tuple[str, ...]) -> None:
    if text is not None and text not in words:
        raise Misconfigured(f"--{option} is one of {', '.join(words)}, not '{text}'")


def _table(document: dict[str, object]) -> Table:
    cameras: list[dict[str, object]] = document["cameras"]  # type: ignore[assignment]
    places: list[dict[str, object]] = document["places"]  # type: ignore[assignment]
    routes: dict[str, list[dict[str, object]]] = document["routes"]  # type: ignore[assignment]
    rows = []
    for camera in cameras:
        place = places[int(str(camera["place"]))]
        n = sum(any(visit["camera"] == camera["id"] for visit in route) for route in routes.values())
        rows.append([camera["id"], place["name"], place["light"], place["weather"], n])
    return table_of(f"City of seed {document['seed']}", ["camera", "place", "light", "weather", "people"], rows)
