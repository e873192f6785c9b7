"""What is asked and answered at /v1/recordings."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import Field

from haetae.domain.recording import Recording, RecordingState
from services.search.shapes import Instant, Shown, Strict


class RecordingIn(Strict):
    """A file to be read once, as if the camera had shown it."""

    camera_id: str = Field(min_length=1, max_length=63, examples=["gate-1"])
    path: str = Field(min_length=1, max_length=4096, description="Where the services see the file: below an import folder.")
    recorded_from: Instant = Field(description="When its first frame was captured.")


class RecordingOut(Shown):
    """A recording and how far it was read. `progress` is 0-1."""

    id: UUID
    camera_id: str
    path: str
    recorded_from: Instant
    state: RecordingState
    progress: float
    detail: str

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """The recording as it is shown."""
        return cls(
            id=recording.id,
            camera_id=recording.camera_id,
            path=recording.path,
            recorded_from=recording.recorded_from,
            state=recording.state,
            progress=recording.progress,
            detail=recording.detail,
        )


class RecordingList(Shown):
    """Recordings in the order of their arrival."""

    items: list[RecordingOut]
