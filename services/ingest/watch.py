"""How one camera fares, as its reader sees it."""

from __future__ import annotations

import threading
import time
from datetime import datetime

from haetae.domain.camera import CameraState
from services.ingest.errands import Status


class Watch:
    """Written by the camera's thread, read by the one that reports. `LIVE` lasts only as long as frames come."""

    def __init__(self, name: str, *, fresh_s: float) -> None:
        self._name, self._fresh_s = name, fresh_s
        self._state, self._detail = CameraState.CONNECTING, ""
        self._failed = False
        self._progress = 0.0
        self._last_frame_at: datetime | None = None
        self._frame_s = 0.0
        self._turned_s = time.monotonic()
        self._was_live = False
        self._lock = threading.Lock()

    def turn(self) -> None:
        """The thread is not stuck."""
        self._turned_s = time.monotonic()

    def frame(self, captured_at: datetime, progress: float = 0.0, note: str = "") -> None:
        """A fresh frame; `note` is what an operator should know of a camera that works."""
        with self._lock:
            self._state, self._detail, self._was_live = CameraState.LIVE, note, True
            self._last_frame_at, self._progress = captured_at, progress
            self._frame_s = self._turned_s = time.monotonic()

    def trouble(self, why: str) -> None:
        """No frames now: stale where it was live until now, else backing off."""
        with self._lock:
            self._state = CameraState.STALE if self._was_live else CameraState.BACKING_OFF
            self._detail, self._was_live = why, False
            self.turn()

    def finish(self, detail: str, *, failed: bool) -> None:
        """Read to its end, or as far as it can be."""
        with self._lock:
            self._state, self._detail, self._failed = CameraState.FINISHED, detail, failed
            self._progress = self._progress if failed else 1.0
            self.turn()

    @property
    def is_finished(self) -> bool:
        return self._state is CameraState.FINISHED

    def status(self) -> Status:
        """Now."""
        now_s = time.monotonic()
        with self._lock:
            state, detail = self._state, self._detail
            if state is CameraState.LIVE and now_s - self._frame_s > self._fresh_s:
                state, detail = CameraState.STALE, "No picture comes."
            if self.is_finished:
                self.turn()
            return Status(
                self._name, state, detail, self._last_frame_at, now_s - self._turned_s, round(self._progress, 3), self._failed
            )
