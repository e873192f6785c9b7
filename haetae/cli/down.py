"""`haetae down`: ends the stack of a home from another shell."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

import typer

from haetae.cli.output import AsJson, emit, progress, say
from haetae.cli.status import HomeFolder
from haetae.embedded import state as state_file
from haetae.embedded.home import Home
from haetae.embedded.supervisor import end_children_of
from haetae.errors import Transient

_WITHIN_S = 120.0


def register(app: typer.Typer) -> None:
    app.command("down", help="Stop the stack and wait until all of it has ended.")(down)


def down(home: HomeFolder = None, as_json: AsJson = False) -> None:
    """Asks the supervisor; where that was killed, ends what it left behind. Raises Transient when it does not end in time."""
    place = Home.from_environment(home)
    found = state_file.read(place.state_file)
    was_running = found is not None and found.is_running
    left: list[str] = []
    if found is not None and was_running:
        with suppress(ProcessLookupError):
            os.kill(found.pid, signal.SIGTERM)
        with progress("stopping"):
            _wait_for(place)
    else:
        left = end_children_of(found)
    say("stopped" if was_running or left else "nothing was running")
    if as_json:
        emit({"stopped": was_running or bool(left), "left_behind": left}, as_json)


def _wait_for(place: Home) -> None:
    deadline = time.monotonic() + _WITHIN_S
    while place.is_held():
        if time.monotonic() > deadline:
            raise Transient("The stack has not ended yet: see `haetae status`", home=place.folder)
        time.sleep(0.1)
