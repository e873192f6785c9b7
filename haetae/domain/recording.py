"""A recording handed in for one camera: a job that is read once, to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from haetae.domain.ids import CameraId


class RecordingState(StrEnum):
    """How far a recording is."""

    WAITING = "waiting"
    READING = "reading"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Recording:
    """One file of one camera. `recorded_from` is the capture time of its first frame; `progress` is 0-1."""

    id: UUID
    camera_id: CameraId
    path: str
    recorded_from: datetime
    state: RecordingState = RecordingState.WAITING
    progress: float = 0.0
    detail: str = ""
