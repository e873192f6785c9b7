"""A steady stream of searches from outside, which counts what was not answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from haetae.embedded.demo.api import Api
from haetae.embedded.demo.photo import Photo
from haetae.errors import Refused, Transient


@dataclass(slots=True)
class Answers:
    """What the stream met."""

    took_s: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    empty: int = 0  # answered, with nobody

    def summary(self) -> dict[str, Any]:
        """For a file of results; seconds."""
        ordered = sorted(self.took_s)
        return {
            "searches": len(self.took_s) + len(self.failures),
            "failed": len(self.failures),
            "failures": sorted(set(self.failures))[:5],
            "answered_with_nobody": self.empty,
            "median_s": round(median(ordered), 3) if ordered else None,
            "longest_s": round(ordered[-1], 3) if ordered else None,
        }


@contextmanager
def searching(address: str, token: str, photo: Photo, since: datetime, *, every_s: float) -> Iterator[Answers]:
    """Asks for the person every `every_s` seconds for as long as the block lasts, each time over a new connection.

    A search that takes longer delays the next; none is tried a second time.
    """
    answers, stop = Answers(), threading.Event()

    def ask() -> None:
        while not stop.is_set():
            began_s = time.monotonic()
            api = Api(address, token)
            try:
                answers.empty += not api.query(photo, since)["people"]
                answers.took_s.append(time.monotonic() - began_s)
            except (Transient, Refused) as failure:
                answers.failures.append(failure.message)
            finally:
                api.close()
            stop.wait(max(0.0, began_s + every_s - time.monotonic()))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    try:
        yield answers
    finally:
        stop.set()
        thread.join(timeout=120)
