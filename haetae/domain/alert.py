"""An alert: a rule fired; it starts, may be updated, and ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from haetae.domain.ids import CameraId, TrackletId


class AlertKind(StrEnum):
    """Which rule fired."""

    WATCH_LIST_MATCH = "watch-list-match"
    CAMERA_STALE = "camera-stale"


class AlertPhase(StrEnum):
    """Where in its life an alert is."""

    STARTED = "started"
    UPDATED = "updated"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert with a stable id. A watch-list alert names its entry and sighting; `score` is 0-1, large is certain."""

    id: UUID
    kind: AlertKind
    phase: AlertPhase
    camera_id: CameraId
    started_at: datetime
    updated_at: datetime
    ended_at: datetime | None = None
    score: float | None = None
    entry_id: UUID | None = None
    sighting_id: TrackletId | None = None
    crop_key: str | None = None
    detail: str = ""
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    false_alarm: bool | None = None
    extra: dict[str, str] = field(default_factory=dict)
