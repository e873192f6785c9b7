"""/v1/cameras: register, change, forget, try out, and see how they fare."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from haetae.domain.camera import Camera, SourceKind
from haetae.domain.ids import camera_id
from haetae.media.address import check_source
from haetae.media.probe import probe
from haetae.media.source import Site
from haetae.store.store import Transaction
from services.search.access import ADMINS, READERS, Asking, asking
from services.search.cameras.changes import camera_of, patched, source_of
from services.search.cameras.ledger import add_ledger
from services.search.cameras.schemas import (
    CameraIn,
    CameraList,
    CameraOut,
    CameraPatch,
    CameraTestOut,
    SourceIn,
)
from services.search.desk import Desk


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoints."""
    router = APIRouter(prefix="/v1/cameras", tags=["cameras"])
    reader = asking(*READERS)
    admin = asking(*ADMINS)

    def check(kind: SourceKind, url: str) -> None:
        policy = desk.addresses
        check_source(kind, url, allowed_networks=policy.allowed_networks, import_folders=policy.import_folders)

    def record(transaction: Transaction, caller: Asking, act: str, camera: str, detail: dict[str, object]) -> None:
        transaction.audit.record(caller.name, act, f"camera/{camera}", detail, desk.clock.now(), origin=caller.origin)

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
        check(camera.kind, camera.url)
        with desk.store.begin() as transaction:
            transaction.cameras.add(camera, credentials)
            detail: dict[str, object] = {
                "kind": camera.kind.value,
                "url": camera.url,
                "with_credentials": credentials is not None,
            }
            record(transaction, caller, "camera_added", camera.id, detail)
        response.headers["Location"] = f"/v1/cameras/{camera.id}"
        return CameraOut.of(camera, None)

    @router.post("/test", summary="Try a source out")
    def test(asked: SourceIn, caller: Asking = Depends(admin)) -> CameraTestOut:
        """Opens the source without registering anything, and waits a few seconds for its first frame."""
        url, credentials = source_of(asked)
        check(asked.kind, url)
        with desk.store.begin() as transaction:
            record(transaction, caller, "camera_tested", "-", {"kind": asked.kind.value, "url": url})
        camera = Camera(camera_id("test"), "test", asked.kind, url, asked.transport)
        return CameraTestOut.of(probe(camera, credentials, Site(desk.addresses), longest_s=desk.section.longest_camera_test_s))

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
            check(camera.kind, camera.url)
            transaction.cameras.replace(camera)
            if credentials or "credentials" in asked.model_fields_set:
                transaction.cameras.set_credentials(camera.id, credentials)
            record(transaction, caller, "camera_changed", camera.id, {"fields": sorted(asked.model_fields_set)})
            return CameraOut.of(camera, transaction.cameras.reports().get(camera.id))

    @router.delete("/{id}", status_code=204, summary="Forget a camera")
    def remove(id: str, caller: Asking = Depends(admin)) -> None:
        """Forgets the camera and its credentials. Its sightings stay until their day is over."""
        with desk.store.begin() as transaction:
            transaction.cameras.remove(camera_id(id))
            record(transaction, caller, "camera_removed", id, {})

    return router
