"""Steady streams of questions from outside, which count what was not answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from haetae.embedded.demo.api import Api
from haetae.errors import Refused, Transient


@dataclass(slots=True)
class Answers:
    """What a stream met."""

    took_s: list[float] = field(default_factory=list)
    failures: list[tuple[float, str]] = field(default_factory=list)  # seconds since it began, why
    empty: int = 0  # answered, with nothing

    def summary(self) -> dict[str, Any]:
        """For a file of results; seconds."""
        ordered = sorted(self.took_s)
        return {
            "asked": len(self.took_s) + len(self.failures),
            "failed": len(self.failures),
            "failures": [f"after {at_s:.0f} s: {why}" for at_s, why in self.failures[:10]],
            "answered_with_nothing": self.empty,
            "median_s": round(median(ordered), 3) if ordered else None,
            "longest_s": round(ordered[-1], 3) if ordered else None,
        }


@contextmanager
def asking(address: str, token: str, ask: Callable[[Api], bool], *, every_s: float) -> Iterator[Answers]:
    """Asks every `every_s` seconds for as long as the block lasts, each time over a new connection. `ask` says whether the answer
    held anything.

    A question that takes longer delays the next; none is asked a second time.
    """
    answers, stop, started_s = Answers(), threading.Event(), time.monotonic()

    def go_on() -> None:
        while not stop.is_set():
            began_s = time.monotonic()
            api = Api(address, token)
            try:
                answers.empty += not ask(api)
                answers.took_s.append(time.monotonic() - began_s)
            except (Transient, Refused) as failure:
                answers.failures.append((began_s - started_s, failure.message))
            finally:
                api.close()
            stop.wait(max(0.0, began_s + every_s - time.monotonic()))

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield answers
    finally:
        stop.set()
        thread.join(timeout=120)
