"""A few waiting frames a camera: the newest."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


DEPTH = 3  # a jolt of the network brings some at once; more than these are not news any more


class NewestFrames(Generic[Item]):
    """Between the cameras' threads and the encoder: each name has `DEPTH` places. Cameras are served in turn."""

    def __init__(self) -> None:
        self._places: dict[str, deque[Item]] = {}
        self._changed = threading.Condition()

    def put(self, name: str, item: Item) -> Item | None:
        """Appends; where all places were taken the oldest frame of `name` comes back."""
        with self._changed:
            waiting = self._places.setdefault(name, deque())
            replaced = waiting.popleft() if len(waiting) == DEPTH else None
            waiting.append(item)
            self._changed.notify_all()
            return replaced

    def offer(self, name: str, item: Item, timeout_s: float) -> bool:
        """The same, but waits for a free place; False where there was none in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._places.get(name, ())) < DEPTH, timeout_s):
                return False
            self._places.setdefault(name, deque()).append(item)
            self._changed.notify_all()
            return True

    def take(self, timeout_s: float) -> tuple[str, Item] | None:
        """The oldest frame of the camera whose turn it is, or None."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._places), timeout_s):
                return None
            name = next(iter(self._places))
            waiting = self._places.pop(name)
            item = waiting.popleft()
            if waiting:
                self._places[name] = waiting  # at the end of the line
            self._changed.notify_all()
            return name, item

    def is_empty(self) -> bool:
        with self._changed:
            return not self._places
