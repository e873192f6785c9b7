"""`haetae status`: what runs, on which port, since when."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from haetae.cli.output import AsJson, emit, table_of
from haetae.embedded import state as state_file
from haetae.embedded.home import Home
from haetae.embedded.state import PartState, Phase, StackState

HomeFolder = Annotated[Path | None, typer.Option("--home", help="Folder of the stack [default: $HAETAE_HOME or .haetae].")]

_STYLES = {
    Phase.WAITING: "dim",
    Phase.STARTING: "cyan",
    Phase.READY: "bold green",
    Phase.UNREADY: "bold yellow",
    Phase.BACKING_OFF: "bold red",
    Phase.STOPPED: "dim",
}
_NOT_RUNNING = 3
_NOT_READY = 1


def register(app: typer.Typer) -> None:
    app.command("status", help="What runs, on which port, since when. Ends with 0 when everything is ready.")(status)


def status(home: HomeFolder = None, as_json: AsJson = False) -> None:
    """Ends with 0 when all is ready, 1 when something is not, 3 when nothing runs."""
    found = state_file.read(Home.from_environment(home).state_file)
    if found is None or not found.is_running:
        emit({"running": False, "ready": False, "parts": []}, as_json, lambda: Table(title="No stack runs here."))
        raise typer.Exit(_NOT_RUNNING)
    told = {"running": True, "ready": found.all_ready, "pid": found.pid, "parts": [asdict(part) for part in found.parts]}
    emit(told, as_json, lambda: draw(found))
    if not found.all_ready:
        raise typer.Exit(_NOT_READY)


def draw(stack: StackState, title: str = "Haetae") -> Table:
    """The parts as a coloured table."""
    rows = [
        (Text(part.name, style="bold"), Text(part.phase.value, style=_STYLES[part.phase]), part.port, part.pid,
         _age(time.time() - part.since), part.restarts or None, _words(part))
        for part in stack.parts
    ]  # fmt: skip
    return table_of(title, ["part", "state", "port", "pid", "for", "restarts", ""], rows)


def _words(part: PartState) -> str:
    return "; ".join(words for words in (part.why, part.remark) if words)


def _age(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
