"""All cameras and recordings, as the store last told them."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from haetae.domain.camera import Camera, CameraState, Credentials, SourceKind
from haetae.domain.ids import CameraId
from haetae.domain.recording import Recording
from haetae.errors import Misconfigured
from haetae.store.store import Store
from haetae.telemetry import logs
from services.ingest.errands import Errand

_RECORDINGS_EVERY_S = 2.0
_FILE_KINDS = (SourceKind.FILE, SourceKind.FOLDER)


class Roster:
    """Asks for cameras when any changed, and for recordings every two seconds. While PostgreSQL is away the last answer stays."""

    def __init__(self, store: Store, now_s: Callable[[], float] = time.monotonic) -> None:
        self._store, self._now_s = store, now_s
        self._revision = -1
        self._recordings_s = float("-inf")
        self._cameras: dict[str, Errand] = {}
        self._recordings: dict[str, Errand] = {}
        self.disabled: tuple[CameraId, ...] = ()

    def errands(self) -> Mapping[str, Errand]:
        """Everything that is to be read by somebody, by lease name."""
        return {**self._cameras, **self._recordings}

    def refresh(self) -> None:
        """Raises Transient; what is known stays as it is."""
        with self._store.begin() as transaction:
            revision = transaction.cameras.revision()
            if revision != self._revision:
                cameras = transaction.cameras.all()
                credentials = {camera.id: self._credentials(transaction.cameras.credentials, camera) for camera in cameras}
                reports = transaction.cameras.reports()
                finished = {id: report.detail for id, report in reports.items() if report.state is CameraState.FINISHED}
                self._take(cameras, credentials, finished)
                self._revision = revision
            if self._now_s() - self._recordings_s >= _RECORDINGS_EVERY_S:
                self._take_recordings(transaction.recordings.waiting_or_reading(), transaction.cameras.all())
                self._recordings_s = self._now_s()

    def _credentials(self, ask: Callable[[CameraId], Credentials | None], camera: Camera) -> Credentials | None:
        try:
            return ask(camera.id)
        except Misconfigured as error:  # one camera's secret was encrypted with a key that is gone: the others go on
            logs.get().error("credentials_unreadable", camera_id=camera.id, cause=error.message)
            return None

    def _take(
        self, cameras: list[Camera], credentials: Mapping[CameraId, Credentials | None], finished: Mapping[CameraId, str]
    ) -> None:
        errands = [Errand(f"camera:{camera.id}", camera, credentials[camera.id]) for camera in cameras if camera.enabled]
        self._cameras = {errand.name: errand for errand in errands if not _is_done(errand, finished)}
        self.disabled = tuple(camera.id for camera in cameras if not camera.enabled)

    def _take_recordings(self, recordings: list[Recording], cameras: list[Camera]) -> None:
        known = {camera.id: camera for camera in cameras}
        self._recordings = {
            f"recording:{each.id}": Errand(f"recording:{each.id}", _as_file(known[each.camera_id], each))
            for each in recordings
            if each.camera_id in known
        }


def end_of(errand: Errand) -> str:
    """The detail of a file camera that was read to its end: tells what was read, so that it is not read again."""
    return f"Read to its end ({errand.fingerprint})."


def _is_done(errand: Errand, finished: Mapping[CameraId, str]) -> bool:
    return errand.camera.kind in _FILE_KINDS and finished.get(errand.camera.id) == end_of(errand)


def _as_file(camera: Camera, recording: Recording) -> Camera:
    path = str(Path(recording.path))
    return dataclasses.replace(camera, kind=SourceKind.FILE, url=path, recorded_from=recording.recorded_from, enabled=True)
