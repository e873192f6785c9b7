"""The travel times that count now, read from the store only when they changed."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

from haetae.routing.learning import known_positions
from haetae.routing.travel_times import TravelTimes
from haetae.store.store import Transaction


class RememberedTimes:
    """What was learned last, with the cameras where they stand now. Threads may share one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[tuple[int, datetime] | None, TravelTimes] = (None, TravelTimes())

    def of(self, transaction: Transaction) -> TravelTimes:
        """As the transaction sees them; by the map alone where nothing was learned. Raises Transient.

        The same object until something changed, so that what it has worked out is worked out once.
        """
        newest = transaction.travel_times.newest_version()
        positions = known_positions({camera.id: camera.position for camera in transaction.cameras.all()})
        with self._lock:
            version, times = self._kept
        if version == newest and times.positions == positions:
            return times
        if version != newest:
            learned = transaction.travel_times.newest()
            times = TravelTimes() if learned is None else learned.times
        times = replace(times, positions=positions)
        with self._lock:
            self._kept = (newest, times)
        return times
