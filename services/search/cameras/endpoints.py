"""/v1/cameras: register, change, forget, try out, and see how they fare."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from haetae.domain.ids import camera_id
from services.search.access import ADMINS, READERS, Asking, asking
from services.search.cameras.changes import camera_of, patched
from services.search.cameras.guard import check_address, record
from services.search.cameras.ledger import add_ledger
from services.search.cameras.schemas import CameraIn, CameraList, CameraOut, CameraPatch
from services.search.cameras.trials import add_trials
from services.search.desk import Desk


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoints."""
    router = APIRouter(prefix="/v1/cameras", tags=["cameras"])
    reader = asking(*READERS)
    admin = asking(*ADMINS)

    add_trials(router, desk)
    add_ledger(router, desk)

    @router.get("", summary="List cameras")
    def page(caller: Asking = Depends(reader)) -> CameraList:
        """All cameras with their newest reports."""
        with desk.store.begin() as transaction:
            reports = transaction.cameras.reports()
            return CameraList(items=[CameraOut.of(camera, reports.get(camera.id)) for camera in transaction.cameras.all()])

    @router.post("", status_code=201, summary="Register a camera")
    def add(asked: CameraIn, response: Response, caller: Asking = Depends(admin)) -> CameraOut:
        """Registers a camera; ingest picks it up within seconds."""
        camera, credentials = camera_of(asked)
        check_address(desk, camera.kind, camera.url)
        with desk.store.begin() as transaction:
            transaction.cameras.add(camera, credentials)
            detail: dict[str, object] = {
                "kind": camera.kind.value,
                "url": camera.url,
                "with_credentials": credentials is not None,
            }
            record(desk, transaction, caller, "camera_added", camera.id, detail)
        response.headers["Location"] = f"/v1/cameras/{camera.id}"
        return CameraOut.of(camera, None)

    @router.get("/{id}", summary="Fetch a camera")
    def get(id: str, caller: Asking = Depends(reader)) -> CameraOut:
        """One camera and how it fares."""
        with desk.store.begin() as transaction:
            camera = transaction.cameras.get(camera_id(id))
            return CameraOut.of(camera, transaction.cameras.reports().get(camera.id))

    @router.patch("/{id}", summary="Change a camera")
    def patch(id: str, asked: CameraPatch, caller: Asking = Depends(admin)) -> CameraOut:
        """Changes what is given and leaves the rest; ingest follows within seconds."""
        with desk.store.begin() as transaction:
            camera, credentials = patched(transaction.cameras.get(camera_id(id)), asked)
            check_address(desk, camera.kind, camera.url)
            transaction.cameras.replace(camera)
            if credentials or "credentials" in asked.model_fields_set:
                transaction.cameras.set_credentials(camera.id, credentials)
            record(desk, transaction, caller, "camera_changed", camera.id, {"fields": sorted(asked.model_fields_set)})
            return CameraOut.of(camera, transaction.cameras.reports().get(camera.id))

    @router.delete("/{id}", status_code=204, summary="Forget a camera")
    def remove(id: str, caller: Asking = Depends(admin)) -> None:
        """Forgets the camera and its credentials. Its sightings stay until their day is over."""
        with desk.store.begin() as transaction:
            transaction.cameras.remove(camera_id(id))
            record(desk, transaction, caller, "camera_removed", id, {})

    return router
