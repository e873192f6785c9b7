"""/v1/recordings: files that are read once for a camera."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Response

from haetae.domain.ids import CameraId, camera_id
from haetae.domain.recording import Recording
from haetae.errors import Refused
from haetae.media.address import allowed_path
from services.search.access import OPERATORS, READERS, Asking, asking
from services.search.desk import Desk
from services.search.recordings.schemas import RecordingIn, RecordingList, RecordingOut


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoints."""
    router = APIRouter(prefix="/v1/recordings", tags=["recordings"])
    reader = asking(*READERS)
    operator = asking(*OPERATORS)

    @router.post("", status_code=201, summary="Import a recording")
    def add(asked: RecordingIn, response: Response, caller: Asking = Depends(operator)) -> RecordingOut:
        """Hands in a file of a camera. It is read as fast as the machine allows; follow it under `Location`."""
        path = allowed_path(asked.path, desk.addresses)
        if not path.is_file():
            raise Refused("The path is a folder; a recording is one file.", status=422, kind="not-a-file")
        recording = Recording(uuid4(), camera_id(asked.camera_id), str(path), asked.recorded_from)
        with desk.store.begin() as transaction:
            transaction.recordings.add(recording)
            transaction.audit.record(
                caller.name,
                "recording_added",
                f"recording/{recording.id}",
                {"camera_id": recording.camera_id, "path": recording.path},
                desk.clock.now(),
                origin=caller.origin,
            )
        response.headers["Location"] = f"/v1/recordings/{recording.id}"
        return RecordingOut.of(recording)

    @router.get("", summary="List recordings")
    def page(
        camera: Annotated[str | None, Query(max_length=63, description="Only those of this camera.")] = None,
        caller: Asking = Depends(reader),
    ) -> RecordingList:
        """All recordings, or those of one camera, with how far they were read."""
        with desk.store.begin() as transaction:
            id: CameraId | None = None
            if camera is not None:
                id = transaction.cameras.get(camera_id(camera)).id
            return RecordingList(items=[RecordingOut.of(recording) for recording in transaction.recordings.list(id)])

    @router.get("/{id}", summary="Fetch a recording")
    def get(id: UUID, caller: Asking = Depends(reader)) -> RecordingOut:
        """How far the recording was read."""
        with desk.store.begin() as transaction:
            return RecordingOut.of(transaction.recordings.get(id))

    return router
