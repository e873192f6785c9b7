"""`haetae demo`: the whole stack with clips or a simulated city as live cameras, and the first search."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from haetae.cli.output import emit, progress, say, table_of
from haetae.cli.status import HomeFolder
from haetae.cli.up import shown, stopped_by_signals
from haetae.embedded.demo import city
from haetae.embedded.demo.api import Api
from haetae.embedded.demo.cast import Cast, choose_cast, choose_city_cast
from haetae.embedded.demo.city import CityTruth
from haetae.embedded.demo.receiver import receiving
from haetae.embedded.demo.report import Report
from haetae.embedded.demo.story import Story
from haetae.embedded.home import Home
from haetae.embedded.ports import LOOPBACK
from haetae.embedded.running import Running, running_stack
from haetae.embedded.service import simulated_cameras
from haetae.embedded.stack import Stack, StackOptions
from haetae.inference.detector import PersonDetector
from haetae.inference.triton import TritonInference
from haetae.settings import Settings
from haetae.simulator.serving.clip import clips_in

_READY_WITHIN_S = 300.0


def register(app: typer.Typer) -> None:
    app.command("demo", help="The whole stack with a simulated city or clips as live cameras, and the first search.")(demo)


def demo(
    clips: Annotated[Path | None, typer.Option(help="Folder of videos, each a live camera; else a simulated city.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Verify, print one JSON summary, stop everything.")] = False,
    home: HomeFolder = None,
    keep: Annotated[bool, typer.Option("--keep", help="With --check: keep the data and logs of a passed check.")] = False,
    seconds: Annotated[float, typer.Option(help="With --check: let the cameras run at least so long.")] = 0.0,
    port: Annotated[int, typer.Option(help="Of the API; another free one is taken when it is busy.")] = 8080,
) -> None:
    """Ends with 0 after Ctrl-C, or, with --check, when everything was as it must be."""
    report = Report()
    with _home(home, check) as place, place.held(), stopped_by_signals() as stop:
        answer = _play(place, clips, port, report, stop, seconds if check else None)
    if check:
        if report.passed and home is None and not keep:
            shutil.rmtree(place.folder, ignore_errors=True)
        else:
            say(f"data and logs are kept in {place.folder}")
        emit({**report.as_json(), "answer": answer}, as_json=True)  # the last line, whichever streams are read together
        sys.exit(0 if report.passed else 1)


@contextmanager
def _home(given: Path | None, check: bool) -> Iterator[Home]:
    """A check without --home starts from nothing; otherwise data of an earlier start is used again."""
    yield Home(Path(tempfile.mkdtemp(prefix="haetae-demo-"))) if check and given is None else Home.from_environment(given)


def _play(
    place: Home, given: Path | None, port: int, report: Report, stop: threading.Event, check_s: float | None
) -> list[dict[str, Any]]:
    """The whole course. `check_s` None: keeps running after the first answer until `stop`. The rows of the first answer."""
    folder = given or _drawn(place, report, stop)
    clips = clips_in(folder)
    began_at = time.time()
    truth = None if given else CityTruth(folder, began_at)
    cameras = simulated_cameras(folder, cache=place.folder / "clips", began_at=began_at if truth else None)
    stack = Stack(
        place,
        StackOptions(
            door_port=port,
            mirror=Settings.load().models.mirror,
            allowed_networks=(f"{LOOPBACK}/32",),
            import_folders=(folder,),
            extra=(cameras,),
        ),
    )
    stack.prepare(say)
    report.reached("networks_fetched")
    with ExitStack() as whole:
        received = whole.enter_context(receiving())
        with shown(place) as changed:
            running = whole.enter_context(running_stack(stack, place, stop, changed))
            running.wait_for("the networks are served", lambda: _is_ready(running, "triton"), _READY_WITHIN_S)
            cast = _cast(clips, stack, truth)
            running.wait_for("everything is ready", lambda: running.state().all_ready, _READY_WITHIN_S)
        report.reached("ready")
        report.remarks += [f"{part.name}: {part.remark}" for part in running.state().parts if part.remark]
        api = Api(stack.address, stack.token)
        whole.callback(api.close)
        story = Story(api, running, cast, report, say)
        story.watch_for(received)
        story.bring_in(lambda camera: f"rtsp://{LOOPBACK}:{cameras.port}/{camera}")
        story.wait_until_live()
        answer = story.find()
        rows = [{**candidate, "crop": file.name} for candidate, file in story.save_crops(answer, place.demo)]
        Console(stderr=check_s is not None).print(_table(rows))
        say(f"photo and crops are in {place.demo}")
        say(f"API  {stack.address}\ndocs {stack.address}/docs\nkey  {stack.token}", style="bold green")
        if check_s is None:
            say("Ctrl-C stops everything")
            stop.wait()
            return rows
        story.verify(received, check_s)
        story.clear_up()
        report.reached("verified")
    report.reached("stopped")
    return [{name: row[name] for name in ("camera_id", "started_at", "distance", "reranked_distance")} for row in rows]


def _is_ready(running: Running, name: str) -> bool:
    return any(part.name == name and part.phase == "ready" for part in running.state().parts)


def _drawn(place: Home, report: Report, stop: threading.Event) -> Path:
    """The simulated city's films, kept for the next time. Raises KeyboardInterrupt when `stop` is set meanwhile."""
    with progress(f"drawing a city of {city.N_CAMERAS} cameras", city.n_frames()) as advance:

        def told(done: float, of: float) -> None:
            if stop.is_set():
                raise KeyboardInterrupt
            advance(city.n_frames() - of + done)  # the rest is there already

        folder = city.drawn(place.folder / "city", told)
    report.reached("city_drawn")
    return folder


def _cast(clips: dict[str, Path], stack: Stack, truth: CityTruth | None) -> Cast:
    inference = TritonInference(stack.inference_address)
    detector = PersonDetector(inference, stack.networks.detector, deadline_s=20)
    try:
        return choose_cast(clips, detector) if truth is None else choose_city_cast(clips, detector, truth)
    finally:
        inference.close()


def _table(rows: list[dict[str, Any]]) -> Table:
    columns = ["camera_id", "started_at", "distance", "reranked_distance", "quality", "crop"]
    cells = [[rank, *(row[column] for column in columns)] for rank, row in enumerate(rows, start=1)]
    return table_of("The first search", ["rank", *columns], cells)
