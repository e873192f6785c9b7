"""Counts what happens often and tells it at most once a second: noise becomes one event with `n`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class EventLog(Protocol):
    """Where a tally tells its counts: any structlog logger."""

    def info(self, event: str, **values: object) -> object: ...


@dataclass
class _Count:
    n: int = 0
    told_at_s: float = float("-inf")


class Tally:
    """One event name, one count per label set. The first of a series is told at once, the rest once per `every_s`.

    What was counted after the last event is told by the next count or by `flush`. Safe to use from several threads.
    """

    def __init__(self, log: EventLog, event: str, every_s: float = 1.0, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._event = event
        self._every_s = every_s
        self._now_s = now_s
        self._counts: dict[tuple[tuple[str, object], ...], _Count] = {}
        self._lock = threading.Lock()

    def count(self, n: int = 1, **labels: object) -> None:
        """Adds `n` to the label set and tells it if its last event is `every_s` ago."""
        key = tuple(sorted(labels.items()))
        now_s = self._now_s()
        with self._lock:
            count = self._counts.setdefault(key, _Count())
            count.n += n
            if now_s - count.told_at_s < self._every_s:
                return
            total, count.n, count.told_at_s = count.n, 0, now_s
        self._log.info(self._event, n=total, **labels)

    def flush(self) -> None:
        """Tells every count that was not told yet."""
        with self._lock:
            waiting = [(key, count.n) for key, count in self._counts.items() if count.n]
            self._counts.clear()
        for key, n in waiting:
            self._log.info(self._event, n=n, **dict(key))
