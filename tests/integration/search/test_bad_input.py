"""Whatever is wrong with a request: a clear problem, and nothing lost."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from haetae.imaging.jpeg import encode
from tests.integration.search.conftest import Api

pytestmark = pytest.mark.integration
WINDOW = {"from": "2026-05-04T00:00:00Z", "to": "2026-05-05T00:00:00Z"}
RED = {"name": "upper_colour", "values": ["red"]}


def png_of(width: int, height: int) -> bytes:
    """A small PNG that declares a size and packs grey zeros."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1024), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def nobody() -> bytes:
    """A picture with nobody in it."""
    noise = np.random.default_rng(0).integers(90, 110, (360, 640, 3)).astype(np.uint8)
    return encode(noise, 80)


def photo(data: bytes, **more: Any) -> dict[str, Any]:
    """A photo as it stands in JSON."""
    return {"data": b64encode(data).decode(), **more}


BAD: dict[str, tuple[Mapping[str, Any], int, str, str]] = {
    "a text file": ({"photos": [photo(b"no photo at all")]}, 422, "not-a-photo", "not a JPEG"),
    "nobody in it": ({"photos": [photo(nobody())]}, 422, "no-person-in-photo", "photo 1"),
    "too small to tell people apart": (
        {"photos": [photo(nobody(), box={"x1": 10, "y1": 10, "x2": 20, "y2": 19})]},
        422,
        "probe-too-poor",
        "9 pixels tall",
    ),
    "a 100-megapixel bomb": ({"photos": [photo(png_of(10_000, 10_000))]}, 413, "photo-too-large", "25 million"),
    "half a JPEG": ({"photos": [photo(nobody()[:600])]}, 422, "photo-unreadable", "damaged"),
    "an empty photo": ({"photos": [photo(b"")]}, 422, "not-a-photo", "not a JPEG"),
    "no base64": ({"photos": [{"data": "%%%"}]}, 422, "not-base64", "photo 1"),
    "no data": ({"photos": [{}]}, 422, "invalid-request", "no data"),
    "a box outside": (
        {"photos": [photo(nobody(), box={"x1": 900, "y1": 0, "x2": 950, "y2": 90})]},
        422,
        "box-outside-photo",
        "photo 1",
    ),
    "six photos": ({"photos": [photo(b"x")] * 6}, 422, "invalid-request", "not valid"),
    "ten years": (
        {"attributes": [RED], "from": "2016-05-04T00:00:00Z", "to": "2026-05-04T00:00:00Z"},
        422,
        "window-too-long",
        "31 days",
    ),
    "a window backwards": ({"attributes": [RED], "from": WINDOW["to"], "to": WINDOW["from"]}, 422, "window-reversed", "ends"),
    "a time without zone": ({"attributes": [RED], "from": "2026-05-04T00:00:00"}, 422, "invalid-request", "not valid"),
    "the year 1": ({"attributes": [RED], "from": "0001-01-01T00:00:00Z"}, 422, "invalid-request", "not valid"),
    "an unknown camera": ({"attributes": [RED], "cameras": ["one", "gate-9"]}, 422, "unknown-camera", "gate-9"),
    "an unknown value": ({"attributes": [{"name": "bag", "values": ["trolley"]}]}, 422, "unknown-attribute-value", "trolley"),
    "an unknown attribute": ({"attributes": [{"name": "mood", "values": ["x"]}]}, 422, "invalid-request", "not valid"),
    "a misspelt field": ({"attributes": [RED], "camera": ["one"]}, 422, "invalid-request", "not valid"),
    "nothing asked": ({}, 422, "empty-query", "at least one"),
    "limit 0": ({"attributes": [RED], "limit": 0}, 422, "invalid-request", "not valid"),
    "limit 1001": ({"attributes": [RED], "limit": 1001}, 422, "invalid-request", "not valid"),
    "two corners": ({"attributes": [RED], "polygon": [{"latitude": 1, "longitude": 1}] * 2}, 422, "invalid-polygon", "3 corners"),
    "k1 0": ({"attributes": [RED], "reranking": {"k1": 0}}, 422, "invalid-request", "not valid"),
    "no such re-ranking": ({"attributes": [RED], "reranking": {"method": "best"}}, 422, "invalid-request", "not valid"),
    "k1 of another": (
        {"attributes": [RED], "reranking": {"method": "camera-aware", "k1": 9}},
        422,
        "invalid-request",
        "not valid",
    ),
    "no such sighting": ({"confirmed": [str(UUID(int=7))]}, 422, "unknown-sighting", "no sighting"),
    "no such rejected": ({"attributes": [RED], "rejected": [str(UUID(int=7))]}, 422, "unknown-sighting", "no sighting"),
    "both at once": ({"confirmed": [str(UUID(int=7))], "rejected": [str(UUID(int=7))]}, 422, "invalid-request", "both confirmed"),
    "a surrogate": ({"attributes": [RED], "cameras": ["\ud800"]}, 422, "", ""),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_query_is_a_clear_problem(api: Api, case: str) -> None:
    """The status, a stable type, words that name what is wrong; no query is stored, no sighting lost."""
    query, status, kind, words = BAD[case]
    before = api.n_stored()
    content = _json({**({} if "from" in query else WINDOW), **query})
    response = api.client.post("/v1/queries", content=content, headers={**api.headers(), "Content-Type": "application/json"})
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"].startswith("urn:haetae:problem:")
    assert problem["type"].endswith(kind)
    assert words in problem["detail"]
    assert api.n_stored() == before


def test_bodies_of_other_kinds_are_refused(api: Api) -> None:
    """Neither text, nor broken JSON, nor other parts, nor a body that is too large."""
    client, headers = api.client, api.headers()
    answers = {
        "text": client.post("/v1/queries", content=b"hello", headers={**headers, "Content-Type": "text/plain"}),
        "broken": client.post("/v1/queries", content=b'{"photos": [', headers={**headers, "Content-Type": "application/json"}),
        "not an object": client.post("/v1/queries", content=b"[1]", headers={**headers, "Content-Type": "application/json"}),
        "deep": client.post("/v1/queries", content=b"[" * 100_000, headers={**headers, "Content-Type": "application/json"}),
        "latin": client.post("/v1/queries", content=b'"\xff"', headers={**headers, "Content-Type": "application/json"}),
        "part": client.post("/v1/queries", files={"picture": b"x"}, headers=headers),
        "boundary": client.post("/v1/queries", content=b"x", headers={**headers, "Content-Type": "multipart/form-data"}),
        "large": client.post("/v1/queries", content=bytes(33 << 20), headers={**headers, "Content-Type": "application/json"}),
        "large photo": client.post("/v1/queries", files={"photo": bytes(11 << 20)}, headers=headers),
    }
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert statuses == {
        "text": 415, "broken": 422, "not an object": 422, "deep": 422, "latin": 422, "part": 422, "boundary": 400, "large": 413,
        "large photo": 413,
    }  # fmt: skip
    assert {answer.headers["content-type"] for answer in answers.values()} == {"application/problem+json"}


def test_callers_without_a_right_are_refused(api: Api) -> None:
    """No key and a wrong key give 401 before the body is looked at; a role that may not, 403."""
    bad = {"content": b"nonsense", "headers": {"Content-Type": "application/json"}}
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {api.keys['admin']}"}):
        response = api.client.post("/v1/queries", content=bad["content"], headers={**bad["headers"], **headers})  # type: ignore[dict-item]
        assert response.status_code == 401
        assert response.json()["type"] == "urn:haetae:problem:unauthenticated"
        assert response.headers["www-authenticate"].startswith("Bearer")
    assert api.client.post("/v1/queries", json={"attributes": [RED]}, headers=api.headers("viewer")).status_code == 403
    assert api.client.get(f"/v1/me?token={api.keys['admin']}").status_code == 401
    assert api.client.get("/v1/me", headers=api.headers("viewer")).json() == {"name": "a viewer", "role": "viewer"}


def test_who_asks_too_often_is_told_when_to_come_back(api: Api) -> None:
    """Two at once, then 429 with Retry-After."""
    client = api.limited_to(per_minute=6, at_once=2)
    statuses = [client.post("/v1/queries", json={**WINDOW, "attributes": [RED]}, headers=api.headers()) for _ in range(3)]
    assert [response.status_code for response in statuses] == [201, 201, 429]
    assert 1 <= int(statuses[2].headers["retry-after"]) <= 10
    assert statuses[2].json()["type"] == "urn:haetae:problem:too-many-queries"


def test_what_is_not_there_is_404(api: Api) -> None:
    """Ids that nobody gave, keys that lead elsewhere, routes that do not exist, methods that are not offered."""
    nothing = "00000000-0000-0000-0000-000000000000"
    paths = [
        f"/v1/queries/{nothing}",
        f"/v1/sightings/{nothing}",
        f"/v1/recordings/{nothing}",
        "/v1/cameras/gate-9",
        "/v1/cameras/gate-9/ledger",
        "/v1/recordings?camera=gate-9",
        "/v1/crops/crops/2026-05-04/one/x/1.jpg",
        "/v1/crops/../../etc/passwd",
        "/v1/crops/crops/..%2f..%2f..%2fetc/passwd.jpg",
        "/v1/crops/watch/a/b/c.jpg",
        "/v1/nothing",
    ]
    for path in paths:
        response = api.client.get(path, headers=api.headers("admin"))
        assert response.status_code == 404, path
        assert response.headers["content-type"] == "application/problem+json"
    assert api.client.put("/v1/cameras", headers=api.headers("admin")).status_code == 405


def _json(document: Mapping[str, Any]) -> bytes:
    import json

    return json.dumps(document).encode()
