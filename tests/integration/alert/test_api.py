"""The API over a real database and the real networks."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import av
import pytest
from fastapi.testclient import TestClient

from haetae.bus.consumer import Message
from haetae.bus.topics import SIGHTINGS
from haetae.domain.embedding import Embedding
from haetae.imaging.jpeg import decode, encode
from haetae.inference.embedder import Embedder
from haetae.wire import sighting as sighting_wire
from tests.integration.alert.receiver import Receiver
from tests.integration.alert.rig import Rig
from tests.integration.alert.test_worker import entry, seen
from tests.integration.bus.flow import until
from tests.kit import builders as make

pytestmark = pytest.mark.integration


@pytest.fixture(scope="session")
def photo(clips_folder: Path) -> bytes:
    """A JPEG of a real scene with people in it."""
    with av.open(str(clips_folder / "bodypose.mp4")) as clip:
        for n, frame in enumerate(clip.decode(video=0)):
            if n == 60:
                return encode(frame.to_ndarray(format="bgr24"))
    raise AssertionError("the clip is too short")


@pytest.fixture
def http(rig: Rig) -> Iterator[TestClient]:
    """The API as an admin calls it."""
    client = rig.api()
    client.headers.update(rig.headers("admin"))
    with client:
        yield client


def given(**changes: object) -> dict[str, Any]:
    """A well-formed entry without photos."""
    expires_at = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    return {"name": "Kim", "legal_basis": "Police request 2026-0504", "expires_at": expires_at, **changes}


def kind_of(answer: Any) -> str:
    """The kind of a problem."""
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).rpartition(":")[2]


def test_a_photo_becomes_an_entry_that_is_hit(rig: Rig, http: TestClient, photo: bytes) -> None:
    """The person in a photo (base64, or a file of a form) is found and embedded; somebody who looks like it raises an alert."""
    made = http.post("/v1/watch-lists", json=given(photos=[b64encode(photo).decode()], max_distance=0.3))
    assert made.status_code == 201
    form = {"entry": (None, json.dumps(given(name="Lee")), "application/json"), "photo": ("a.jpg", photo, "image/jpeg")}
    twin = http.post("/v1/watch-lists", files=form)
    assert twin.status_code == 201
    assert twin.json()["max_distance"] == 0.35
    assert http.get(made.headers["location"]).json() == made.json()
    crop = http.get(made.json()["photos"][0])
    assert crop.headers["content-type"] == "image/jpeg"
    network = Embedder(rig.inference, "reid-0288")
    same = Embedding(network.embed([decode(crop.content)])[0], network.model)
    with rig.running():
        rig.see(replace(seen(closed=False), embedding=same))
        until(lambda: len(rig.alerts()) == 2)
    listed = http.get("/v1/alerts", params={"open": True, "entry": made.json()["id"]}).json()["items"]
    assert [(alert["kind"], alert["entry_name"]) for alert in listed] == [("watch-list-match", "Kim")]
    assert listed[0]["score"] > 0.95


def test_a_sighting_becomes_an_entry(rig: Rig, http: TestClient, photo: bytes) -> None:
    """Somebody who was seen is watched for by their best shots; without crops, or unknown, it is refused."""
    sighting = seen(closed=True)
    with rig.store.begin() as transaction:
        transaction.sightings.upsert(sighting)
    assert kind_of(http.post("/v1/watch-lists", json=given(sighting_id=str(sighting.id)))) == "crops-gone"
    for n, shot in enumerate(sighting.best_shots):
        rig.blobs.put(shot.blob_key, encode(decode(photo)[100 + n : 400, 300:450]))
    made = http.post("/v1/watch-lists", json=given(sighting_id=str(sighting.id)))
    assert made.status_code == 201
    assert len(made.json()["photos"]) == 2
    assert http.post("/v1/watch-lists", json=given(sighting_id=str(uuid4()))).status_code == 404


def test_entries_are_changed_listed_and_forgotten(rig: Rig, http: TestClient) -> None:
    """A change keeps the photos; pages follow each other; a removed entry is gone with its crops; all of it is audited."""
    entries = [entry(f"P{n}", created_at=make.at(n)) for n in range(5)]
    rig.add(*entries)
    rig.blobs.put(f"watch/{entries[0].id}/0.jpg", b"crop")
    first = http.get("/v1/watch-lists", params={"limit": 3}).json()
    second = http.get("/v1/watch-lists", params={"limit": 3, "cursor": first["next_cursor"]}).json()
    assert [one["name"] for one in first["items"] + second["items"]] == ["P4", "P3", "P2", "P1", "P0"]
    assert second["next_cursor"] is None
    changed = http.patch(f"/v1/watch-lists/{entries[1].id}", json={"max_distance": 0.11, "name": "Kim"}).json()
    assert (changed["max_distance"], changed["name"], len(changed["photos"])) == (0.11, "Kim", 1)
    assert http.delete(f"/v1/watch-lists/{entries[0].id}").status_code == 204
    assert kind_of(http.get(f"/v1/watch-lists/{entries[0].id}")) == "unknown-watch-list-entry"
    assert rig.blobs.children("watch") == []
    assert {"watch_list_viewed", "watch_list_entry_changed", "watch_list_entry_removed"} <= set(rig.acts())


def test_bad_entries_are_refused(http: TestClient) -> None:
    """No photo, too many, no person, no photo at all, no basis, no bound in time: a clear problem each."""
    blank = b64encode(encode(make.pixels())).decode()
    later = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    cases: dict[str, list[dict[str, Any]]] = {
        "no-photo": [given()],
        "invalid-request": [
            given(photos=["x"] * 6),
            given(photos=[blank], legal_basis=" "),
            {**given(photos=[blank]), "expires_at": None},
            given(photos=[blank], max_distance=-1),
            given(photos=[blank], nonsense=1),
            given(photos=[blank], sighting_id=str(uuid4())),
        ],
        "no-person-in-photo": [given(photos=[blank])],
        "not-a-photo": [given(photos=[b64encode(b"hello").decode()])],
        "not-base64": [given(photos=["?"])],
        "expiry-out-of-bounds": [
            given(photos=[blank], expires_at=later),
            given(photos=[blank], expires_at="2020-01-01T00:00:00Z"),
        ],
    }
    for kind, bodies in cases.items():
        for body in bodies:
            answer = http.post("/v1/watch-lists", json=body)
            assert (answer.status_code, kind_of(answer)) == (422, kind)
    assert kind_of(http.post("/v1/watch-lists", content=b"x", headers={"Content-Type": "text/plain"})) == "unsupported-media-type"
    broken = http.post("/v1/watch-lists", content=b"{", headers={"Content-Type": "application/json"})
    assert kind_of(broken) == "invalid-json"


def test_alerts_are_listed_and_acknowledged(rig: Rig, http: TestClient) -> None:
    """Filters and pages; the first who acknowledges is kept, with the note in the audit; unknown ids are 404."""
    rig.add(entry())
    worker = rig.worker()
    for n in range(3):
        one = make.sighting(n, f"gate-{n}", seed=1, started_at=make.at(60 * n), closed=n == 0)
        worker.handle([Message(SIGHTINGS, "1-0", sighting_wire.to_bytes(one))])

    def cameras(**params: Any) -> list[str]:
        return [alert["camera_id"] for alert in http.get("/v1/alerts", params=params).json()["items"]]

    assert cameras() == ["gate-2", "gate-1", "gate-0"]
    assert cameras(open=True) == ["gate-2", "gate-1"]
    assert cameras(camera=["gate-1", "gate-0"]) == ["gate-1", "gate-0"]
    assert cameras(kind="camera-stale") == []
    assert cameras(**{"from": make.at(30).isoformat(), "to": make.at(90).isoformat()}) == ["gate-1"]
    first = http.get("/v1/alerts", params={"limit": 2}).json()
    assert cameras(cursor=first["next_cursor"]) == ["gate-0"]
    id = first["items"][0]["id"]
    http.post(f"/v1/alerts/{id}/acknowledge", json={"note": "Checked.", "false_alarm": True})
    seen_again = http.post(f"/v1/alerts/{id}/acknowledge", json={}, headers=rig.headers("operator")).json()
    assert (seen_again["acknowledged_by"], seen_again["false_alarm"]) == ("a admin", False)
    assert cameras(acknowledged=True) == ["gate-2"]
    with rig.store.begin() as transaction:
        notes = [record.detail for record in transaction.audit.page(subject=f"alert/{id}")]
    assert {"note": "Checked.", "false_alarm": True} in notes
    assert kind_of(http.get(f"/v1/alerts/{uuid4()}")) == "unknown-alert"
    assert kind_of(http.get("/v1/alerts", params={"cursor": "x"})) == "invalid-cursor"


def test_webhooks_show_their_secret_once(rig: Rig, http: TestClient, receiver: Receiver) -> None:
    """Added, tested, rotated, switched off, removed; the secret is in the answers that make one, and nowhere else."""
    made = http.post("/v1/webhooks", json={"url": receiver.url, "kinds": ["camera-stale"]})
    assert made.status_code == 201
    path, secret = made.headers["location"], made.json()["secret"]
    receiver.secret = secret
    assert http.post(f"{path}/test").json() == {"delivered": True, "status": 204, "error": ""}
    rotated = http.post(f"{path}/rotate-secret").json()["secret"]
    for receiver.secret in (secret, rotated):
        assert http.post(f"{path}/test").json()["delivered"]
    receiver.statuses = [500]
    assert http.post(f"{path}/test").json() == {"delivered": False, "status": 500, "error": "HTTP 500 Internal Server Error"}
    shown = http.get("/v1/webhooks").text + http.get(path).text + http.patch(path, json={"enabled": False}).text
    assert secret not in shown
    assert rotated not in shown
    assert '"enabled":false' in shown
    assert http.delete(path).status_code == 204
    assert kind_of(http.get(path)) == "unknown-webhook"
    assert {"webhook_added", "webhook_tested", "webhook_secret_rotated", "webhook_disabled", "webhook_removed"} <= set(rig.acts())
    for url in ("http://169.254.169.254/latest", "http://10.0.0.1/", "ftp://vms.example/", "http://u:p@127.0.0.1/"):
        assert kind_of(http.post("/v1/webhooks", json={"url": url})) == "address-not-allowed"


def test_each_route_asks_for_its_role(rig: Rig) -> None:
    """Without a key nothing is shown; viewers see alerts only; operators keep the watch list; admins keep webhooks."""
    client, id = rig.api(), UUID(int=1)
    routes = {
        "viewer": [("GET", "/v1/alerts"), ("GET", f"/v1/alerts/{id}")],
        "operator": [
            ("POST", f"/v1/alerts/{id}/acknowledge"),
            ("GET", "/v1/watch-lists"),
            ("POST", "/v1/watch-lists"),
            ("GET", f"/v1/watch-lists/{id}"),
            ("GET", f"/v1/watch-lists/{id}/photos/0"),
            ("PATCH", f"/v1/watch-lists/{id}"),
            ("DELETE", f"/v1/watch-lists/{id}"),
        ],
        "admin": [
            ("GET", "/v1/webhooks"),
            ("POST", "/v1/webhooks"),
            ("GET", f"/v1/webhooks/{id}"),
            ("PATCH", f"/v1/webhooks/{id}"),
            ("DELETE", f"/v1/webhooks/{id}"),
            ("POST", f"/v1/webhooks/{id}/test"),
            ("POST", f"/v1/webhooks/{id}/rotate-secret"),
        ],
    }
    listed = {(m, r.split("{")[0]) for r, item in client.get("/openapi.json").json()["paths"].items() for m in item}
    tried = {(method.lower(), path.split(str(id))[0]) for tests in routes.values() for method, path in tests}
    assert {(method, path) for method, path in listed} == tried
    order = ["viewer", "operator", "admin"]
    keys = {role: rig.headers(role) for role in order}
    for needed, tests in routes.items():
        for method, path in tests:
            assert client.request(method, path).status_code == 401
            for role in order:
                status = client.request(method, path, headers=keys[role], json={}).status_code
                allowed = order.index(role) >= order.index(needed)
                assert (status in (200, 404, 422)) if allowed else (status == 403), (method, path, role, status)


def test_the_document_is_complete(rig: Rig) -> None:
    """Every operation has a summary and a description, and every schema that is referred to is there."""
    document = rig.api().get("/openapi.json").json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
            assert operation["security"], (method, path)
    referred = {part.split('"')[0] for part in json.dumps(document).split("#/components/schemas/")[1:]}
    assert referred <= set(document["components"]["schemas"])
