"""Waits for what other threads and processes do."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(condition: Callable[[], bool], what: str, *, within_s: float = 20.0, every_s: float = 0.02) -> None:
    """Returns as soon as the condition holds; fails with `what` where it does not within `within_s`."""
    deadline_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline_s, f"not within {within_s:.0f} s: {what}"
        time.sleep(every_s)
