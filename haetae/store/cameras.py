"""Cameras, what they ask for, and how they fare."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from haetae.domain.camera import Camera, CameraReport, CameraState, Credentials, Sampling, SourceKind, Transport
from haetae.domain.geometry import GeoPoint, ImageSize
from haetae.domain.ids import CameraId
from haetae.errors import Refused
from haetae.store.secrets import Cipher
from haetae.store.tables import CameraReportRow, CameraRow, RevisionRow

_OLDER_REPORTS_COUNT_AFTER = timedelta(minutes=5)


class Cameras:
    """The cameras as one transaction sees them."""

    def __init__(self, session: Session, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher

    def add(self, camera: Camera, credentials: Credentials | None = None) -> None:
        """Registers a camera. Raises Refused (409) where the id is taken, Misconfigured where secrets cannot be encrypted."""
        row = {**_columns(camera), "credentials": self._encrypted(credentials)}
        made = insert(CameraRow).values(**row).on_conflict_do_nothing().returning(CameraRow.id)
        if self._session.execute(made).first() is None:
            raise Refused(f"There is a camera '{camera.id}' already.", status=409, kind="camera-exists", camera_id=camera.id)

    def replace(self, camera: Camera) -> None:
        """Changes everything but the credentials. Raises Refused (404)."""
        self._change(camera.id, _columns(camera))

    def set_credentials(self, id: CameraId, credentials: Credentials | None) -> None:
        """Sets or, with None, forgets what the camera asks for. Raises Refused (404), Misconfigured."""
        self._change(id, {"credentials": self._encrypted(credentials)})

    def get(self, id: CameraId) -> Camera:
        """Raises Refused (404, "unknown-camera")."""
        return _camera(self._row(id))

    def all(self) -> list[Camera]:
        """All cameras by id."""
        return [_camera(row) for row in self._session.scalars(select(CameraRow).order_by(CameraRow.id))]

    def remove(self, id: CameraId) -> None:
        """Forgets a camera, its credentials, report and recordings; its sightings stay for their time. Raises Refused (404)."""
        if self._session.execute(delete(CameraRow).where(CameraRow.id == id).returning(CameraRow.id)).first() is None:
            raise _unknown(id)

    def credentials(self, id: CameraId) -> Credentials | None:
        """What the camera asks for. Raises Refused (404), Misconfigured where its key is not configured."""
        token = self._row(id).credentials
        if token is None:
            return None
        username, password = json.loads(self._cipher.decrypt(token))
        return Credentials(username, password)

    def revision(self) -> int:
        """Grows with any change of any camera; cheap to poll."""
        return self._session.scalars(select(RevisionRow.n).where(RevisionRow.subject == "cameras")).one()

    def report(self, report: CameraReport) -> bool:
        """Keeps the report where it is the camera's newest; False where it is not, or where the camera is gone.

        A report is newest by its `since`. One that is older counts again after five minutes without any, so that a clock that
        was set back does not freeze a camera's state.
        """
        row = {
            "camera_id": report.camera_id,
            "state": report.state.value,
            "since": report.since,
            "worker": report.worker,
            "detail": report.detail,
            "last_frame_at": report.last_frame_at,
            "reported_at": func.now(),
        }
        known = select(CameraRow.id).where(CameraRow.id == report.camera_id).with_for_update(read=True, key_share=True)
        if self._session.execute(known).first() is None:
            return False
        new = insert(CameraReportRow).values(**row)
        stored = new.on_conflict_do_update(
            index_elements=["camera_id"],
            set_={name: new.excluded[name] for name in row if name != "camera_id"},
            where=or_(
                new.excluded.since >= CameraReportRow.since,
                CameraReportRow.reported_at < func.now() - _OLDER_REPORTS_COUNT_AFTER,
            ),
        )
        return self._session.execute(stored.returning(CameraReportRow.camera_id)).first() is not None

    def reports(self) -> dict[CameraId, CameraReport]:
        """The newest report of each camera that has one."""
        return {(report := _report(row)).camera_id: report for row in self._session.scalars(select(CameraReportRow))}

    def _row(self, id: CameraId) -> CameraRow:
        row = self._session.scalars(select(CameraRow).where(CameraRow.id == id)).one_or_none()
        if row is None:
            raise _unknown(id)
        return row

    def _change(self, id: CameraId, columns: dict[str, Any]) -> None:
        changed = update(CameraRow).where(CameraRow.id == id).values(**columns).returning(CameraRow.id)
        if self._session.execute(changed, execution_options={"synchronize_session": False}).first() is None:
            raise _unknown(id)

    def _encrypted(self, credentials: Credentials | None) -> bytes | None:
        if credentials is None:
            return None
        return self._cipher.encrypt(json.dumps([credentials.username, credentials.password]))


def _unknown(id: CameraId) -> Refused:
    return Refused(f"There is no camera '{id}'.", status=404, kind="unknown-camera", camera_id=id)


def _columns(camera: Camera) -> dict[str, Any]:
    return {
        "id": camera.id,
        "name": camera.name,
        "kind": camera.kind.value,
        "url": camera.url,
        "transport": camera.transport.value,
        "latitude": camera.position.latitude if camera.position else None,
        "longitude": camera.position.longitude if camera.position else None,
        "rate_hz": camera.sampling.rate_hz,
        "motion_gate": camera.sampling.motion_gate,
        "detector_width": camera.sampling.detector_input.width,
        "detector_height": camera.sampling.detector_input.height,
        "max_width_px": camera.sampling.max_width_px,
        "enabled": camera.enabled,
        "recorded_from": camera.recorded_from,
    }


def _camera(row: CameraRow) -> Camera:
    placed = row.latitude is not None and row.longitude is not None
    return Camera(
        id=CameraId(row.id),
        name=row.name,
        kind=SourceKind(row.kind),
        url=row.url,
        transport=Transport(row.transport),
        position=GeoPoint(row.latitude, row.longitude) if placed else None,  # type: ignore[arg-type]
        sampling=Sampling(
            rate_hz=row.rate_hz,
            motion_gate=row.motion_gate,
            detector_input=ImageSize(width=row.detector_width, height=row.detector_height),
            max_width_px=row.max_width_px,
        ),
        enabled=row.enabled,
        recorded_from=row.recorded_from,
    )


def _report(row: CameraReportRow) -> CameraReport:
    return CameraReport(CameraId(row.camera_id), CameraState(row.state), row.since, row.worker, row.detail, row.last_frame_at)
