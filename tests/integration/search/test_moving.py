"""A process that ends while others go on: no query is lost, and who listened hears the rest elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from haetae.http.access import RememberedKeys
from haetae.http.server import Served, serve_in_thread
from haetae.http.serving import Serving
from haetae.telemetry.health import Health
from services.search.app import make_app
from tests.integration.search.conftest import Api
from tests.integration.search.live import BLACK, EVENTS, WINDOW, events, n_waiting, replica, waiting_gallery
from tests.kit.waiting import until

pytestmark = pytest.mark.integration
QUERY = {**WINDOW, "attributes": [BLACK], "limit": 20}


@contextmanager
def leaving_replica(api: Api, how: Serving) -> Iterator[tuple[httpx.Client, Served]]:
    """A replica that the test stops itself."""
    keys = RememberedKeys(api.desk.store.caller, remembered_s=5.0)
    served = serve_in_thread(make_app(api.desk, keys, Health()), "127.0.0.1", 0, how)
    address = f"http://127.0.0.1:{served.port}"
    with httpx.Client(base_url=address, headers=api.headers(), timeout=20.0, trust_env=False) as client:
        yield client, served


def test_streams_move_and_the_answer_is_heard_elsewhere(api: Api) -> None:
    """Who asked and who follows are told where to go on; this process still answers, and the other one tells the answer."""
    how = Serving(drain_s=1.0, grace_s=20.0)
    with leaving_replica(api, how) as (here, served), replica(api) as there, waiting_gallery(api.desk.store) as go_on:
        with here.stream("POST", "/v1/queries", json=QUERY, headers=EVENTS) as response:
            asked = events(response)
            id = next(asked).data["id"]
            until(lambda: n_waiting(api.desk.store) > 0, "the query waits in the database")
            with here.stream("GET", f"/v1/queries/{id}/events") as second:
                following = events(second)
                assert next(following).name == "accepted"
                stopping = threading.Thread(target=served.stop)
                stopping.start()
                last_asked, last_following = list(asked)[-1], list(following)[-1]
        assert (last_asked.name, last_following.name) == ("moved", "moved")
        assert last_asked.data == last_following.data == {"location": f"/v1/queries/{id}/events"}
        with there.stream("GET", last_asked.data["location"]) as third:
            resumed = events(third)
            assert next(resumed).name == "accepted"
            go_on.set()
            end = list(resumed)[-1]
        stopping.join(30)
        assert not stopping.is_alive()
        assert (end.name, end.data["id"]) == ("answer", id)


def test_alone_it_answers_before_it_ends(api: Api) -> None:
    """Without others the stream is not cut: what is being answered is answered."""
    with (
        leaving_replica(api, Serving(grace_s=20.0)) as (here, served),
        waiting_gallery(api.desk.store) as go_on,
        here.stream("POST", "/v1/queries", json=QUERY, headers=EVENTS) as response,
    ):
        coming = events(response)
        assert next(coming).name == "accepted"
        stopping = threading.Thread(target=served.stop)
        stopping.start()
        go_on.set()
        assert list(coming)[-1].name == "answer"
        stopping.join(30)
        assert not stopping.is_alive()
