"""Calls that nobody would write: every answer is an answer or a problem, never a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.search.conftest import Api

pytestmark = pytest.mark.integration
_QUIET = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))

WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["one", "gate-1", "upper_colour", "red", "upper_colour=red", "not bag=backpack", "rtsp://10.0.0.1/x", "rtsp", "file",
         "2026-05-04T00:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "1e309", "NaN", "\x00", "../..",
         "rtsp://[::ffff:127.0.0.1]/", "rtsp://a:b@c@d:99999/", "AAAA", "tcp"]
    ),
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=8,
)
FIELDS = {
    "/v1/queries": [
        *("photos", "attributes", "confirmed", "rejected", "targets", "from", "to", "cameras", "polygon", "limit", "reranking"),
        "page_size",
    ],
    "/v1/cameras": ["id", "name", "kind", "url", "transport", "position", "sampling", "enabled", "recorded_from", "credentials"],
    "/v1/cameras/test": ["kind", "url", "transport", "credentials"],
    "/v1/understandings": ["sentence", "now", "zone"],
    "/v1/recordings": ["camera_id", "path", "recorded_from"],
}
PLAUSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "reranking": st.fixed_dictionaries(
        {"method": st.sampled_from(["k-reciprocal", "camera-aware", "graph", "best"])},
        optional={"k1": VALUES, "k2_within": VALUES},
    ),
    "confirmed": st.lists(st.one_of(st.uuids().map(str), WORDS), max_size=3),
    "rejected": st.lists(st.one_of(st.uuids().map(str), WORDS), max_size=3),
    "sentence": st.lists(
        st.one_of(
            st.sampled_from(
                ["빨간", "패딩", "안", "모자", "어제", "3시", "99시", "부터", "-1살", "앞", "no", "in his 900s", "31/2/2026"]
            ),
            WORDS,
        ),
        max_size=8,
    ).map(" ".join),
    "attributes": st.lists(
        st.fixed_dictionaries(
            {"name": WORDS, "values": st.lists(WORDS, max_size=2)}, optional={"not": VALUES, "required": VALUES}
        ),
        max_size=2,
    ),
    "polygon": st.lists(st.fixed_dictionaries({"latitude": st.floats(), "longitude": st.floats()}), max_size=5),
    "cameras": st.lists(WORDS, max_size=3),
    "photos": st.lists(st.fixed_dictionaries({}, optional={"data": WORDS, "box": VALUES}), max_size=2),
}


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, Any]:
    """A path and a body whose fields are named right and hold anything."""
    path = draw(st.sampled_from(sorted(FIELDS)))
    if draw(st.integers(0, 9)) == 0:
        return path, draw(VALUES)
    names = draw(st.sets(st.sampled_from(FIELDS[path])))
    return path, {name: draw(st.one_of(PLAUSIBLE.get(name, WORDS), VALUES)) for name in sorted(names)}


def check(response: Any) -> None:
    """No fault of ours, and a problem where it is no success."""
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["type"].startswith("urn:haetae:problem:")


@_QUIET
@given(bodies())
def test_bodies_of_any_kind_are_answered(api: Api, call: tuple[str, Any]) -> None:
    """POST: right fields with wrong values, wrong types, other shapes."""
    path, body = call
    content = json.dumps(body).encode("utf-8", "surrogatepass")
    response = api.client.post(path, content=content, headers={**api.headers("admin"), "Content-Type": "application/json"})
    check(response)
    if path == "/v1/cameras" and response.status_code == 201:
        api.client.delete(f"/v1/cameras/{response.json()['id']}", headers=api.headers("admin"))


@_QUIET
@given(
    st.sampled_from(["/v1/sightings", "/v1/queries", "/v1/recordings", "/v1/cameras/one/ledger"]),
    st.dictionaries(
        st.sampled_from(["from", "to", "camera", "attribute", "limit", "cursor"]),
        WORDS.filter(lambda text: text.isprintable() and "\ud800" not in text),
        max_size=4,
    ),
)
def test_parameters_of_any_kind_are_answered(api: Api, path: str, parameters: dict[str, str]) -> None:
    """GET lists: any window, camera, condition, limit and cursor."""
    check(api.client.get(path, params=parameters, headers=api.headers("viewer")))


@_QUIET
@given(
    st.sampled_from(["queries", "sightings", "recordings", "cameras", "crops", "crops/crops", "crops/probes"]),
    st.text(min_size=1, max_size=60).filter(lambda text: text.isprintable() and text.strip("./ ")),
)
def test_names_of_any_kind_are_answered(api: Api, resource: str, name: str) -> None:
    """GET by id or key: whatever stands in the path."""
    from urllib.parse import quote

    check(api.client.get(f"/v1/{resource}/{quote(name)}", headers=api.headers("viewer")))
