"""Requests at a fixed rate, whatever becomes of each: the load of a test of restarts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Told:
    """What became of the requests so far: how many were sent, and the words of each that failed."""

    n: int = 0
    failures: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, future: Future[str | None]) -> None:
        """One has ended."""
        error = future.exception()
        why = f"{type(error).__name__}: {error}" if error else future.result()
        with self._lock:
            self.n += 1
            if why is not None:
                self.failures.append(why)


@contextmanager
def asking(act: Callable[[], str | None], *, per_s: float, at_once: int = 16) -> Iterator[Told]:
    """Calls `act` so often while the block runs, from as many threads as it needs up to `at_once`; it gives None, or what failed.

    The block's end waits for those under way.
    """
    told, ended = Told(), threading.Event()

    def send() -> None:
        due_s = time.monotonic()
        while not ended.is_set():
            pool.submit(act).add_done_callback(told.heard)
            due_s += 1 / per_s
            ended.wait(max(0.0, due_s - time.monotonic()))

    with ThreadPoolExecutor(at_once) as pool:
        sender = threading.Thread(target=send, name="fixed-rate")
        sender.start()
        try:
            yield told
        finally:
            ended.set()
            sender.join()
