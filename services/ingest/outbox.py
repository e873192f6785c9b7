"""Encoded frames on their way to Redis: bounded by bytes, oldest dropped first."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from haetae.domain.frame import FrameRef


@dataclass(frozen=True, slots=True)
class Parcel:
    """One encoded frame: `name` is the errand it belongs to, `payload` its wire form."""

    name: str
    ref: FrameRef
    payload: bytes


class Outbox:
    """Parcels in order. Those of live cameras push out the oldest when it is full; those of recordings wait for room."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parcels: deque[Parcel] = deque()
        self._n_bytes = 0
        self._n_leaving = 0
        self._changed = threading.Condition()

    def put(self, parcel: Parcel) -> list[Parcel]:
        """Appends; gives back what had to make room, oldest first."""
        with self._changed:
            self._append(parcel)
            pushed_out = []
            while self._n_bytes > self._max_bytes and len(self._parcels) > 1:
                pushed_out.append(self._popleft())
            self._changed.notify_all()
            return pushed_out

    def offer(self, parcel: Parcel, timeout_s: float) -> bool:
        """Appends as soon as there is room; False where there was none in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._n_bytes + len(parcel.payload) <= self._max_bytes, timeout_s):
                return False
            self._append(parcel)
            self._changed.notify_all()
            return True

    def take(self, n: int, timeout_s: float, may_leave: Callable[[Parcel], bool]) -> list[Parcel]:
        """Up to `n` of the oldest parcels that may leave now; waits up to `timeout_s` for the first of any."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._parcels), timeout_s)
            taken: list[Parcel] = []
            kept: deque[Parcel] = deque()
            while self._parcels and len(taken) < n:
                parcel = self._popleft()
                (taken if may_leave(parcel) else kept).append(parcel)
            self._parcels.extendleft(reversed(kept))
            self._n_bytes += sum(len(parcel.payload) for parcel in kept)
            self._n_leaving = len(taken)
            self._changed.notify_all()
            return taken

    def settle(self) -> None:
        """What was taken last has left for good."""
        with self._changed:
            self._n_leaving = 0

    def discard(self, name: str) -> list[Parcel]:
        """Takes out everything of one errand."""
        with self._changed:
            found = [parcel for parcel in self._parcels if parcel.name == name]
            self._parcels = deque(parcel for parcel in self._parcels if parcel.name != name)
            self._n_bytes -= sum(len(parcel.payload) for parcel in found)
            self._changed.notify_all()
            return found

    def is_empty(self) -> bool:
        """Whether nothing waits, and what was taken has left."""
        with self._changed:
            return not self._parcels and not self._n_leaving

    @property
    def n_bytes(self) -> int:
        return self._n_bytes

    def _append(self, parcel: Parcel) -> None:
        self._parcels.append(parcel)
        self._n_bytes += len(parcel.payload)

    def _popleft(self) -> Parcel:
        parcel = self._parcels.popleft()
        self._n_bytes -= len(parcel.payload)
        return parcel
