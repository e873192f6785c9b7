"""The steps of an answer: how long each took, told to whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haetae.domain.timing import Clock
from haetae.telemetry import tracing


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of an answer that has ended: count, scan, vectors, rerank, load, group, explain.

    `n_sightings` says how many the step counted, found or kept.
    """

    name: str
    took_s: float
    n_sightings: int


Progress = Callable[[Stage], None]
"""Is called in the thread that answers, after each step. What it raises ends the answer: that is how one is cancelled."""


class Steps:
    """The steps of one answer."""

    def __init__(self, clock: Clock, progress: Progress | None) -> None:
        self._clock = clock
        self._progress = progress
        self._since_s = clock.monotonic_s()
        self.taken_s: dict[str, float] = {}

    def end(self, name: str, n_sightings: int) -> None:
        """The step `name` ends here; the next begins. Raises what `progress` raises."""
        now_s = self._clock.monotonic_s()
        self.taken_s[name] = now_s - self._since_s
        self._since_s = now_s
        tracing.passed(f"query {name}", self.taken_s[name], {"haetae.n_sightings": n_sightings})
        if self._progress is not None:
            self._progress(Stage(name, self.taken_s[name], n_sightings))
