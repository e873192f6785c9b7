"""Asks again where a server is away for a moment: nobody who waits for an answer feels that one is replaced by another."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from haetae.errors import Transient
from haetae.inference.port import Array, Inference, Overloaded

R = TypeVar("R")


class Patient:
    """The port over another: what fails is asked again `between_s` later, for at most `patience_s` and within the deadline.

    For people who wait; consumers of streams leave their messages pending instead.
    """

    def __init__(self, inference: Inference, *, patience_s: float = 3.0, between_s: float = 0.25) -> None:
        self._inference = inference
        self._patience_s = patience_s
        self._between_s = between_s

    def infer(self, model: str, inputs: Mapping[str, Array], *, deadline_s: float) -> dict[str, Array]:
        """As the port says; a server that has too much to do is not asked again."""
        ends_at_s = time.monotonic() + deadline_s
        return self._asked(lambda: self._inference.infer(model, inputs, deadline_s=ends_at_s - time.monotonic()), deadline_s)

    def ready(self, model: str) -> bool:
        """Whether the model answers now: asked once."""
        return self._inference.ready(model)

    def version(self, model: str) -> str:
        """As the port says."""
        return self._asked(lambda: self._inference.version(model), self._patience_s)

    def _asked(self, ask: Callable[[], R], deadline_s: float) -> R:
        until_s = time.monotonic() + min(self._patience_s, deadline_s)
        while True:
            try:
                return ask()
            except Overloaded:
                raise
            except Transient:
                if time.monotonic() + self._between_s >= until_s:
                    raise
            time.sleep(self._between_s)
