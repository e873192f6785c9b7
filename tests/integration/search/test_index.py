"""What the API answers by the index is what it answers by exact scans."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from haetae.http.access import RememberedKeys
from haetae.store.index import Limits
from haetae.telemetry.health import Health
from services.search.app import make_app
from services.search.index import Indexing
from tests.integration.search.conftest import Api
from tests.kit.builders import at

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("memory_bytes", [2**30, 0], ids=["vectors held", "vectors stored"])
def test_answers_by_the_index_are_those_of_the_scan(api: Api, memory_bytes: int) -> None:
    """The same people with the same distances in the same order, for confirmed sightings with and without required attributes."""
    indexing = Indexing(
        api.desk.store, lambda: api.desk.reader.model, Limits(memory_bytes=memory_bytes, compared_all=5, scanned=5), every_s=60
    )
    indexing.refresh()
    app = make_app(replace(api.desk, index=indexing), RememberedKeys(api.desk.store.caller, remembered_s=0.0), Health())
    someone = api.gallery["one"][0].id
    queries: list[dict[str, object]] = [
        {"confirmed": [str(someone)]},
        {"confirmed": [str(someone), str(api.gallery["shop"][0].id)], "cameras": ["one", "shop"]},
        {"confirmed": [str(someone)], "attributes": [{"name": "gender", "values": ["male"], "required": True}]},
    ]
    window = {"from": at(-3600).isoformat(), "to": at(7200).isoformat()}
    with TestClient(app, raise_server_exceptions=False) as indexed:
        for query in queries:
            answers = [c.post("/v1/queries", json={**query, **window}, headers=api.headers()) for c in (api.client, indexed)]
            assert [answer.status_code for answer in answers] == [201, 201]
            scanned, found = (answer.json()["people"] for answer in answers)
            assert [[c["sighting_id"] for c in p["candidates"]] for p in found] == [
                [c["sighting_id"] for c in p["candidates"]] for p in scanned
            ]
            assert found
            near = [[c["distance"] for p in people for c in p["candidates"]] for people in (scanned, found)]
            assert near[0] == pytest.approx(near[1], abs=1e-5)
