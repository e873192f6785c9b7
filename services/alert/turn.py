"""Whose turn it is: all workers answer the API, one of them at a time hears of sightings and cameras.

What cameras do is told in single reports, and how long it lasts is known to who heard all of them. So the two streams belong to
whoever holds the lease; the next one starts from what is stored.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from haetae.bus.consumer import Commit
from haetae.bus.leases import Leases
from haetae.bus.topics import CAMERA_REPORTS, SIGHTINGS
from haetae.errors import Transient
from haetae.telemetry import logs
from haetae.telemetry.health import Health

_NAME = "worker"


class Turn:
    """The lease, kept by a thread of its own, given back once nothing is in hand. `take_over` comes before the first message."""

    def __init__(self, leases: Leases, take_over: Callable[[], None]) -> None:
        self._leases = leases
        self._take_over = take_over
        self._taken_over = False

    def topics(self) -> list[str]:
        """The streams to read now: both, or none while another has the turn. For the consumer's thread. Raises Transient."""
        if not self._leases.is_held(_NAME):
            self._taken_over = False
            return []
        if not self._taken_over:
            self._take_over()
            self._taken_over = True
            logs.get().info("turn_taken")
        return [SIGHTINGS, CAMERA_REPORTS]

    def only(self, act: Callable[[], Commit | None]) -> Callable[[], Commit | None]:
        """`act`, done while it is our turn."""
        return lambda: act() if self._taken_over and self._leases.is_held(_NAME) else None

    def start(self, stop: threading.Event, health: Health) -> threading.Thread:
        """Asks for the lease and renews it until `stop` is set."""
        thread = threading.Thread(target=self._keep, args=(stop, health), name="turn", daemon=True)
        thread.start()
        return thread

    def leave(self) -> None:
        """Gives the lease back: nothing is in hand any more."""
        try:
            self._leases.release(_NAME)
        except Transient as error:
            logs.get().info("lease_left_to_expire", cause=error.message)

    def _keep(self, stop: threading.Event, health: Health) -> None:
        while not stop.is_set():
            try:
                self._leases.acquire(_NAME)  # renews what is ours
                health.beat("turn")
            except Transient as error:
                logs.get().info("lease_not_renewed", cause=error.message)
            stop.wait(self._leases.renew_every_s)
        health.forget("turn")
