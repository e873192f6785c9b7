"""`haetae up`: the whole stack in the foreground."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from haetae.cli.output import say
from haetae.cli.status import HomeFolder, draw
from haetae.embedded.home import Home
from haetae.embedded.stack import Stack, StackOptions
from haetae.embedded.state import Phase, StackState
from haetae.embedded.supervisor import Supervisor
from haetae.settings import Settings

Port = Annotated[int, typer.Option("--port", help="Of the API; another free one is taken when it is busy.")]


def register(app: typer.Typer) -> None:
    app.command("up", help="Start the whole stack on this machine and keep it running until Ctrl-C or `haetae down`.")(up)


def up(
    home: HomeFolder = None,
    port: Port = 8080,
    allow_network: Annotated[
        list[str] | None, typer.Option(help="CIDR of a private network with cameras, such as 10.20.0.0/16 (repeatable).")
    ] = None,
    import_folder: Annotated[list[Path] | None, typer.Option(help="Folder whose files may be imported (repeatable).")] = None,
    all_addresses: Annotated[
        bool, typer.Option("--all-addresses", help="Open the API to the network, on all addresses of this machine.")
    ] = False,
) -> None:
    """Everything is started in order, watched, restarted when it dies, and ended in reverse order."""
    place = Home.from_environment(home)
    settings = Settings.load()
    options = StackOptions(
        door_port=port,
        all_addresses=all_addresses,
        door=settings.http.serving(),
        mirror=settings.models.mirror,
        allowed_networks=allow_network or (),
        import_folders=import_folder or (),
    )
    with place.held(), stopped_by_signals() as stop:
        stack = Stack(place, options)
        stack.prepare(say)
        with shown(place) as changed:
            announced = False

            def tell(state: StackState) -> None:
                nonlocal announced
                changed(state)
                if state.all_ready and not announced:
                    announced = True
                    key = stack.token if sys.stderr.isatty() else "by `haetae key add`"  # it is not for logs
                    say(f"API {stack.address}  docs {stack.address}/docs  key {key}", style="bold green")

            Supervisor(stack.watches(), place.state_file, tell).run(stop)


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set; a third one ends this process at once, as if nobody had asked nicely."""
    stop = threading.Event()
    asked = 0

    def ask(number: int, _: object) -> None:
        nonlocal asked
        asked += 1
        stop.set()
        if asked > 2:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def shown(home: Home) -> Iterator[Callable[[StackState], None]]:
    """A live table on a terminal; one line for each change elsewhere. The block gets the function that takes each state."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Changes()
        return
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        yield lambda state: live.update(draw(state, f"Haetae in {home.folder}, logs in {home.logs}"))


class Changes:
    """Says on stderr what has changed since the last time."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Phase, int]] = {}

    def __call__(self, state: StackState) -> None:
        for part in state.parts:
            now = (part.phase, part.restarts)
            if self._known.get(part.name) != now:
                self._known[part.name] = now
                words = [part.name, part.phase.value, f"port {part.port}" if part.port else None, part.why, part.remark]
                say(" ".join(word for word in words if word))
