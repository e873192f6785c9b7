"""More queries than can be answered at once: they wait in line, and nothing else waits for them."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.integration.search.conftest import Api
from tests.integration.search.live import BLACK, EVENTS, WINDOW, events, n_waiting, replica, waiting_gallery
from tests.integration.search.test_lifecycle import state_of
from tests.kit.waiting import until

pytestmark = pytest.mark.integration
QUERY = {**WINDOW, "attributes": [BLACK], "limit": 20}
ASYNC = {"Prefer": "respond-async"}


def test_fifty_callers_are_all_answered(api: Api) -> None:
    """Nobody gets 503, whatever the connections and threads of the process; all get the same people."""
    confirmed = {**WINDOW, "confirmed": [str(api.gallery["one"][0].id)], "limit": 20}
    with replica(api, answered_at_once=2, longest_wait_s=600) as client:

        def ask(_: int) -> httpx.Response:
            return client.post("/v1/queries", json=confirmed, timeout=600)

        with ThreadPoolExecutor(50) as callers:
            answers = list(callers.map(ask, range(60)))
    assert {answer.status_code for answer in answers} == {201}
    people = [[[c["sighting_id"] for c in p["candidates"]] for p in answer.json()["people"]] for answer in answers]
    assert people[0]
    assert people == people[:1] * 60


def test_others_do_not_wait_for_queries(api: Api) -> None:
    """While as many queries wait as there are threads for requests, health, lists and states are answered."""
    with replica(api, answered_at_once=1, longest_wait_s=600) as client:
        asked = {"json": QUERY, "timeout": 600}
        callers = [threading.Thread(target=client.post, args=("/v1/queries",), kwargs=asked) for _ in range(50)]
        with waiting_gallery(api.desk.store):
            id = client.post("/v1/queries", json=QUERY, headers=ASYNC).json()["id"]
            for caller in callers:
                caller.start()
            until(lambda: 'queries_in_line{state="waiting"} 50.0' in client.get("/metrics").text, "all others wait")
            assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
            assert client.get("/v1/queries?limit=1").status_code == client.get("/v1/cameras").status_code == 200
            assert state_of(client, id) == "running"
        for caller in callers:
            caller.join()


def test_a_full_line_says_when_to_come_back(api: Api) -> None:
    """One is answered, one waits: the next one gets 503 with Retry-After, and nothing of it is stored."""
    with replica(api, answered_at_once=1, most_waiting=1) as client:
        with waiting_gallery(api.desk.store):
            ids = [client.post("/v1/queries", json=QUERY, headers=ASYNC).json()["id"]]
            until(lambda: n_waiting(api.desk.store) > 0, "the first one is being answered")
            ids.append(client.post("/v1/queries", json=QUERY, headers=ASYNC).json()["id"])
            refused = client.post("/v1/queries", json=QUERY)
            assert (refused.status_code, refused.json()["type"]) == (503, "urn:haetae:problem:busy")
            assert int(refused.headers["retry-after"]) >= 1
        assert [one["id"] for one in client.get("/v1/queries?limit=2").json()["items"]] == ids[::-1]
        for id in ids:
            until(lambda id=id: state_of(client, id) == "answered", "whoever had a place is answered")  # type: ignore[misc]
        assert client.post("/v1/queries", json=QUERY).status_code == 201


def test_who_waits_too_long_fails_with_busy(api: Api) -> None:
    """It is stored as failed, says why, and can be asked again under the same key."""
    headers = {"Idempotency-Key": "waited-too-long"}
    with replica(api, answered_at_once=1, longest_wait_s=0.5) as client:
        with waiting_gallery(api.desk.store):
            client.post("/v1/queries", json=QUERY, headers=ASYNC)
            until(lambda: n_waiting(api.desk.store) > 0, "the first one is being answered")
            refused = client.post("/v1/queries", json=QUERY, headers=headers)
            assert (refused.status_code, refused.json()["type"]) == (503, "urn:haetae:problem:busy")
            failed = client.get("/v1/queries?state=failed&limit=1").json()["items"]
            assert client.get(f"/v1/queries/{failed[0]['id']}/state").json()["problem"]["type"].endswith(":busy")
        assert client.post("/v1/queries", json=QUERY, headers=headers).status_code == 201


def test_a_stream_says_that_it_waits_and_can_be_cancelled_meanwhile(api: Api) -> None:
    """Progress tells `waiting` and how many come before; who cancels, from any replica, frees the place; so does hanging up."""
    with replica(api, answered_at_once=1) as here, replica(api) as there, waiting_gallery(api.desk.store) as go_on:
        first = here.post("/v1/queries", json=QUERY, headers=ASYNC).json()["id"]
        until(lambda: n_waiting(api.desk.store) > 0, "the first one is being answered")
        with here.stream("POST", "/v1/queries", json=QUERY, headers=EVENTS) as asked:
            told = events(asked)
            second = next(told).data["id"]
            waits = next(one for one in told if one.name == "progress").data
            assert (waits["stage"], waits["counts"], waits["share"]) == ("waiting", {"waiting": 0}, 0.0)
            with here.stream("POST", "/v1/queries", json=QUERY, headers=EVENTS) as hung_up:
                third = next(events(hung_up)).data["id"]
            until(lambda: state_of(there, third) == "cancelled", "whoever hung up while waiting is out of the line")
            assert there.post(f"/v1/queries/{second}/cancel").status_code == 202
            assert next(one for one in told if one.name == "problem").data["type"].endswith(":query-cancelled")
        assert state_of(there, second) == "cancelled"
        fourth = here.post("/v1/queries", json=QUERY, headers=ASYNC).json()["id"]
        go_on.set()
        for id in (first, fourth):
            until(lambda id=id: state_of(there, id) == "answered", "the line goes on without them")  # type: ignore[misc]


def test_a_document_that_nobody_waits_for_any_more_is_not_looked_for(api: Api) -> None:
    """A caller who hung up while waiting, without a stream: the query is cancelled in line."""
    with replica(api, answered_at_once=1) as client, waiting_gallery(api.desk.store):
        client.post("/v1/queries", json=QUERY, headers=ASYNC)
        until(lambda: n_waiting(api.desk.store) > 0, "the first one is being answered")
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/queries", json=QUERY, timeout=0.7)
        until(lambda: len(client.get("/v1/queries?state=cancelled&limit=5").json()["items"]) > 0, "it was cancelled in line")
