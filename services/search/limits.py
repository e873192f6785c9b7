"""How often one caller may ask: a bucket of tokens each, filled at a steady rate."""

from __future__ import annotations

import threading
from collections import OrderedDict
from math import ceil

from haetae.domain.timing import Clock

_REMEMBERED = 10_000  # callers: a forgotten one begins with a full bucket


class Buckets:
    """One bucket a caller, holding at most `at_once` tokens and gaining `per_minute`."""

    def __init__(self, *, per_minute: float, at_once: int, clock: Clock) -> None:
        self._per_s = per_minute / 60.0
        self._at_once = float(at_once)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, as of monotonic seconds
        self._lock = threading.Lock()

    def take(self, caller: str) -> int:
        """Takes a token. 0, or the whole seconds after which the caller may try again."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            tokens, since_s = self._buckets.pop(caller, (self._at_once, now_s))
            tokens = min(self._at_once, tokens + (now_s - since_s) * self._per_s)
            wait_s = 0 if tokens >= 1.0 else ceil((1.0 - tokens) / self._per_s)
            self._buckets[caller] = (tokens if wait_s else tokens - 1.0, now_s)
            if len(self._buckets) > _REMEMBERED:
                self._buckets.popitem(last=False)
        return wait_s
