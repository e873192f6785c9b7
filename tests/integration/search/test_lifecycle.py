"""A query's life: accepted, told of as it goes on, answered, cancelled or given up; from any replica, and nothing left behind."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import psutil
import pytest
from sqlalchemy import text

from haetae.domain.timing import SystemClock
from haetae.embedded.gateway import Upstreams, create_gateway
from haetae.http.server import serve_in_thread
from haetae.store.queries import QueryRecord, QueryState
from haetae.store.store import Store
from tests.integration.search.conftest import Api
from tests.integration.search.live import BLACK, EVENTS, WINDOW, Event, events, n_waiting, replica, waiting_gallery
from tests.kit.waiting import until

pytestmark = pytest.mark.integration
QUERY = {**WINDOW, "attributes": [BLACK], "limit": 20}


def state_of(client: httpx.Client, id: str) -> str:
    """As any replica tells it."""
    return str(client.get(f"/v1/queries/{id}/state").json()["state"])


def without_times(answer: dict[str, Any]) -> dict[str, Any]:
    """What two answers to the same query share."""
    kept = {name: value for name, value in answer.items() if name not in ("id", "asked_at", "timings_ms", "made_with")}
    return {**kept, "probes": [{**probe, "crop_url": ""} for probe in answer["probes"]]}


def test_a_stream_tells_how_far_it_is_and_ends_with_the_answer(api: Api) -> None:
    """accepted, then progress that never falls and ends at 1, then the same answer that is fetched and that JSON gives."""
    with replica(api) as client, client.stream("POST", "/v1/queries", json=QUERY, headers=EVENTS) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        told = list(events(response))
        assert [told[0].name, told[-1].name] == ["accepted", "answer"]
        progress = [event.data for event in told[1:-1] if event.name != ":"]
        assert [one["stage"] for one in progress][:2] == ["count", "scan"]
        shares = [one["share"] for one in progress]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0
        assert progress[0]["counts"]["count"] == told[-1].data["n_gallery"]
        location = told[0].data["location"]
        assert response.headers["location"] == location == f"/v1/queries/{told[-1].data['id']}"
        assert client.get(location).json() == told[-1].data
        assert without_times(client.post("/v1/queries", json=QUERY).json()) == without_times(told[-1].data)


def test_what_is_wrong_with_a_request_is_answered_before_the_stream(api: Api) -> None:
    """A caller who asks for events still gets a problem with its status where nothing was begun."""
    with replica(api) as client:
        refused = client.post("/v1/queries", json={**QUERY, "limit": 0}, headers=EVENTS)
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
        unread = client.post("/v1/queries", json=QUERY, headers={"Accept": "text/event-stream;q=0, application/json"})
        assert (unread.status_code, unread.headers["content-type"]) == (201, "application/json")


def test_a_silent_stream_is_kept_alive_and_followed_by_another_replica(api: Api) -> None:
    """While the gallery waits, comments come on both streams; then both end with the same answer."""
    with replica(api, heartbeat_s=0.2) as here, replica(api, role="viewer", heartbeat_s=0.2) as there:
        waiting, asked = waiting_gallery(api.desk.store), here.stream("POST", "/v1/queries", json=QUERY, headers=EVENTS)
        with waiting as go_on, asked as response:
            coming = events(response)
            accepted = next(coming)
            assert next(coming) == Event(":")
            id = accepted.data["id"]
            assert state_of(there, id) == "running"
            assert there.get(f"/v1/queries/{id}").json()["type"].endswith(":query-running")
            listed = there.get("/v1/queries?state=running").json()["items"][0]
            assert (listed["id"], listed["state"], listed["n_people"]) == (id, "running", 0)
            with there.stream("GET", f"/v1/queries/{id}/events") as followed:
                following = events(followed)
                assert next(following).name == "accepted"
                until(lambda: next(following) == Event(":"), "the other replica keeps its stream alive")
                go_on.set()
                last_there = list(following)[-1]
            last_here = list(coming)[-1]
        assert (last_here.name, last_there.name) == ("answer", "answer")
        assert last_here.data == last_there.data


def test_a_query_is_cancelled_from_another_replica(api: Api) -> None:
    """Its statement ends, its caller is told, it stays stored as cancelled, and both acts are in the audit."""
    with replica(api) as here, replica(api) as there, waiting_gallery(api.desk.store):
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(here.post, "/v1/queries", json=QUERY)
            until(lambda: n_waiting(api.desk.store) > 0, "the query waits in the database")
            id = there.get("/v1/queries?limit=1").json()["items"][0]["id"]
            asked = there.post(f"/v1/queries/{id}/cancel")
            assert asked.status_code == 202
            answer = waiting.result(10)
        assert answer.status_code == 409
        assert answer.json()["type"] == "urn:haetae:problem:query-cancelled"
        assert n_waiting(api.desk.store) == 0
        assert state_of(there, id) == "cancelled"
        assert there.get(f"/v1/queries/{id}").json()["type"] == "urn:haetae:problem:query-cancelled"
        assert there.get(f"/v1/queries/{id}/people").status_code == 409
        with there.stream("GET", f"/v1/queries/{id}/events") as followed:
            assert [event.name for event in events(followed)] == ["accepted", "problem"]
        assert there.post(f"/v1/queries/{id}/cancel").status_code == 202
        assert set(api.acts()[:3]) == {"query_cancelled", "query_cancel_asked", "query_asked"}


def hang_up(client: httpx.Client, store: Store, times: int) -> list[str]:
    """Asks so often, one after the other, and goes away while the database works; the ids of the queries."""
    ids = []
    with waiting_gallery(store):
        for _ in range(times):
            with client.stream("POST", "/v1/queries", json=QUERY, headers=EVENTS) as response:
                coming = events(response)  # when this one goes, the response is closed
                ids.append(next(coming).data["id"])
                until(lambda: n_waiting(store) > 0, "the query waits in the database")
            until(lambda: n_waiting(store) == 0, "its statement has ended")
        until(lambda: {state_of(client, id) for id in ids} == {"cancelled"}, "all are stored as cancelled")
    return ids


def test_a_caller_who_goes_away_cancels_and_leaves_nothing_behind(api: Api) -> None:
    """After many who hung up: no statement, no thread, no file and no connection of the pool more than after a few."""
    store, process = api.desk.store, psutil.Process()
    with replica(api) as client:
        ids = hang_up(client, store, 4)
        before = process.num_fds(), process.num_threads()
        hang_up(client, store, 8)
        until(lambda: process.num_fds() <= before[0] and process.num_threads() <= before[1], "all that was opened is closed")
        assert "query-progress" not in [thread.name for thread in threading.enumerate()]
        assert store._engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        assert client.post("/v1/queries", json=QUERY).status_code == 201
    with store.begin() as transaction:
        acts = [record.act for record in transaction.audit.page(subject=f"query/{ids[0]}")]
    assert acts == ["query_cancelled", "query_asked"]


def test_streams_pass_the_front_door(api: Api) -> None:
    """Events come through it as they happen, not when the answer is there; who hangs up there cancels the query."""
    with replica(api, heartbeat_s=0.2) as behind:
        door = serve_in_thread(create_gateway(Upstreams(str(behind.base_url), "http://127.0.0.1:1")), "127.0.0.1", 0)
        address = f"http://127.0.0.1:{door.port}"
        try:
            with (
                httpx.Client(base_url=address, headers=api.headers(), timeout=20.0, trust_env=False) as client,
                waiting_gallery(api.desk.store),
                client.stream("POST", "/v1/queries", json=QUERY, headers=EVENTS) as response,
            ):
                coming = events(response)
                id = next(coming).data["id"]
                assert next(coming) == Event(":")
                until(lambda: n_waiting(api.desk.store) > 0, "the query waits in the database")
                response.close()
                until(lambda: state_of(behind, id) == "cancelled", "nobody listens behind the door")
        finally:
            door.stop()


def test_so_many_follow_and_no_more(api: Api) -> None:
    """429 for one more; there is room again when one has gone."""
    with (
        replica(api, followers_at_once=1) as client,
        waiting_gallery(api.desk.store),
        client.stream("POST", "/v1/queries", json=QUERY, headers=EVENTS) as asked,
    ):
        coming = events(asked)
        path = f"/v1/queries/{next(coming).data['id']}/events"
        with client.stream("GET", path) as first:
            following = events(first)
            assert next(following).name == "accepted"
            assert client.get(path).json()["type"] == "urn:haetae:problem:too-many-streams"

        def has_room() -> bool:
            with client.stream("GET", path) as again:
                return again.status_code == 200

        until(has_room, "there is room again")


def test_who_prefers_not_to_wait_comes_back(api: Api) -> None:
    """202 with where it stands, sent twice or not; it is answered meanwhile, and can be cancelled like any other."""
    headers = {"Prefer": "respond-async, wait=5", "Idempotency-Key": str(uuid4())}
    with replica(api) as client:
        with waiting_gallery(api.desk.store):
            told = client.post("/v1/queries", json=QUERY, headers=headers)
            again = client.post("/v1/queries", json=QUERY, headers=headers)
            assert (told.status_code, again.status_code) == (202, 202)
            assert told.headers["preference-applied"] == "respond-async"
            assert told.json()["state"] == "running"
            id = told.json()["id"]
            assert (again.json()["id"], told.headers["location"]) == (id, f"/v1/queries/{id}")
        until(lambda: state_of(client, id) == "answered", "it was answered without anybody waiting")
        assert client.post("/v1/queries", json=QUERY, headers=headers).json() == client.get(f"/v1/queries/{id}").json()
        with waiting_gallery(api.desk.store):
            id = client.post(f"/v1/queries/{id}/repeat", headers={"Prefer": "respond-async"}).json()["id"]
            assert client.post(f"/v1/queries/{id}/cancel").status_code == 202
            until(lambda: state_of(client, id) == "cancelled", "it ends although nobody waits")


def test_what_has_ended_cannot_be_cancelled(api: Api) -> None:
    """409 for an answered query, 404 for an unknown one, 403 for a viewer."""
    with replica(api) as client, replica(api, role="viewer") as viewer:
        id = client.post("/v1/queries", json=QUERY).json()["id"]
        assert client.post(f"/v1/queries/{id}/cancel").json()["type"] == "urn:haetae:problem:query-ended"
        assert state_of(client, id) == "answered"
        assert client.post(f"/v1/queries/{uuid4()}/cancel").status_code == 404
        assert viewer.post(f"/v1/queries/{id}/cancel").status_code == 403
        assert viewer.post(f"/v1/queries/{id}/repeat").status_code == 403


def test_a_query_that_nobody_answers_any_more_has_failed(api: Api) -> None:
    """Its process was killed: a minute later it counts as failed, is not followed for ever, and its key is free."""
    store, id = api.desk.store, uuid4()
    answer: dict[str, Any] = {"id": str(id), "people": [], "probes": [], "model": None, "n_gallery": 0, "timings_ms": {}}
    asked_at = SystemClock().now() - timedelta(minutes=3)
    record = QueryRecord(id, "kim", asked_at, request_of(api), {**answer, "asked_at": asked_at.isoformat()})
    with store.begin() as transaction:
        assert transaction.queries.start(record, [])
        assert transaction.queries.get(id).state is QueryState.RUNNING
        gone = "UPDATE queries SET seen_alive_at = now() - interval '61 s' WHERE id = :id"
        transaction.session.execute(text(gone), {"id": id})
    with replica(api) as client:
        assert client.get(f"/v1/queries/{id}").json()["type"] == "urn:haetae:problem:query-failed"
        running, failed = (client.get(f"/v1/queries?state={state}").json()["items"] for state in ("running", "failed"))
        assert running == []
        assert str(id) in [one["id"] for one in failed]
        with client.stream("GET", f"/v1/queries/{id}/events") as followed:
            last = list(events(followed))[-1]
        assert (last.name, last.data["type"]) == ("problem", "urn:haetae:problem:query-abandoned")


def request_of(api: Api) -> dict[str, Any]:
    """A stored request."""
    asked = api.client.post("/v1/queries", json=QUERY, headers=api.headers()).json()["asked"]
    return dict(asked)


def test_queries_of_the_earlier_version_are_still_read(api: Api) -> None:
    """What the first version stored: fetched, paged, listed and, with photos, asked again."""
    id, now = uuid4(), SystemClock().now()
    hat = {"name": "hat", "values": ["none"], "not": False, "required": False}
    request = {"n_photos": 0, "attributes": [hat], **WINDOW, "cameras": [], "polygon": [], "limit": 5, "reranking": None}
    answer: dict[str, Any] = {"id": str(id), "asked_at": now.isoformat(), "model": None, "n_gallery": 3, "probes": []}
    answer |= {"people": [], "timings_ms": {"total": 3.0}}
    with api.desk.store.begin() as transaction:
        transaction.queries.put(id, "kim", request, answer, asked_at=now)
    fetched = api.client.get(f"/v1/queries/{id}", headers=api.headers()).json()
    assert (fetched["n_people"], fetched["made_with"], fetched["targets"]) == (0, None, [])
    assert api.client.get(f"/v1/queries/{id}/people", headers=api.headers()).json()["items"] == []
    assert api.client.get(f"/v1/queries/{id}/state", headers=api.headers()).json()["state"] == "answered"
    again = api.client.post(f"/v1/queries/{id}/repeat", headers=api.headers())
    assert again.status_code == 201, again.text
    assert again.json()["repeat"]["of"] == str(id)
