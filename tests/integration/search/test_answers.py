"""Answers: the same for the same query, repeated without photos, for several people at once, in pages, once for each key."""

from __future__ import annotations

import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from haetae.domain.ids import TrackletId
from haetae.domain.sighting import Sighting
from tests.integration.search.conftest import Api
from tests.integration.search.live import BLACK, WINDOW, Event, events, replica, waiting_gallery
from tests.kit.builders import uuid

pytestmark = pytest.mark.integration


def photo_of(api: Api, camera: str, n: int = 0) -> bytes:
    """A stored crop of the camera's n-th sighting."""
    return api.desk.blobs.get(api.gallery[camera][n].best_shots[-1].blob_key)


def as_json(photo: bytes) -> dict[str, str]:
    """As it stands in a query."""
    return {"data": b64encode(photo).decode()}


def post(api: Api, path: str = "/v1/queries", **asked: Any) -> dict[str, Any]:
    """The answer."""
    response = api.client.post(path, json=asked, headers=api.headers())
    assert response.status_code == 201, response.text
    answer: dict[str, Any] = response.json()
    return answer


def get(api: Api, path: str, **parameters: Any) -> dict[str, Any]:
    """The document."""
    response = api.client.get(path, params=parameters, headers=api.headers("viewer"))
    assert response.status_code == 200, response.text
    document: dict[str, Any] = response.json()
    return document


def kind(response: Any) -> tuple[int, str]:
    """The status and the last part of the problem's type."""
    return response.status_code, response.json()["type"].rpartition(":")[2]


@pytest.fixture
def twins(api: Api) -> Any:
    """Six sightings more that are equal in all that a query looks at but their ids; gone after the test."""
    pattern = api.gallery["one"][0]
    twins = [replace(pattern, id=TrackletId(uuid(f"twin {n}"))) for n in range(6)]
    for twin in twins:
        add(api, twin)
    yield twins
    for twin in twins:
        remove(api, twin)


def add(api: Api, sighting: Sighting) -> None:
    """Stores it."""
    with api.desk.store.begin() as transaction:
        transaction.sightings.upsert(sighting)


def remove(api: Api, sighting: Sighting) -> None:
    """Forgets it."""
    with api.desk.store.begin() as transaction:
        transaction.sightings.drop_embedding(sighting.id)
        for table, column in (("sightings", "id"), ("sighting_days", "id")):
            transaction.session.execute(text(f"DELETE FROM {table} WHERE {column} = :id"), {"id": sighting.id})


def test_the_same_query_gives_the_same_answer(api: Api, twins: list[Sighting]) -> None:
    """With sightings that tie in everything, by photo and by attributes, one after the other and eight at once."""
    for asked in ({"photos": [as_json(photo_of(api, "one"))], "limit": 4}, {"attributes": [BLACK], "limit": 1000}):
        query: dict[str, Any] = {**WINDOW, **asked}
        first = post(api, **query)["people"]
        shown = [candidate["sighting_id"] for person in first for candidate in person["candidates"]]
        assert {str(twin.id) for twin in twins} & set(shown)
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _, query=query: post(api, **query)["people"], range(8)))
        assert all(answer == first for answer in answers)


def test_a_query_is_repeated_without_its_photos(api: Api) -> None:
    """The same people from the stored probes, photos and confirmed sightings together; crops are kept for both queries."""
    confirmed = [str(api.gallery["one"][0].id)]
    photos = [as_json(photo_of(api, "one", n)) for n in (0, 1)]
    first = post(api, **WINDOW, photos=photos, confirmed=confirmed, reranking={"method": "graph", "k2": 5}, limit=30)
    again = post(api, f"/v1/queries/{first['id']}/repeat")
    assert again["people"] == first["people"]
    assert again["repeat"] == {"of": first["id"], "same": True, "changes": [], "appeared": [], "disappeared": []}
    assert again["made_with"]["reranking"] == first["made_with"]["reranking"]
    assert again["made_with"]["reranking"]["k2"] == 5
    assert [probe["quality"] for probe in again["probes"]] == [probe["quality"] for probe in first["probes"]]
    assert {probe["crop_url"] for probe in again["probes"]}.isdisjoint(probe["crop_url"] for probe in first["probes"])
    for probe in again["probes"]:
        assert api.client.get(probe["crop_url"], headers=api.headers()).status_code == 200
    assert post(api, f"/v1/queries/{again['id']}/repeat")["people"] == first["people"]


def test_a_repeated_query_says_what_differs(api: Api) -> None:
    """One sighting more in the gallery, then another window: what changed is told by name, and who came and went."""
    pattern = api.gallery["one"][0]
    first = post(api, **WINDOW, photos=[as_json(photo_of(api, "one"))], limit=1000)
    late = replace(pattern, id=TrackletId(uuid("late")), started_at=pattern.started_at + timedelta(hours=2),
                   ended_at=pattern.ended_at + timedelta(hours=2))  # fmt: skip
    add(api, late)
    try:
        again = post(api, f"/v1/queries/{first['id']}/repeat")
    finally:
        remove(api, late)
    told = again["repeat"]
    assert (told["same"], told["appeared"], told["disappeared"]) == (False, [str(late.id)], [])
    assert told["changes"] == [{"name": "n_gallery", "before": first["n_gallery"], "now": first["n_gallery"] + 1}]
    elsewhen = post(api, f"/v1/queries/{first['id']}/repeat", **{"from": "2026-05-01T00:00:00Z", "to": "2026-05-02T00:00:00Z"})
    assert elsewhen["people"] == []
    assert {change["name"] for change in elsewhen["repeat"]["changes"]} == {"from", "to", "n_gallery"}
    assert len(elsewhen["repeat"]["disappeared"]) == sum(len(person["candidates"]) for person in first["people"])


def test_a_repetition_that_cannot_be_is_refused(api: Api) -> None:
    """Another network embeds now (409), a window too long (422), no such query (404)."""
    first = post(api, **WINDOW, photos=[as_json(photo_of(api, "one"))])
    path = f"/v1/queries/{first['id']}/repeat"
    too_long = {"from": "2026-01-01T00:00:00Z", "to": "2026-05-01T00:00:00Z"}
    assert kind(api.client.post(path, json=too_long, headers=api.headers())) == (422, "window-too-long")
    assert kind(api.client.post(f"/v1/queries/{uuid4()}/repeat", headers=api.headers())) == (404, "unknown-query")
    with api.desk.store.begin() as transaction:
        older = "UPDATE query_probes SET model_version = 'older' WHERE query_id = :id"
        transaction.session.execute(text(older), {"id": UUID(first["id"])})
    assert kind(api.client.post(path, headers=api.headers())) == (409, "model-changed")


def test_several_people_are_looked_for_in_one_call(api: Api) -> None:
    """Each target's answer is the one that it gets alone; JSON and multipart, labels, probes and crops of each."""
    photos = [photo_of(api, "one"), photo_of(api, "body", 1)]
    alone = [post(api, **WINDOW, photos=[as_json(photo)], limit=5) for photo in photos]
    targets = [{"label": "the child", "photos": [as_json(photos[0])]}, {"photos": [as_json(photos[1])]}, {"attributes": [BLACK]}]
    answer = post(api, **WINDOW, targets=targets, limit=5)
    assert (answer["people"], answer["probes"], answer["n_people"]) == ([], [], 0)
    assert [target["label"] for target in answer["targets"]] == ["the child", "", ""]
    assert [target["people"] for target in answer["targets"][:2]] == [one["people"] for one in alone]
    assert [len(target["probes"]) for target in answer["targets"]] == [1, 1, 0]
    crops = [probe["crop_url"] for target in answer["targets"] for probe in target["probes"]]
    assert len(set(crops)) == 2
    assert get(api, f"/v1/queries/{answer['id']}") == answer
    listed = get(api, "/v1/queries", limit=1)["items"][0]
    assert listed["n_people"] == sum(target["n_people"] for target in answer["targets"]) > 0
    assert post(api, f"/v1/queries/{answer['id']}/repeat")["repeat"]["same"] is True
    query = {**WINDOW, "targets": [{"label": "the child"}, {}, {"attributes": [BLACK]}], "limit": 5}
    files = [("photo[1]", ("b.jpg", photos[1], "image/jpeg")), ("photo[0]", ("a.jpg", photos[0], "image/jpeg")),
             ("query", (None, json.dumps(query), "application/json"))]  # fmt: skip
    sent = api.client.post("/v1/queries", files=files, headers=api.headers())
    assert sent.status_code == 201, sent.text
    assert [target["people"] for target in sent.json()["targets"]] == [target["people"] for target in answer["targets"]]


def test_targets_that_cannot_be_are_refused(api: Api) -> None:
    """Both forms at once, a target that tells nothing, eleven of them, a photo of nobody's, and the target is named."""
    photo = as_json(photo_of(api, "one"))
    for asked, expected in (
        ({"targets": [{"attributes": [BLACK]}], "attributes": [BLACK]}, (422, "invalid-request")),
        ({"targets": [{"attributes": [BLACK]}], "rejected": [str(uuid4())]}, (422, "invalid-request")),
        ({"targets": [{"attributes": [BLACK]}, {"label": "x"}]}, (422, "empty-query")),
        ({"targets": [{"attributes": [BLACK]}] * 11}, (422, "invalid-request")),
        ({"targets": [{"photos": [photo] * 5}] * 5}, (422, "invalid-request")),
        ({"targets": [{"attributes": [BLACK]}, {"confirmed": [str(uuid4())]}]}, (422, "unknown-sighting")),
    ):
        response = api.client.post("/v1/queries", json={**WINDOW, **asked}, headers=api.headers())
        assert kind(response) == expected
    assert response.json()["detail"].startswith("Target 2: ")
    for part in ("photo", "photo[1]", "photo[10]"):
        query = json.dumps({**WINDOW, "targets": [{"attributes": [BLACK]}]})
        files = [(part, ("a.jpg", photo_of(api, "one"), "image/jpeg")), ("query", (None, query, "application/json"))]
        assert kind(api.client.post("/v1/queries", files=files, headers=api.headers())) == (422, "unknown-part")


def test_each_target_counts_as_a_query(api: Api) -> None:
    """Three targets take three of the caller's queries."""
    client = api.limited_to(per_minute=6, at_once=4)
    asked = {**WINDOW, "targets": [{"attributes": [BLACK]}] * 3}
    statuses = [client.post("/v1/queries", json=asked, headers=api.headers()).status_code for _ in range(2)]
    assert statuses == [201, 429]


def paged(api: Api, path: str, **parameters: Any) -> list[dict[str, Any]]:
    """All items of a list, page by page."""
    items, cursor = [], None
    while True:
        page = get(api, path, **parameters, **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def instants(candidates: list[dict[str, Any]]) -> list[datetime]:
    """When each was first seen."""
    return [datetime.fromisoformat(one["started_at"]) for one in candidates]


def test_an_answer_is_read_in_pages(api: Api) -> None:
    """Pages of any size put together are the whole answer, without doubles or holes, by order, by time and newest first."""
    whole = post(api, **WINDOW, attributes=[BLACK], limit=1000)
    path = f"/v1/queries/{whole['id']}"
    n_people, n_candidates = whole["n_people"], sum(len(person["candidates"]) for person in whole["people"])
    assert n_people == len(whole["people"]) > 3
    for limit in (1, 2, n_people, n_people + 1):
        people = paged(api, f"{path}/people", limit=limit)
        assert [{name: value for name, value in one.items() if name != "place"} for one in people] == whole["people"]
        assert [one["place"] for one in people] == list(range(1, n_people + 1))
    candidates = paged(api, f"{path}/candidates", limit=7)
    assert [one["place"] for one in candidates] == list(range(1, n_candidates + 1))
    assert [one["order"] for one in candidates] == sorted(one["order"] for one in candidates)
    by_time, newest = (paged(api, f"{path}/candidates", limit=7, sort=sort) for sort in ("time", "-time"))
    assert instants(by_time) == sorted(instants(candidates))
    assert instants(newest) == sorted(instants(candidates), reverse=True)
    assert {one["sighting_id"] for one in newest} == {one["sighting_id"] for one in candidates}
    for sort in ("time", "-time"):
        assert sorted(one["place"] for one in paged(api, f"{path}/people", limit=2, sort=sort)) == list(range(1, n_people + 1))


def test_the_first_page_comes_with_the_answer(api: Api) -> None:
    """`page_size` shortens what is sent and nothing else: the cursor leads to the rest, and all of it is stored."""
    whole = post(api, **WINDOW, attributes=[BLACK], limit=1000)
    first = post(api, **WINDOW, attributes=[BLACK], limit=1000, page_size=2)
    path = f"/v1/queries/{first['id']}"
    assert first["people"] == whole["people"][:2]
    assert first["n_people"] == whole["n_people"]
    rest = get(api, f"{path}/people", cursor=first["next_cursor"], limit=200)
    assert [one["candidates"] for one in rest["items"]] == [one["candidates"] for one in whole["people"][2:]]
    assert get(api, path)["people"] == whole["people"]
    assert get(api, path, page_size=2)["next_cursor"] == first["next_cursor"]
    several = post(api, **WINDOW, targets=[{"attributes": [BLACK]}] * 2, page_size=1)
    rest = get(api, f"/v1/queries/{several['id']}/people", cursor=several["targets"][1]["next_cursor"], target=1)
    assert rest["items"][0]["place"] == 2


def test_cursors_of_other_lists_are_refused(api: Api) -> None:
    """Of another query, another sort, another list, another target, and nonsense: 422; a target that is not there: 404."""
    one, other = (post(api, **WINDOW, attributes=[BLACK], limit=1000, page_size=1) for _ in range(2))
    cursor = one["next_cursor"]
    for path, parameters, expected in (
        (f"/v1/queries/{other['id']}/people", {"cursor": cursor}, (422, "invalid-cursor")),
        (f"/v1/queries/{one['id']}/people", {"cursor": cursor, "sort": "time"}, (422, "invalid-cursor")),
        (f"/v1/queries/{one['id']}/candidates", {"cursor": cursor}, (422, "invalid-cursor")),
        (f"/v1/queries/{one['id']}/people", {"cursor": "AAAA"}, (422, "invalid-cursor")),
        (f"/v1/queries/{one['id']}/people", {"target": 1}, (404, "unknown-target")),
        (f"/v1/queries/{one['id']}/people", {"sort": "looks"}, (422, "invalid-request")),
    ):
        assert kind(api.client.get(path, params=parameters, headers=api.headers())) == expected


def test_a_request_with_a_key_is_answered_once(api: Api) -> None:
    """Sent again with its key it gives the stored answer; with another body 422; another caller's same key is another request."""
    key, asked = {"Idempotency-Key": str(uuid4())}, {**WINDOW, "attributes": [BLACK], "limit": 5}
    before = api.n_stored()[0]
    first, second = (api.client.post("/v1/queries", json=asked, headers={**api.headers(), **key}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["location"] == first.headers["location"]
    assert api.n_stored()[0] == before + 1
    changed = api.client.post("/v1/queries", json={**asked, "limit": 6}, headers={**api.headers(), **key})
    assert kind(changed) == (422, "idempotency-key-reused")
    others = api.client.post("/v1/queries", json=asked, headers={**api.headers("admin"), **key})
    assert others.json()["id"] != first.json()["id"]
    for wrong in ("", "x" * 256, "two words"):
        response = api.client.post("/v1/queries", json=asked, headers={**api.headers(), "Idempotency-Key": wrong})
        assert kind(response) == (422, "invalid-request")
    with api.desk.store.begin() as transaction:  # a day passes
        older = "UPDATE queries SET asked_at = asked_at - interval '25 h' WHERE id = :id"
        transaction.session.execute(text(older), {"id": UUID(first.json()["id"])})
    assert api.client.post("/v1/queries", json={**asked, "limit": 6}, headers={**api.headers(), **key}).status_code == 201


def test_a_request_with_a_key_that_runs_is_not_asked_twice(api: Api) -> None:
    """Meanwhile JSON is told that it runs (409), and a stream follows the one that runs; the key of a cancelled one is free."""
    headers, asked = {"Idempotency-Key": str(uuid4())}, {**WINDOW, "attributes": [BLACK]}
    with replica(api) as client:
        with (
            waiting_gallery(api.desk.store) as go_on,
            client.stream("POST", "/v1/queries", json=asked, headers={**headers, "Accept": "text/event-stream"}) as response,
        ):
            coming = events(response)
            id = next(coming).data["id"]
            assert kind(client.post("/v1/queries", json=asked, headers=headers)) == (409, "query-running")
            with client.stream("POST", "/v1/queries", json=asked, headers={**headers, "Accept": "text/event-stream"}) as other:
                following = events(other)
                assert next(following) == Event("accepted", {"id": id, "location": f"/v1/queries/{id}"})
                go_on.set()
                assert list(following)[-1].data == list(coming)[-1].data
        headers = {"Idempotency-Key": str(uuid4())}
        cancelled = client.stream("POST", "/v1/queries", json=asked, headers={**headers, "Accept": "text/event-stream"})
        with waiting_gallery(api.desk.store), cancelled as response:
            coming = events(response)
            id = next(coming).data["id"]
            client.post(f"/v1/queries/{id}/cancel")
            assert [event.name for event in coming if event.name in ("answer", "problem")] == ["problem"]
        assert client.post("/v1/queries", json=asked, headers=headers).status_code == 201
