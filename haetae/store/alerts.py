"""Alerts: started, updated, ended, acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from haetae.domain.alert import Alert, AlertKind, AlertPhase
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.timing import TimeWindow
from haetae.errors import Refused
from haetae.store import cursor as cursors
from haetae.store.tables import AlertRow

_FIXED = {"id", "kind", "camera_id", "entry_id", "started_at", "acknowledged_at", "acknowledged_by", "false_alarm"}


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts: an empty filter lets all pass. `window` looks at when they started."""

    kinds: tuple[AlertKind, ...] = ()
    cameras: tuple[CameraId, ...] = ()
    entry_id: UUID | None = None
    open: bool | None = None
    acknowledged: bool | None = None
    window: TimeWindow | None = None


class Alerts:
    """The alerts as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(self, alert: Alert) -> bool:
        """Stores a new alert; False where it is stored already, or where another of its kind, camera and entry is open."""
        made = insert(AlertRow).values(**_columns(alert)).on_conflict_do_nothing().returning(AlertRow.id)
        return self._session.execute(made).first() is not None

    def update(self, alert: Alert) -> bool:
        """Stores the newer state of an open alert; False where it has ended, is unknown, or a newer state is stored.

        Kind, camera, entry, start and acknowledgement stay what they are.
        """
        changed = {name: value for name, value in _columns(alert).items() if name not in _FIXED}
        row = AlertRow
        open_and_older = (row.id == alert.id) & row.ended_at.is_(None) & (row.updated_at <= alert.updated_at)
        stored = update(row).where(open_and_older).values(**changed).returning(row.id)
        return self._session.execute(stored, execution_options={"synchronize_session": False}).first() is not None

    def end(self, alert: Alert) -> bool:
        """Stores an open alert's end; `alert.ended_at` must be set. False as for `update`."""
        if alert.ended_at is None or alert.phase is not AlertPhase.ENDED:
            raise ValueError("an alert ends with phase ENDED at an instant")
        return self.update(alert)

    def get(self, id: UUID) -> Alert:
        """Raises Refused (404, "unknown-alert")."""
        row = self._session.scalars(select(AlertRow).where(AlertRow.id == id)).one_or_none()
        if row is None:
            raise _unknown(id)
        return _alert(row)

    def open_for(self, kind: AlertKind, camera_id: CameraId, entry_id: UUID | None = None) -> Alert | None:
        """The open alert of this kind, camera and entry, locked until the transaction ends."""
        row = AlertRow
        same = (row.kind == kind.value, row.camera_id == camera_id, row.entry_id.is_not_distinct_from(entry_id))
        found = self._session.scalars(select(row).where(*same, row.ended_at.is_(None)).with_for_update()).one_or_none()
        return _alert(found) if found else None

    def acknowledge(self, id: UUID, by: str, at: datetime, *, false_alarm: bool = False) -> Alert:
        """Notes who saw the alert first and what they think of it now. Raises Refused (404)."""
        row = self._session.scalars(select(AlertRow).where(AlertRow.id == id).with_for_update()).one_or_none()
        if row is None:
            raise _unknown(id)
        if row.acknowledged_at is None:
            row.acknowledged_at, row.acknowledged_by = at, by
        row.false_alarm = false_alarm
        self._session.flush()
        return _alert(row)

    def page(self, only: AlertFilter = AlertFilter(), *, limit: int, after: str | None = None) -> tuple[list[Alert], str | None]:
        """At most `limit` alerts, newest first, and the cursor of the next page. Raises Refused (422) for the cursor."""
        row = AlertRow
        wanted = select(row).where(*_conditions(only)).order_by(row.started_at.desc(), row.id.desc()).limit(limit + 1)
        if after is not None:
            wanted = wanted.where(tuple_(row.started_at, row.id) < tuple_(*cursors.decode(after)))
        rows = self._session.scalars(wanted).all()
        last = rows[limit - 1] if len(rows) > limit else None
        return [_alert(r) for r in rows[:limit]], cursors.encode(last.started_at, last.id) if last else None


def _unknown(id: UUID) -> Refused:
    return Refused("There is no such alert.", status=404, kind="unknown-alert", alert_id=id)


def _conditions(only: AlertFilter) -> list[ColumnElement[bool]]:
    row = AlertRow
    conditions: list[ColumnElement[bool]] = []
    if only.kinds:
        conditions.append(row.kind.in_([kind.value for kind in only.kinds]))
    if only.cameras:
        conditions.append(row.camera_id.in_(only.cameras))
    if only.entry_id is not None:
        conditions.append(row.entry_id == only.entry_id)
    if only.open is not None:
        conditions.append(row.ended_at.is_(None) if only.open else row.ended_at.is_not(None))
    if only.acknowledged is not None:
        conditions.append(row.acknowledged_at.is_not(None) if only.acknowledged else row.acknowledged_at.is_(None))
    if only.window is not None:
        conditions += [row.started_at >= only.window.start, row.started_at < only.window.end]
    return conditions


def _columns(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "kind": alert.kind.value,
        "phase": alert.phase.value,
        "camera_id": alert.camera_id,
        "started_at": alert.started_at,
        "updated_at": alert.updated_at,
        "ended_at": alert.ended_at,
        "score": alert.score,
        "entry_id": alert.entry_id,
        "sighting_id": alert.sighting_id,
        "crop_key": alert.crop_key,
        "detail": alert.detail,
        "acknowledged_at": alert.acknowledged_at,
        "acknowledged_by": alert.acknowledged_by,
        "false_alarm": alert.false_alarm,
        "extra": alert.extra,
    }


def _alert(row: AlertRow) -> Alert:
    return Alert(
        id=row.id,
        kind=AlertKind(row.kind),
        phase=AlertPhase(row.phase),
        camera_id=CameraId(row.camera_id),
        started_at=row.started_at,
        updated_at=row.updated_at,
        ended_at=row.ended_at,
        score=row.score,
        entry_id=row.entry_id,
        sighting_id=TrackletId(row.sighting_id) if row.sighting_id else None,
        crop_key=row.crop_key,
        detail=row.detail,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        false_alarm=row.false_alarm,
        extra=row.extra,
    )
