"""What changed about cameras and recordings, told to the store and to the bus, through outages of both."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from haetae.bus.effects import Outgoing
from haetae.bus.topics import CAMERA_REPORTS
from haetae.domain.camera import CameraReport, CameraState
from haetae.domain.ids import CameraId
from haetae.domain.recording import RecordingState
from haetae.domain.timing import Clock
from haetae.errors import Refused
from haetae.store.store import Store
from haetae.wire import camera_report as report_wire
from services.ingest.errands import Errand, Status
from services.ingest.roster import end_of

REFRESH_EVERY_S = 5.0  # of the newest frame's time in the store


class Bus(Protocol):
    """Where reports go."""

    def publish(self, messages: Sequence[Outgoing]) -> None: ...


class Reports:
    """Remembers what was told of each camera; keeps what could not be told, newest per camera, until it can be."""

    def __init__(self, worker: str, clock: Clock, bus: Bus, store: Store) -> None:
        self._worker, self._clock, self._bus, self._store = worker, clock, bus, store
        self._told: dict[CameraId, CameraReport] = {}
        self._refreshed_s: dict[CameraId, float] = {}
        self._for_bus: list[CameraReport] = []
        self._for_store: dict[CameraId, CameraReport] = {}
        self._recordings: dict[UUID, tuple[RecordingState, float, str]] = {}
        self._recordings_told: dict[UUID, tuple[RecordingState, float, str]] = {}
        self._lock = threading.Lock()

    def note(self, errands: Mapping[str, Errand], statuses: Mapping[str, Status]) -> None:
        """Takes in how everything that this worker reads fares now."""
        with self._lock:
            for name, status in statuses.items():
                errand = errands.get(name)
                if errand is None:
                    continue
                if errand.is_recording:
                    self._note_recording(UUID(name.partition(":")[2]), status)
                else:
                    finished = status.state is CameraState.FINISHED and not status.failed
                    detail = end_of(errand) if finished else status.detail
                    self._note_camera(errand.camera.id, replace(status, detail=detail))

    def note_disabled(self, camera_ids: Sequence[CameraId]) -> None:
        """These cameras are switched off, and theirs to tell is this worker."""
        with self._lock:
            for camera_id in camera_ids:
                self._note_camera(camera_id, Status("", CameraState.DISABLED))

    def forget(self, kept: Mapping[CameraId, object]) -> None:
        """Cameras that others read now: if they come back here, everything about them is news again."""
        with self._lock:
            for camera_id in [id for id in self._told if id not in kept]:
                del self._told[camera_id]

    def states(self) -> dict[CameraId, CameraState]:
        """What was last told of each camera."""
        with self._lock:
            return {camera_id: report.state for camera_id, report in self._told.items()}

    def flush_bus(self) -> None:
        """Publishes what is new. Raises Transient."""
        with self._lock:
            waiting = list(self._for_bus)
        if waiting:
            self._bus.publish([Outgoing(CAMERA_REPORTS, report_wire.to_bytes(report)) for report in waiting])
            with self._lock:
                self._for_bus = self._for_bus[len(waiting) :]

    def flush_store(self) -> None:
        """Stores what is new. Raises Transient."""
        with self._lock:
            cameras, recordings = dict(self._for_store), dict(self._recordings)
        if not cameras and not recordings:
            return
        with self._store.begin() as transaction:
            for report in cameras.values():
                transaction.cameras.report(report)
        for id, (state, progress, detail) in recordings.items():
            self._store_recording(id, state, progress, detail)
        with self._lock:
            self._for_store = {id: report for id, report in self._for_store.items() if cameras.get(id) != report}
            self._recordings = {id: said for id, said in self._recordings.items() if recordings.get(id) != said}

    def _store_recording(self, id: UUID, state: RecordingState, progress: float, detail: str) -> None:
        try:
            with self._store.begin() as transaction:
                transaction.recordings.progress(id, state, progress, detail)
        except Refused:
            return  # it was removed while it was read

    def _note_camera(self, camera_id: CameraId, status: Status) -> None:
        told = self._told.get(camera_id)
        if told is not None and (
            status.state is CameraState.CONNECTING or (told.state, told.detail) == (status.state, status.detail)
        ):
            self._refresh(camera_id, told, status)
            return
        since = self._clock.now()
        report = CameraReport(camera_id, status.state, since, self._worker, status.detail, status.last_frame_at)
        self._told[camera_id] = self._for_store[camera_id] = report
        self._refreshed_s[camera_id] = time.monotonic()
        self._for_bus = [each for each in self._for_bus if len(self._for_bus) < 1000 or each.camera_id != camera_id]
        self._for_bus.append(report)

    def _refresh(self, camera_id: CameraId, told: CameraReport, status: Status) -> None:
        """The same state, a newer frame: for the store alone, now and then."""
        if status.last_frame_at is None or time.monotonic() - self._refreshed_s.get(camera_id, 0.0) < REFRESH_EVERY_S:
            return
        self._refreshed_s[camera_id] = time.monotonic()
        self._told[camera_id] = self._for_store[camera_id] = replace(told, last_frame_at=status.last_frame_at)

    def _note_recording(self, id: UUID, status: Status) -> None:
        state = RecordingState.READING
        if status.state is CameraState.FINISHED:
            state = RecordingState.FAILED if status.failed else RecordingState.FINISHED
        said = (state, round(status.progress, 2), status.detail)
        if self._recordings_told.get(id) != said:
            self._recordings_told[id] = self._recordings[id] = said
