"""Sightings and crops leave after their time: once an hour, by one worker of all."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from haetae.errors import Refused, Transient


class RetentionJob:
    """A thread of its own, so that deleting a day's crops never holds up the stream.

    `drop` removes what is too old and says how many days that was (Transient: again soon; Refused: again at the next turn);
    `may_work` is true for one worker at a time.
    """

    def __init__(
        self,
        drop: Callable[[], int],
        may_work: Callable[[], bool],
        log: structlog.stdlib.BoundLogger,
        *,
        every_s: float = 3600.0,
        retry_s: float = 60.0,
    ) -> None:
        self._drop = drop
        self._may_work = may_work
        self._log = log
        self._every_s = every_s
        self._retry_s = retry_s

    def start(self, stop: threading.Event) -> threading.Thread:
        """Runs until `stop` is set."""
        thread = threading.Thread(target=self.run, args=(stop,), name="retention", daemon=True)
        thread.start()
        return thread

    def run(self, stop: threading.Event) -> None:
        """The loop: a failed turn is told and tried again soon."""
        wait_s = 0.0
        while not stop.wait(wait_s):
            wait_s = self._every_s if self.turn() else self._retry_s

    def turn(self) -> bool:
        """One turn; False where it could not be done now."""
        try:
            if not self._may_work():
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
