"""Starts the parts in order, keeps them running, and ends all of them, whatever happens in between."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from haetae.embedded import state as state_file
from haetae.embedded.child import end_leftovers
from haetae.embedded.state import Phase, StackState, created_at
from haetae.embedded.watch import Watch
from haetae.errors import Misconfigured

_LOOK_EVERY_S = 0.1
_TELL_EVERY_S = 1.0


class Supervisor:
    """One thread looks after all parts. `changed` is called with the whole state at each change and about once a second."""

    def __init__(self, watches: Iterable[Watch], file: Path, changed: Callable[[StackState], None] = lambda state: None) -> None:
        self._watches = list(watches)
        self._file = file
        self._changed = changed
        self._me = (os.getpid(), created_at(os.getpid()) or 0.0)
        self._told: tuple[object, ...] = ()
        self._told_at = 0.0
        self.failure: Misconfigured | None = None

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Every part is ended before it returns, in reverse order. Raises Misconfigured."""
        self._end_leftovers()
        try:
            while not stop.is_set():
                self._look()
                stop.wait(_LOOK_EVERY_S)
        except Misconfigured as error:
            self.failure = error
            raise
        finally:
            self._stop_all()

    def state(self) -> StackState:
        """Safe from other threads: built of values only."""
        return StackState(*self._me, tuple(watch.state() for watch in self._watches))

    def _look(self) -> None:
        ready = frozenset(watch.part.name for watch in self._watches if watch.was_ready)
        for watch in self._watches:
            watch.step(ready)
        now = tuple((watch.phase, watch.why, watch.restarts) for watch in self._watches)
        if now != self._told or time.monotonic() - self._told_at > _TELL_EVERY_S:
            self._told = now
            self._tell()

    def _stop_all(self) -> None:
        """What needs other parts ends before them; parts that do not need each other end side by side."""
        users = [watch for watch in reversed(self._watches) if watch.needs]
        used = [watch for watch in reversed(self._watches) if not watch.needs]
        for tier in (users, used):
            for watch in tier:
                watch.ask_to_stop()
            for watch in tier:
                watch.stop()
                self._tell()

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        state = self.state()
        state_file.write(self._file, state)
        self._changed(state)

    def _end_leftovers(self) -> None:
        """A supervisor that was killed could not end its children: they would hold the ports and the data folders."""
        end_children_of(state_file.read(self._file))


def end_children_of(state: StackState | None) -> list[str]:
    """End what is left of a stack whose supervisor is gone; the names of the parts that still ran."""
    if state is None:
        return []
    ended: list[str] = []
    for users in (True, False):
        tier = [part for part in state.parts if part.needs_others is users and part.phase is not Phase.STOPPED]
        pids = end_leftovers((part.pid, part.created_at) for part in tier if part.pid and part.created_at)
        ended += [part.name for part in tier if part.pid in pids]
    return ended
