"""/v1/cameras/test and /v1/cameras/{id}/test: does a picture come?"""

from __future__ import annotations

from fastapi import APIRouter, Depends

from haetae.domain.camera import Camera, Credentials
from haetae.domain.ids import camera_id
from haetae.media.probe import probe
from haetae.media.source import Site
from services.search.access import ADMINS, Asking, asking
from services.search.cameras.changes import source_of
from services.search.cameras.guard import check_address, record
from services.search.cameras.schemas import CameraTestOut, SourceIn
from services.search.desk import Desk


def add_trials(router: APIRouter, desk: Desk) -> None:
    """Adds the endpoints to the router of the cameras."""
    admin = asking(*ADMINS)

    def tried(camera: Camera, credentials: Credentials | None) -> CameraTestOut:
        return CameraTestOut.of(probe(camera, credentials, Site(desk.addresses), longest_s=desk.section.longest_camera_test_s))

    @router.post("/test", summary="Try a source out")
    def test(asked: SourceIn, caller: Asking = Depends(admin)) -> CameraTestOut:
        """Opens the source without registering anything, and waits a few seconds for its first frame."""
        url, credentials = source_of(asked)
        check_address(desk, asked.kind, url)
        with desk.store.begin() as transaction:
            record(desk, transaction, caller, "camera_tested", "-", {"kind": asked.kind.value, "url": url})
        return tried(Camera(camera_id("test"), "test", asked.kind, url, asked.transport), credentials)

    @router.post("/{id}/test", summary="Try a camera out")
    def test_registered(id: str, caller: Asking = Depends(admin)) -> CameraTestOut:
        """The same for a registered camera, with what is stored of it. Some cameras serve few viewers at a time."""
        with desk.store.begin() as transaction:
            camera = transaction.cameras.get(camera_id(id))
            credentials = transaction.cameras.credentials(camera.id)
            record(desk, transaction, caller, "camera_tested", camera.id, {})
        return tried(camera, credentials)
