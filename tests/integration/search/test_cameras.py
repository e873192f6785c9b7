"""Cameras and recordings are kept through the API, and what they ask for never comes out again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from haetae.bus.ledger import LedgerEntry
from haetae.domain.camera import Credentials
from haetae.domain.ids import CameraId
from tests.integration.search.conftest import Api

pytestmark = pytest.mark.integration
SECRET = "canary-5f2c-never-shown"


@pytest.fixture
def gate(api: Api) -> Iterator[str]:
    """A camera with credentials, gone after the test."""
    body = {
        "id": "gate-7",
        "name": "Gate 7",
        "url": "rtsp://10.1.2.3/main",
        "position": {"latitude": 37.5, "longitude": 127.0},
        "credentials": {"username": "viewer", "password": SECRET},
    }
    response = api.client.post("/v1/cameras", json=body, headers=api.headers("admin"))
    assert response.status_code == 201, response.text
    assert SECRET not in response.text
    yield "gate-7"
    api.client.delete("/v1/cameras/gate-7", headers=api.headers("admin"))


def test_a_camera_is_registered_changed_and_forgotten(api: Api, gate: str) -> None:
    """What is given is kept, a patch changes what it names, and after removal it is gone."""
    admin = api.headers("admin")
    shown = api.client.get(f"/v1/cameras/{gate}", headers=api.headers("viewer")).json()
    assert (shown["name"], shown["position"]["latitude"], shown["report"]) == ("Gate 7", 37.5, None)
    patched = api.client.patch(f"/v1/cameras/{gate}", json={"enabled": False, "sampling": {"rate_hz": 2}}, headers=admin).json()
    assert (patched["enabled"], patched["sampling"]["rate_hz"], patched["name"]) == (False, 2.0, "Gate 7")
    assert api.client.patch(f"/v1/cameras/{gate}", json={"position": None}, headers=admin).json()["position"] is None
    assert gate in {camera["id"] for camera in api.client.get("/v1/cameras", headers=admin).json()["items"]}
    again = api.client.post("/v1/cameras", json={"id": gate, "url": "rtsp://10.1.2.3/main"}, headers=admin)
    assert (again.status_code, again.json()["type"]) == (409, "urn:haetae:problem:camera-exists")
    assert api.client.delete(f"/v1/cameras/{gate}", headers=admin).status_code == 204
    assert api.client.get(f"/v1/cameras/{gate}", headers=admin).status_code == 404
    assert api.acts()[:4] == ["camera_removed", "camera_changed", "camera_changed", "camera_added"]


def test_credentials_are_written_only(api: Api, gate: str) -> None:
    """They are stored, also out of a pasted URL, and appear in no answer and no audit record."""
    admin = api.headers("admin")
    pasted = {"url": f"rtsp://operator:{SECRET}%40@10.1.2.3/second"}
    patched = api.client.patch(f"/v1/cameras/{gate}", json=pasted, headers=admin)
    assert patched.json()["url"] == "rtsp://10.1.2.3/second"
    with api.desk.store.begin() as transaction:
        assert transaction.cameras.credentials(CameraId(gate)) == Credentials("operator", f"{SECRET}@")
        audit = repr(transaction.audit.page(limit=20))
    twice = {**pasted, "credentials": {"username": "a", "password": SECRET}}
    wrong = {"credentials": {"username": "a", "password": SECRET, "realm": SECRET}}
    answers = [
        patched,
        api.client.patch(f"/v1/cameras/{gate}", json=twice, headers=admin),
        api.client.patch(f"/v1/cameras/{gate}", json=wrong, headers=admin),
        api.client.post("/v1/cameras", json={"id": "x", "url": f"rtsp://u:{SECRET}@127.0.0.1/x"}, headers=admin),
        api.client.get("/v1/cameras", headers=admin),
        api.client.get(f"/v1/cameras/{gate}", headers=admin),
    ]
    assert [answer.status_code for answer in answers] == [200, 422, 422, 422, 200, 200]
    assert all(SECRET not in answer.text for answer in answers)
    assert SECRET not in audit
    api.client.patch(f"/v1/cameras/{gate}", json={"credentials": None}, headers=admin)
    with api.desk.store.begin() as transaction:
        assert transaction.cameras.credentials(CameraId(gate)) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://10.1.2.3/x",
        "rtsp://127.0.0.1/x",
        "rtsp://169.254.169.254/latest",
        "rtsp://[::1]/x",
        "rtsp://2130706433/x",
        "file:///etc/passwd",
        "not a url",
        "rtsp://[/x@y",
    ],
)
def test_addresses_that_lead_elsewhere_are_refused(api: Api, url: str) -> None:
    """Registering, changing and trying out refuse what is no camera."""
    admin = api.headers("admin")
    for answer in (
        api.client.post("/v1/cameras", json={"id": "elsewhere", "url": url}, headers=admin),
        api.client.patch("/v1/cameras/one", json={"url": url}, headers=admin),
        api.client.post("/v1/cameras/test", json={"url": url}, headers=admin),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


def test_only_admins_keep_cameras(api: Api) -> None:
    """Operators and viewers see cameras and cannot change them."""
    for role in ("viewer", "operator"):
        headers = api.headers(role)
        assert api.client.get("/v1/cameras/one", headers=headers).status_code == 200
        assert api.client.delete("/v1/cameras/one", headers=headers).status_code == 403
        assert api.client.patch("/v1/cameras/one", json={"enabled": False}, headers=headers).status_code == 403
        assert api.client.post("/v1/cameras/test", json={"url": "rtsp://10.1.2.3/x"}, headers=headers).status_code == 403


def test_a_source_is_tried_out(api: Api, clips_folder: Path) -> None:
    """A video file gives its codec and size; a text file says what is wrong, without an error of ours."""
    video, words = api.imports / "clip.mp4", api.imports / "words.mp4"
    shutil.copy(clips_folder / "people-detection-preview.mp4", video)
    words.write_text("no video")
    admin = api.headers("admin")
    tried = api.client.post("/v1/cameras/test", json={"kind": "file", "url": str(video)}, headers=admin).json()
    assert (tried["ok"], tried["width"], tried["height"]) == (True, 480, 270)
    tried = api.client.post("/v1/cameras/test", json={"kind": "file", "url": str(words)}, headers=admin).json()
    assert tried["ok"] is False
    assert tried["detail"]


def test_recordings_are_handed_in_and_followed(api: Api) -> None:
    """A file below an import folder is taken; elsewhere, missing or a folder is refused."""
    operator, video = api.headers("operator"), api.imports / "night.mp4"
    video.write_bytes(b"not read here")
    body = {"camera_id": "one", "path": str(video), "recorded_from": "2026-05-03T20:00:00+09:00"}
    response = api.client.post("/v1/recordings", json=body, headers=operator)
    assert response.status_code == 201, response.text
    recording = response.json()
    assert (recording["state"], recording["progress"], recording["recorded_from"]) == ("waiting", 0.0, "2026-05-03T11:00:00Z")
    assert api.client.get(response.headers["location"], headers=api.headers("viewer")).json() == recording
    assert recording in api.client.get("/v1/recordings?camera=one", headers=operator).json()["items"]
    for wrong, status in (
        ({"path": "/etc/passwd"}, 422),
        ({"path": str(api.imports / "missing.mp4")}, 422),
        ({"path": str(api.imports)}, 422),
        ({"camera_id": "gate-9"}, 404),
        ({"camera_id": "../one"}, 422),
        ({"recorded_from": "yesterday"}, 422),
    ):
        assert api.client.post("/v1/recordings", json={**body, **wrong}, headers=operator).status_code == status
    assert api.client.post("/v1/recordings", json=body, headers=api.headers("viewer")).status_code == 403


def test_the_ledger_balances(api: Api) -> None:
    """Frames of a minute: received = processed + dropped by reason + under way."""
    minute = datetime(2026, 5, 4, 3, 2, tzinfo=UTC)
    counts = {"received": 900, "published": 300, "processed": 290, "not_sampled": 580, "no_motion": 20}
    api.desk.ledger.record([LedgerEntry(CameraId("one"), minute, fate, n) for fate, n in counts.items()])
    window = {"from": "2026-05-04T03:00:00Z", "to": "2026-05-04T04:00:00Z"}
    [shown] = api.client.get("/v1/cameras/one/ledger", params=window, headers=api.headers("viewer")).json()["minutes"]
    assert shown["received"] == shown["processed"] + sum(shown["dropped"].values()) + shown["under_way"]
    assert shown["dropped"] == {"not_sampled": 580, "no_motion": 20}
    assert shown["minute"] == "2026-05-04T03:02:00Z"
    too_long = {"from": "2026-05-01T03:00:00Z", "to": "2026-05-04T04:00:00Z"}
    assert api.client.get("/v1/cameras/one/ledger", params=too_long, headers=api.headers("viewer")).status_code == 422
