"""Sightings and crops leave after their time: once an hour, by one worker of all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

import structlog

from haetae.errors import Refused, Transient


class Lease(Protocol):
    """What keeps others from the same work."""

    def acquire(self, name: str) -> bool:
        """Whether it is ours to do now. Raises Transient."""
        ...

    def release(self, name: str) -> None:
        """Another may do it at once. Raises Transient."""
        ...


class RetentionJob:
    """A thread of its own, so that deleting a day's crops never holds up the stream.

    `drop` removes what is too old and says how many days that was (Transient: again soon; Refused: again at the next turn).
    It works under the lease `name`, which one worker has at a time, and which is given back when the thread ends.
    """

    def __init__(
        self,
        drop: Callable[[], int],
        lease: Lease,
        log: structlog.stdlib.BoundLogger,
        *,
        name: str = "gallery",
        every_s: float = 3600.0,
        retry_s: float = 60.0,
    ) -> None:
        self._drop = drop
        self._lease = lease
        self._log = log
        self._name = name
        self._every_s = every_s
        self._retry_s = retry_s
        self._thread: threading.Thread | None = None

    def start(self, stop: threading.Event) -> threading.Thread:
        """Runs until `stop` is set."""
        self._thread = threading.Thread(target=self.run, args=(stop,), name="retention", daemon=True)
        self._thread.start()
        return self._thread

    def join(self, within_s: float = 5.0) -> None:
        """Waits for it once `stop` is set; one that deletes a large folder just then is left, its lease ends by itself."""
        if self._thread is not None:
            self._thread.join(within_s)

    def run(self, stop: threading.Event) -> None:
        """The loop: a failed turn is told and tried again soon. Nothing is deleted any more when the lease is given back."""
        wait_s = 0.0
        while not stop.wait(wait_s):
            wait_s = self._every_s if self.turn() else self._retry_s
        try:
            self._lease.release(self._name)
        except Transient as error:
            self._log.info("lease_left_to_expire", cause=error.message)

    def turn(self) -> bool:
        """One turn; False where it could not be done now."""
        try:
            if not self._lease.acquire(self._name):
                return False
            n_days = self._drop()
        except Transient as error:
            self._log.warning("retention_put_off", why=str(error))
            return False
        except Refused as error:  # a person has to look: a wrong clock, or too much at once
            self._log.error("retention_refused", why=error.message)
            return True
        if n_days:
            self._log.info("days_dropped", n=n_days)
        return True
