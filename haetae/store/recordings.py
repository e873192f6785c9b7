"""Recordings handed in, and how far they were read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from haetae.domain.ids import CameraId
from haetae.domain.recording import Recording, RecordingState
from haetae.errors import Refused
from haetae.store.tables import CameraRow, RecordingRow

_UNDONE = (RecordingState.WAITING.value, RecordingState.READING.value)


class Recordings:
    """The recordings as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, recording: Recording) -> None:
        """Raises Refused: 404 where the camera is unknown, 409 where the id is taken."""
        known = select(CameraRow.id).where(CameraRow.id == recording.camera_id).with_for_update(key_share=True)
        if self._session.execute(known).first() is None:
            raise Refused(f"There is no camera '{recording.camera_id}'.", status=404, kind="unknown-camera")
        made = insert(RecordingRow).values(**_columns(recording)).on_conflict_do_nothing().returning(RecordingRow.id)
        if self._session.execute(made).first() is None:
            raise Refused("There is a recording with this id already.", status=409, kind="recording-exists")

    def get(self, id: UUID) -> Recording:
        """Raises Refused (404, "unknown-recording")."""
        row = self._session.scalars(select(RecordingRow).where(RecordingRow.id == id)).one_or_none()
        if row is None:
            raise _unknown()
        return _recording(row)

    def waiting_or_reading(self) -> list[Recording]:
        """What is not done yet, in the order of its arrival."""
        return self._listed(RecordingRow.state.in_(_UNDONE))

    def list(self, camera_id: CameraId | None = None) -> list[Recording]:
        """All recordings, or those of one camera, in the order of their arrival."""
        return self._listed(*([] if camera_id is None else [RecordingRow.camera_id == camera_id]))

    def progress(self, id: UUID, state: RecordingState, progress: float, detail: str = "") -> None:
        """How far it is, 0-1. Raises Refused (404)."""
        change = {"state": state.value, "progress": progress, "detail": detail, "updated_at": func.now()}
        changed = update(RecordingRow).where(RecordingRow.id == id).values(**change).returning(RecordingRow.id)
        if self._session.execute(changed, execution_options={"synchronize_session": False}).first() is None:
            raise _unknown()

    def _listed(self, *conditions: Any) -> list[Recording]:  # type: ignore[valid-type]  # `list` above names the method
        wanted = select(RecordingRow).where(*conditions).order_by(RecordingRow.created_at, RecordingRow.id)
        return [_recording(row) for row in self._session.scalars(wanted)]


def _unknown() -> Refused:
    return Refused("There is no such recording.", status=404, kind="unknown-recording")


def _columns(recording: Recording) -> dict[str, Any]:
    return {
        "id": recording.id,
        "camera_id": recording.camera_id,
        "path": recording.path,
        "recorded_from": recording.recorded_from,
        "state": recording.state.value,
        "progress": recording.progress,
        "detail": recording.detail,
        "created_at": func.clock_timestamp(),
    }


def _recording(row: RecordingRow) -> Recording:
    return Recording(
        row.id, CameraId(row.camera_id), row.path, row.recorded_from, RecordingState(row.state), row.progress, row.detail
    )
