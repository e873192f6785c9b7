"""Queries that could be meant, drawn at random with every field that there is: an answer or a problem, never a fault of ours."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haetae.domain.attributes import VALUES
from tests.integration.search.conftest import Api
from tests.integration.search.test_generated_calls import VALUES as ANYTHING
from tests.integration.search.test_generated_calls import WORDS, check

pytestmark = pytest.mark.integration
_QUIET = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))

CONDITIONS = st.sampled_from(sorted(VALUES)).flatmap(
    lambda name: st.fixed_dictionaries(
        {"name": st.just(name.value), "values": st.lists(st.sampled_from(VALUES[name]), min_size=1, max_size=3)},
        optional={"not": st.booleans(), "required": st.booleans()},
    )
)
PERSON: dict[str, st.SearchStrategy[Any]] = {
    "attributes": st.lists(CONDITIONS, max_size=3),
    "confirmed": st.lists(st.integers(0, 9), max_size=3),  # which sighting of the gallery; 9 stands for one that is not there
    "rejected": st.lists(st.integers(0, 9), max_size=3),
}
PLACES = st.fixed_dictionaries({"latitude": st.floats(30, 40), "longitude": st.floats(120, 130)})
HOURS = st.integers(0, 30 * 24).map(lambda hours: f"2026-05-{1 + hours // 24:02d}T{hours % 24:02d}:00:00Z")
RERANKINGS = st.one_of(
    st.fixed_dictionaries(
        {"k1": st.integers(1, 200), "k2": st.integers(1, 100)}, optional={"weight_of_original": st.floats(0, 1)}
    ),
    st.fixed_dictionaries({"method": st.just("camera-aware"), "k1_within": st.integers(0, 9), "k2_across": st.integers(0, 9)}),
    st.fixed_dictionaries({"method": st.just("graph"), "n_layers": st.integers(0, 3), "alpha": st.floats(0, 10)}),
)
REST: dict[str, st.SearchStrategy[Any]] = {
    "from": HOURS,
    "to": HOURS,
    "cameras": st.lists(st.sampled_from(["one", "body", "shop", "gate-9"]), max_size=3),
    "polygon": st.lists(PLACES, max_size=5),
    "limit": st.integers(1, 1000),
    "reranking": RERANKINGS,
    "page_size": st.integers(1, 1000),
    "targets": st.lists(st.fixed_dictionaries({}, optional={**PERSON, "label": WORDS}), max_size=4),
}
QUERIES = st.fixed_dictionaries({}, optional={**PERSON, **REST})


def with_sightings(asked: Any, ids: list[str]) -> Any:
    """The query with the ids of sightings in the place of their numbers."""
    if isinstance(asked, list):
        return [with_sightings(one, ids) for one in asked]
    if not isinstance(asked, dict):
        return asked
    numbered = {name: [ids[n] for n in asked[name]] for name in ("confirmed", "rejected") if name in asked}
    return {name: with_sightings(value, ids) for name, value in asked.items()} | numbered


@_QUIET
@given(QUERIES, st.booleans(), st.one_of(st.none(), st.text(max_size=20)))
def test_queries_that_could_be_meant_are_answered(api: Api, asked: dict[str, Any], stream: bool, key: str | None) -> None:
    """POST, as a document and as a stream, with and without a key: what begins as a stream ends with an answer or a problem."""
    known = [str(sighting.id) for seen in api.gallery.values() for sighting in seen]
    body = with_sightings(asked, [known[n % len(known)] for n in range(9)] + [str(uuid4())])
    headers = {**api.headers(), "Content-Type": "application/json"}
    if stream:
        headers["Accept"] = "text/event-stream"
    if key is not None and key.isascii() and key.isprintable():
        headers["Idempotency-Key"] = key
    content = json.dumps(body).encode("utf-8", "surrogatepass")
    response = api.client.post("/v1/queries", content=content, headers=headers)
    check(response)
    if response.headers["content-type"].startswith("text/event-stream"):
        names = [line for line in response.text.splitlines() if line.startswith("event: ")]
        assert names[0] == "event: accepted"
        assert names[-1] == "event: answer", response.text[-500:]


@_QUIET
@given(
    st.sampled_from(["", "/people", "/candidates", "/state", "/events"]),
    st.dictionaries(
        st.sampled_from(["target", "sort", "limit", "cursor", "page_size"]),
        st.one_of(st.sampled_from(["0", "1", "9", "-time", "time", "order", "AAAAAAAAAAAAAAA", "-1", "1e9"]), WORDS).filter(
            lambda text: text.isprintable() and "\ud800" not in text
        ),
        max_size=4,
    ),
)
def test_pages_of_any_kind_are_answered(api: Api, part: str, parameters: dict[str, str]) -> None:
    """GET of all that there is of a query, with any parameters."""
    [newest] = api.client.get("/v1/queries?limit=1", headers=api.headers()).json()["items"]
    check(api.client.get(f"/v1/queries/{newest['id']}{part}", params=parameters, headers=api.headers("viewer")))


@_QUIET
@given(st.sampled_from(["repeat", "cancel"]), ANYTHING, st.booleans())
def test_repeats_and_cancels_of_any_kind_are_answered(api: Api, act: str, body: Any, known: bool) -> None:
    """POST to a query that is there, and to one that is not, with any body."""
    [newest] = api.client.get("/v1/queries?limit=1", headers=api.headers()).json()["items"]
    content = json.dumps(body).encode("utf-8", "surrogatepass")
    path = f"/v1/queries/{newest['id'] if known else uuid4()}/{act}"
    check(api.client.post(path, content=content, headers={**api.headers(), "Content-Type": "application/json"}))
