"""Whether a process can do its work now: probes of its peers, and beats of its loops."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Health:
    """Problems by name. A probe says why its peer cannot be used; a loop that has not beaten for too long is stale."""

    def __init__(self, stop: threading.Event | None = None, *, now_s: Callable[[], float] = time.monotonic) -> None:
        """A process that was told to end by `stop` is not ready any more."""
        self._stop = stop
        self._now_s = now_s
        self._probes: dict[str, Callable[[], str | None]] = {}
        self._loops: dict[str, tuple[float, float]] = {}  # name: (last beat, largest age allowed), seconds
        self._lock = threading.Lock()

    def check(self, name: str, probe: Callable[[], str | None]) -> None:
        """Asks `probe` whenever readiness is asked; None means fine, words say why not. A probe has its own deadline."""
        with self._lock:
            self._probes[name] = probe

    def beat(self, name: str, max_age_s: float = 30.0) -> None:
        """The loop `name` did its work just now, and will again within `max_age_s` unless something is wrong."""
        with self._lock:
            self._loops[name] = (self._now_s(), max_age_s)

    def forget(self, name: str) -> None:
        """The loop `name` ended as it should."""
        with self._lock:
            self._loops.pop(name, None)

    def stale(self) -> dict[str, str]:
        """Loops that have not done their work for too long."""
        now_s = self._now_s()
        with self._lock:
            loops = dict(self._loops)
        return {
            name: f"no successful turn for {now_s - beat_s:.0f} s"
            for name, (beat_s, max_age_s) in loops.items()
            if now_s - beat_s > max_age_s
        }

    def ready(self) -> dict[str, str]:
        """Problems by name; empty when everything works."""
        with self._lock:
            probes = dict(self._probes)
        if self._stop is not None and self._stop.is_set():
            return {"stopping": "The process was told to end."}
        problems = {name: problem for name, probe in probes.items() if (problem := probe()) is not None}
        return {**problems, **self.stale()}
