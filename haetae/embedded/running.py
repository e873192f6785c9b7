"""A stack that is kept running by a thread of this process while something else is done with it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from haetae.embedded.home import Home
from haetae.embedded.stack import Stack
from haetae.embedded.state import StackState
from haetae.embedded.supervisor import Supervisor
from haetae.errors import Misconfigured, Transient


class Running:
    """The supervisor's thread. Use `running_stack`."""

    def __init__(self, supervisor: Supervisor, stop: threading.Event) -> None:
        self._supervisor = supervisor
        self._stop = stop
        self._thread = threading.Thread(target=self._run, name="supervisor")

    def start(self) -> None:
        self._thread.start()

    def state(self) -> StackState:
        return self._supervisor.state()

    def wait_for(self, what: str, reached: Callable[[], bool], within_s: float, every_s: float = 0.5) -> None:
        """Returns when `reached`. Raises Transient when it takes longer, and what `check` raises."""
        deadline = time.monotonic() + within_s
        while True:
            self.check()
            if reached():
                return
            if time.monotonic() > deadline:
                raise Transient(f"{what}: not within {within_s:.0f} s")
            self._stop.wait(every_s)

    def check(self) -> None:
        """Raises Misconfigured when a part could not be started, KeyboardInterrupt when somebody asked to stop."""
        if self._supervisor.failure is not None:
            raise self._supervisor.failure
        if self._stop.is_set():
            raise KeyboardInterrupt

    def end(self) -> None:
        """Stops every part and waits until all have ended."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with suppress(Misconfigured):  # told by `failure`
            self._supervisor.run(self._stop)


@contextmanager
def running_stack(
    stack: Stack, home: Home, stop: threading.Event, changed: Callable[[StackState], None] = lambda state: None
) -> Iterator[Running]:
    """The stack, started and supervised until the block ends; then every part of it has ended."""
    running = Running(Supervisor(stack.watches(), home.state_file, changed), stop)
    running.start()
    try:
        yield running
    finally:
        running.end()
