"""A sentence becomes a query that can be asked."""

from __future__ import annotations

import pytest

from tests.integration.search.conftest import Api

pytestmark = pytest.mark.integration


def test_a_sentence_becomes_a_query(api: Api) -> None:
    """What was understood is shown part by part; its query, sent as it is, is answered. Nothing is stored by understanding."""
    before = api.n_stored()
    asked = {"sentence": "검은 옷 입은 사람, 5월 4일, shop 근처, 가방 없음, 뚜르르", "now": "2026-05-05T12:00:00+09:00"}
    answer = api.client.post("/v1/understandings", json=asked, headers=api.headers())
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert [(look["name"], look["values"], look["not"]) for look in shown["attributes"]] == [
        ("upper_colour", ["black"], False),
        ("bag", ["backpack", "handbag", "crossbody", "bag"], True),
    ]
    assert (shown["window"]["from"], shown["window"]["to"]) == ("2026-05-03T15:00:00Z", "2026-05-04T15:00:00Z")
    assert [(place["text"], place["cameras"]) for place in shown["places"]] == [("shop", ["shop"])]
    assert [(words["text"], words["reason"]) for words in shown["not_understood"]] == [("뚜르르", "unknown-word")]
    span = shown["attributes"][0]["spans"][0]
    assert shown["text"][span["start"] : span["end"]] == "검은 옷"
    assert api.n_stored() == before
    found = api.client.post("/v1/queries", json=shown["query"], headers=api.headers())
    assert found.status_code == 201, found.text
    cameras = {one["camera_id"] for person in found.json()["people"] for one in person["candidates"]}
    assert cameras == {"shop"}


def test_what_is_no_sentence_is_a_problem(api: Api) -> None:
    """Too long, an unknown time zone, a misspelt field, a viewer: each is a problem of its own type."""
    for asked, status, kind in (
        ({"sentence": "가" * 2001}, 422, "invalid-request"),
        ({"sentence": "no hat", "zone": "Moon/Tycho"}, 422, "unknown-time-zone"),
        ({"text": "no hat"}, 422, "invalid-request"),
    ):
        answer = api.client.post("/v1/understandings", json=asked, headers=api.headers())
        assert (answer.status_code, answer.json()["type"]) == (status, f"urn:haetae:problem:{kind}")
    assert api.client.post("/v1/understandings", json={"sentence": ""}, headers=api.headers("viewer")).status_code == 403
