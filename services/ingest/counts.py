"""Counts of frames by fate, until the ledger takes them."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime

from haetae.bus.ledger import RECEIVED, LedgerEntry
from haetae.domain.ids import CameraId


class Counts:
    """A frame is counted as received together with its fate, never before: so the ledger balances whenever a process dies."""

    def __init__(self) -> None:
        self._waiting: Counter[tuple[CameraId, datetime, str]] = Counter()
        self._totals: Counter[tuple[CameraId, str]] = Counter()
        self._lock = threading.Lock()

    def add(self, camera_id: CameraId, received_at: datetime, fate: str, n: int = 1) -> None:
        """`n` frames that arrived at `received_at` were dropped for the reason `fate`; the ledger has yet to be told."""
        minute = received_at.replace(second=0, microsecond=0)
        with self._lock:
            self._waiting[camera_id, minute, str(fate)] += n
            self._totals[camera_id, str(fate)] += n

    def note(self, camera_id: CameraId, fate: str) -> None:
        """One frame whose ledger entries go with its message: counted for metrics alone."""
        with self._lock:
            self._totals[camera_id, fate] += 1

    def drain(self) -> tuple[LedgerEntry, ...]:
        """What the ledger was not told yet: each fate and the receipt that goes with it."""
        with self._lock:
            waiting, self._waiting = self._waiting, Counter()
        return tuple(
            LedgerEntry(camera_id, minute, outcome, n)
            for (camera_id, minute, fate), n in waiting.items()
            for outcome in (RECEIVED, fate)
        )

    def totals(self) -> dict[str, dict[str, int]]:
        """Frames by camera and fate since the process began."""
        with self._lock:
            found: dict[str, dict[str, int]] = {}
            for (camera_id, fate), n in self._totals.items():
                found.setdefault(camera_id, {})[fate] = n
            return found
