"""Every application answers problems as problem+json, tells its health, and lets in only whom it knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, UploadFile
from fastapi.testclient import TestClient
from pydantic import BaseModel, Field

from haetae.errors import Misconfigured, Refused, Transient
from haetae.http.access import Caller, Role, allow, is_allowed, use_keys
from haetae.http.app import create_app
from haetae.telemetry.health import Health

KEYS = {f"{role}-key": Caller(f"{role}-1", role) for role in Role}


class Keys:
    """Callers by key."""

    def caller(self, token: str) -> Caller | None:
        return KEYS.get(token)


class Thing(BaseModel):
    name: str = Field(max_length=5)


def build(health: Health) -> FastAPI:
    """An application with one endpoint for each way to fail."""
    app = create_app("Probe", "1", health, max_body_bytes=1000)
    use_keys(app, Keys())

    @app.get("/things/{id}")
    def thing(id: int, caller: Annotated[Caller, Depends(allow(Role.OPERATOR))]) -> dict[str, str]:
        raise Refused(f"There is no thing {id}.", status=404, kind="unknown-thing", internal="not told")

    @app.post("/things")
    def make(thing: Thing) -> dict[str, str]:
        return {"name": thing.name}

    @app.post("/photos")
    def photo(photo: UploadFile) -> dict[str, int | None]:
        return {"size": photo.size}

    @app.get("/bug")
    def bug() -> None:
        raise ZeroDivisionError("secret inner state")

    @app.get("/away")
    def away() -> None:
        raise Transient("PostgreSQL is away.", url="postgresql://secret")

    @app.get("/keyless")
    def keyless() -> None:
        raise Misconfigured("No credential key is configured.")

    return app


@pytest.fixture
def health() -> Health:
    """Health with nothing wrong."""
    return Health()


@pytest.fixture
def http(health: Health) -> Iterator[TestClient]:
    """A client of the application, in process."""
    with TestClient(build(health), raise_server_exceptions=False) as client:
        yield client


def bearer(role: Role) -> dict[str, str]:
    """The header of a caller with this role."""
    return {"Authorization": f"Bearer {role}-key"}


def test_every_failure_is_a_problem(http: TestClient) -> None:
    """Refused, unknown paths, wrong methods, invalid bodies, large ones, peers away and bugs all give problem+json with a
    stable type, and none tells what is inside."""
    answers = {
        "unknown-thing": http.get("/things/7", headers=bearer(Role.OPERATOR)),
        "not-found": http.get("/nowhere"),
        "method-not-allowed": http.delete("/things"),
        "invalid-request": http.post("/things", json={"name": "far too long s3cret"}),
        "too-large": http.post("/things", content=b"x" * 2000),
        "unavailable": http.get("/away"),
        "not-configured": http.get("/keyless"),
        "internal": http.get("/bug"),
    }
    statuses = {kind: answer.status_code for kind, answer in answers.items()}
    assert statuses == dict(zip(answers, (404, 404, 405, 422, 413, 503, 503, 500), strict=True))
    for kind, answer in answers.items():
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == f"urn:haetae:problem:{kind}"
        assert answer.json()["status"] == answer.status_code
        assert answer.json()["instance"].endswith(answer.headers["x-request-id"])
        assert "secret" not in answer.text
        assert "s3cret" not in answer.text
        assert "not told" not in answer.text
    assert answers["invalid-request"].json()["errors"][0]["field"] == "body.name"
    assert int(answers["unavailable"].headers["retry-after"]) >= 1


def test_a_body_of_unknown_length_is_bounded_too(http: TestClient) -> None:
    """A chunked body that grows beyond the bound is refused while it is read, as JSON and as a form."""

    def chunks() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n'
        for _ in range(100):
            yield b"x" * 100
        yield b"\r\n--b--\r\n"

    for path, kind in (("/photos", "multipart/form-data; boundary=b"), ("/things", "application/json")):
        answer = http.post(path, content=chunks(), headers={"Content-Type": kind})
        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:haetae:problem:too-large"


def test_roles_are_asked_for(http: TestClient) -> None:
    """No key or an unknown one is 401 with WWW-Authenticate; too low a role is 403; a key in the query string counts nothing."""
    for headers in ({}, {"Authorization": "Bearer nobody"}, {"Authorization": "Basic b3Blcg=="}, {"Authorization": "Bearer"}):
        answer = http.get("/things/7?token=admin-key", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["type"] == "urn:haetae:problem:unauthenticated"
    denied = http.get("/things/7", headers=bearer(Role.VIEWER))
    assert denied.status_code == 403
    assert "insufficient_scope" in denied.headers["www-authenticate"]
    assert http.get("/things/7", headers=bearer(Role.ADMIN)).status_code == 404


def test_higher_roles_include_lower_ones() -> None:
    """viewer < operator < admin; service is its own and is only let in by name."""
    assert is_allowed(Role.ADMIN, (Role.VIEWER,))
    assert not is_allowed(Role.VIEWER, (Role.OPERATOR, Role.ADMIN))
    assert not is_allowed(Role.SERVICE, (Role.VIEWER,))
    assert not is_allowed(Role.ADMIN, (Role.SERVICE,))
    assert is_allowed(Role.SERVICE, (Role.SERVICE, Role.ADMIN))


def test_alive_is_not_ready(http: TestClient, health: Health) -> None:
    """A peer that is away makes the process not ready, with the reason, and leaves it alive."""
    assert http.get("/readyz").json() == {"status": "ready", "problems": {}}
    health.check("redis", lambda: "away")
    answer = http.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (503, {"redis": "away"})
    assert http.get("/healthz").status_code == 200


def test_requests_have_ids_and_metrics(http: TestClient) -> None:
    """A caller's id is kept where it is well-formed; metrics name routes by template, never by the id in the path."""
    assert http.get("/healthz", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
    assert re.fullmatch("[0-9a-f]{32}", http.get("/healthz", headers={"X-Request-Id": "a b\x7f"}).headers["x-request-id"])
    http.get("/things/lost-child", headers=bearer(Role.OPERATOR))
    http.get("/no/such/lost-bag")
    text = http.get("/metrics").text
    assert 'haetae_http_answers_total{method="GET",route="/things/{id}",status="404"}' in text
    assert "lost-child" not in text  # letters: digits might stand in a measured time
    assert "lost-bag" not in text


def test_the_document_tells_of_problems(http: TestClient) -> None:
    """The OpenAPI document gives Problem for failures, the roles' answers where a key is needed, and not FastAPI's own shape."""
    document = http.get("/openapi.json").json()
    answers = document["paths"]["/things/{id}"]["get"]["responses"]
    assert {"401", "403", "422", "default"} <= set(answers)
    assert answers["default"]["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "401" not in document["paths"]["/things"]["post"]["responses"]
    assert "/healthz" not in document["paths"]
