"""What runs beside the API: the compiling of the ranking kernels, after which the service is ready."""

from __future__ import annotations

import threading

from haetae.ranking.warm_up import warm_up
from haetae.telemetry import logs
from haetae.telemetry.health import Health


class Warming:
    """Compiles ahead in a thread. The API answers meanwhile, but is not ready: a first query would wait for the compiler."""

    def __init__(self, health: Health) -> None:
        self._done = threading.Event()
        health.check("ranking", lambda: None if self._done.is_set() else "The ranking kernels are being compiled.")

    def start(self) -> None:
        """Begins, and returns at once."""
        threading.Thread(target=self._warm, name="warming", daemon=True).start()

    def _warm(self) -> None:
        warm_up()
        self._done.set()
        logs.get().info("ranking_warmed")
