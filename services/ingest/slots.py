"""One waiting frame a camera: the newest."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

Item = TypeVar("Item")


class NewestFrames(Generic[Item]):
    """Between the cameras' threads and the encoder: each name has one place. Cameras are served in turn."""

    def __init__(self) -> None:
        self._places: dict[str, Item] = {}
        self._changed = threading.Condition()

    def put(self, name: str, item: Item) -> Item | None:
        """Takes the place of `name`; the frame that still waited there comes back."""
        with self._changed:
            replaced = self._places.get(name)
            self._places[name] = item
            self._changed.notify_all()
            return replaced

    def offer(self, name: str, item: Item, timeout_s: float) -> bool:
        """The same, but waits until the place is free; False where it was not in time."""
        with self._changed:
            if not self._changed.wait_for(lambda: name not in self._places, timeout_s):
                return False
            self._places[name] = item
            self._changed.notify_all()
            return True

    def take(self, timeout_s: float) -> tuple[str, Item] | None:
        """The frame that waits longest, or None."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._places), timeout_s):
                return None
            name = next(iter(self._places))
            item = self._places.pop(name)
            self._changed.notify_all()
            return name, item

    def is_empty(self) -> bool:
        with self._changed:
            return not self._places
