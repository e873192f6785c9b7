"""The travel times that count now, read from the store only when they changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId
from haetae.routing.learning import known_positions
from haetae.routing.travel_times import TravelTimes
from haetae.store.circumstances import Circumstances
from haetae.store.store import Transaction


class RememberedTimes:
    """What was learned last, with the cameras where they stand now. Threads may share one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[tuple[int, datetime] | None, TravelTimes] = (None, TravelTimes())
        self._placed: tuple[Mapping[CameraId, GeoPoint | None], Mapping[CameraId, GeoPoint]] = ({}, {})
        self._cameras: tuple[int, Mapping[CameraId, GeoPoint | None]] = (-1, {})  # as of which revision

    def positions(self, transaction: Transaction, seen: Circumstances | None = None) -> Mapping[CameraId, GeoPoint | None]:
        """Where the cameras stand, read only where one of them changed; the same object until then. Raises Transient.

        `seen` is what the transaction sees, where that is known already.
        """
        revision = (seen or transaction.circumstances()).cameras
        known = self._cameras
        if known[0] != revision:
            known = self._cameras = (revision, {camera.id: camera.position for camera in transaction.cameras.all()})
        return known[1]

    def of(self, transaction: Transaction, seen: Circumstances | None = None) -> TravelTimes:
        """As the transaction sees them; by the map alone where nothing was learned. Raises Transient.

        The same object until something changed, so that what it has worked out is worked out once.
        """
        seen = seen or transaction.circumstances()
        newest, positions = seen.travel_times, self._known(self.positions(transaction, seen))
        with self._lock:
            version, times = self._kept
        if version == newest and (times.positions is positions or times.positions == positions):
            return times
        if version != newest:
            learned = transaction.travel_times.newest()
            times = TravelTimes() if learned is None else learned.times
        times = replace(times, positions=positions)
        with self._lock:
            self._kept = (newest, times)
        return times

    def _known(self, positions: Mapping[CameraId, GeoPoint | None]) -> Mapping[CameraId, GeoPoint]:
        """Those that are known: the same object for the same positions, so that comparing them costs nothing."""
        of, known = self._placed
        if of is not positions:
            known = known_positions(positions)
            self._placed = (positions, known)
        return known
