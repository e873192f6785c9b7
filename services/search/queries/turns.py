"""Whose query is answered now: so many at once, the others wait in line, first come, first served.

A query takes all of a core. More of them at once would only hold connections and make each other slow; in line they cost nothing.
"""

from __future__ import annotations

import asyncio
import heapq
import threading
import time
from collections.abc import Awaitable, Callable
from math import ceil

from anyio import CapacityLimiter

from haetae.errors import Refused
from services.search.metrics import lined_up

_LOOKED_EVERY_S = 0.5
_NEWEST = 0.1  # what the newest query counts in the mean time that queries take
_LATEST_RETRY_S = 60

GivesUp = Callable[[], Awaitable[bool]]
"""Whether nobody waits for the query any more; asked twice a second."""


class Turns:
    """The line of one process. Places may be of any event loop."""

    def __init__(self, at_once: int, *, most_waiting: int, longest_wait_s: float) -> None:
        self.at_once = at_once
        self.longest_wait_s = longest_wait_s
        self.reading = CapacityLimiter(at_once)  # threads that read requests
        self.answering = CapacityLimiter(at_once)  # and those that answer them: other requests have threads of their own
        self._most_waiting = most_waiting
        self._lock = threading.Lock()
        self._n_joined = 0  # ever
        self._n_in = 0  # now, those included that are answered
        self._n_answered = 0  # now
        self._ready: list[tuple[int, Place]] = []
        self._took_s = 0.0

    def join(self) -> Place:
        """A place at the end of the line. Raises Refused (503, busy) where it is full, or would take too long."""
        with self._lock:
            n_before = self._n_in - self._n_answered
            wait_s = self._took_s * (n_before + 1) / self.at_once
            if n_before >= self._most_waiting or (n_before and wait_s > self.longest_wait_s):
                raise busy(wait_s)
            self._n_joined += 1
            self._n_in += 1
            self._tell()
            return Place(self, self._n_joined)

    def n_before(self, place: Place) -> int:
        """How many of those that are ready are to be answered before it."""
        with self._lock:
            return sum(number < place.number for number, _ in self._ready)

    def _begin(self, place: Place) -> bool:
        """Takes a turn where one is free and nobody has waited for it; else the place is called in its turn."""
        with self._lock:
            heapq.heappush(self._ready, (place.number, place))
            self._call()
            return place.is_called

    def _end(self, place: Place) -> None:
        with self._lock:
            self._n_in -= 1
            if place.is_called:
                self._n_answered -= 1
                if place.took_s is not None:
                    self._took_s += _NEWEST * (place.took_s - self._took_s) if self._took_s else place.took_s
            else:
                self._ready = [one for one in self._ready if one[1] is not place]
                heapq.heapify(self._ready)
            self._call()

    def _call(self) -> None:
        while self._ready and self._n_answered < self.at_once:
            _, place = heapq.heappop(self._ready)
            self._n_answered += 1
            place.call()
        self._tell()

    def _tell(self) -> None:
        lined_up(self._n_answered, self._n_in - self._n_answered)


class Place:
    """One query's place in line, until `leave`."""

    def __init__(self, turns: Turns, number: int) -> None:
        self.number = number
        self.took_s: float | None = None
        self._turns = turns
        self._joined_s = time.monotonic()
        self._called = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._began_s: float | None = None
        self._left = False

    @property
    def is_called(self) -> bool:
        """Whether it is its turn."""
        return self._began_s is not None

    @property
    def n_before(self) -> int:
        """How many others come before it."""
        return self._turns.n_before(self)

    def call(self) -> None:
        """It is its turn now; from any thread."""
        self._began_s = time.monotonic()
        self._loop.call_soon_threadsafe(self._called.set)

    async def turn(self, gives_up: GivesUp) -> bool:
        """Waits for its turn; False where it gave up before. Raises Refused (503, busy) where it takes too long."""
        if self._turns._begin(self):
            return True
        while not self.is_called:
            waited_s = time.monotonic() - self._joined_s
            if waited_s >= self._turns.longest_wait_s:
                raise busy(waited_s)
            if await gives_up():
                return False
            try:
                await asyncio.wait_for(self._called.wait(), min(_LOOKED_EVERY_S, self._turns.longest_wait_s - waited_s))
            except TimeoutError:
                continue
        return True

    def leave(self) -> None:
        """Lets the next one go on. Safe to call again."""
        if not self._left:
            self._left = True
            self.took_s = None if self._began_s is None else time.monotonic() - self._began_s
            self._turns._end(self)


def busy(wait_s: float) -> Refused:
    """That there are more queries than can be answered, and when to ask again."""
    retry_after_s = min(_LATEST_RETRY_S, max(1, ceil(wait_s)))
    return Refused(
        "More queries are waiting than can be answered soon. Ask again later.",
        status=503,
        kind="busy",
        retry_after_s=retry_after_s,
    )
