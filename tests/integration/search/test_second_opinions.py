"""A second opinion on a sentence from a real peer that speaks the protocol: well, badly, slowly, or not at all."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from haetae.http.access import RememberedKeys
from haetae.settings import UnderstandingSettings
from haetae.telemetry.health import Health
from services.search.app import make_app
from services.search.understandings.second_reader import MOST_AT_ONCE, MOST_BYTES, second_reader
from tests.integration.search.conftest import Api
from tests.kit import http_peer as peer
from tests.kit.language_model import PATH, LanguageModel, compressed, language_model, saying, streaming

pytestmark = pytest.mark.integration

KEY = "canary-key-of-the-model"
ASKED = {
    "sentence": "검은 옷 입은 사람, 5월 4일, shop 근처, 가방 없음",
    "now": "2026-05-05T12:00:00+09:00",
    "second_opinion": True,
}
REPLY = {
    "attributes": [
        {"name": "upper_colour", "values": ["black"], "not": False, "words": "검은 옷"},
        {"name": "bag", "values": ["none"], "not": False, "words": "가방 없음"},
        {"name": "gender", "values": ["male"], "not": False, "words": "사람"},
        {"name": "mood", "values": ["bad"], "not": False, "words": ""},
    ],
    "from": "2026-05-04T00:00:00+09:00",
    "to": "2026-05-04T12:00:00+09:00",
    "places": [{"text": "shop", "not": False}],
}


@contextmanager
def asking(api: Api, model: LanguageModel, **settings: Any) -> Iterator[TestClient]:
    """The API with this model configured."""
    configured = UnderstandingSettings.model_validate(
        {"endpoint": model.endpoint, "model": "hcx", "api_key": KEY, "timeout_s": 1.0} | settings
    )
    desk = replace(api.desk, second_reader=second_reader(configured))
    keys = RememberedKeys(desk.store.caller, remembered_s=0.0)
    yield TestClient(make_app(desk, keys, Health()), raise_server_exceptions=False, headers=api.headers())


def shown(client: TestClient, asked: object = ASKED) -> Any:
    """The answer, which is 200 whatever the model does."""
    answer = client.post("/v1/understandings", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_slots_are_compared_and_the_understanding_stays_ours(api: Api) -> None:
    """Where the model agrees, differs, adds: each slot with its suggestion; unknown attributes are shown; the query is ours."""
    with language_model() as model, asking(api, model) as client:
        model.says(REPLY)
        with_opinion = shown(client)
        without = shown(client, {**ASKED, "second_opinion": False})
    opinion = with_opinion.pop("second_opinion")
    assert without.pop("second_opinion") is None
    assert with_opinion == without
    assert (opinion["state"], opinion["reason"], opinion["model"]) == ("given", "", "hcx")
    assert [(slot["slot"], slot["verdict"]) for slot in opinion["slots"]] == [
        ("gender", "adds"),
        ("upper_colour", "agrees"),
        ("bag", "agrees"),  # "bag=none" asks the same as "not" every bag there is
        ("window", "differs"),
        ("place", "agrees"),
    ]
    gender, window = opinion["slots"][0], opinion["slots"][3]
    assert gender["understood"] is None
    assert [(one["name"], one["values"], one["not"]) for one in gender["suggested"]["attributes"]] == [
        ("gender", ["male"], False)
    ]
    assert window["suggested"]["window"]["to"] == "2026-05-04T03:00:00Z"
    assert opinion["unreadable"] == [{"text": 'mood=["bad"]', "why": "no such attribute"}]


def test_a_suggestion_can_be_taken(api: Api) -> None:
    """The suggested conditions, put into the query as they are, are a query that the API answers."""
    with language_model() as model, asking(api, model) as client:
        model.says(REPLY)
        answer = shown(client)
        taken = [
            {name: one[name] for name in ("name", "values", "not")}
            for slot in answer["second_opinion"]["slots"]
            if slot["suggested"]
            for one in slot["suggested"]["attributes"]
        ]
        found = client.post("/v1/queries", json={**answer["query"], "attributes": taken})
        assert found.status_code == 201, found.text


def test_only_the_sentence_and_its_time_leave(api: Api) -> None:
    """The request holds the sentence, now and the zone; of cameras and callers nothing. The audit tells of it."""
    with language_model() as model, asking(api, model) as client:
        model.says(REPLY)
        shown(client)
    (received,) = model.received
    assert received.path == PATH
    assert received.headers["Authorization"] == f"Bearer {KEY}"
    system, user = received.body["messages"]
    assert json.loads(user["content"]) == {
        "sentence": ASKED["sentence"],
        "now": "2026-05-05T12:00:00+09:00",
        "zone": "Asia/Seoul",
    }
    assert set(received.body) == {"model", "messages", "temperature", "stream", "response_format"}
    told = json.dumps([system, received.body["response_format"], sorted(received.headers)])
    with api.desk.store.begin() as transaction:
        names = {word for camera in transaction.cameras.all() for word in (camera.name, str(camera.id))}
        record = transaction.audit.page(limit=1)[0]
    assert [name for name in names | set(api.keys.values()) if f'"{name}"' in told] == []
    assert (record.act, dict(record.detail)) == (
        "sentence_sent",
        {"host": model.address.removeprefix("http://"), "model": "hcx", "n_characters": len(ASKED["sentence"])},  # type: ignore[arg-type]
    )


def test_nothing_is_sent_unless_it_is_asked_for_and_configured(api: Api) -> None:
    """Without the flag the model hears nothing; without an endpoint there is nobody, and the answer says so."""
    with language_model() as model, asking(api, model) as client:
        shown(client, {**ASKED, "second_opinion": False})
    assert model.received == []
    opinion = shown(TestClient(api.client.app, headers=api.headers()))["second_opinion"]
    assert (opinion["state"], opinion["slots"]) == ("off", [])
    assert "configured" in opinion["reason"]
    assert second_reader(UnderstandingSettings()) is None


FAILURES = {
    "silent": (peer.silent, "did not answer within 1 s"),
    "dripping headers": (peer.dripping_headers, "did not answer within 1 s"),
    "dripping body": (peer.dripping_body, "did not answer within 1 s"),
    "endless": (peer.endless, f"larger than {MOST_BYTES // 1024} KiB"),
    "huge": (saying("x" * (MOST_BYTES + 1)), f"larger than {MOST_BYTES // 1024} KiB"),
    "compressed": (compressed(50_000_000), "compressed"),
    "garbage": (peer.garbage, "broke off"),
    "breaking off": (peer.breaking_off, "broke off"),
    "hanging up": (peer.hanging_up, "broke off"),
    "streaming": (streaming("{}"), "not JSON"),
    "a page": (peer.replying(b"<html>", kind="text/html"), "not JSON"),
    "no completion": (peer.replying(b'{"choices": []}'), "not a chat completion"),
    "broken JSON": (peer.replying(b"{"), "not a chat completion"),
    "deep JSON": (peer.replying(b"[" * 100_000), "not a chat completion"),
    "no text": (peer.replying(b'{"choices": [{"message": {"content": null}}]}'), "no text"),
    "prose": (saying("I think he wears black."), "reply is not JSON"),
    "another shape": (saying('{"attributes": []}'), "not of the shape"),
    "a long reply": (saying(" " * 30_000), "too long"),
    "401": (peer.replying(b"{}", status=401), "refuses the key (HTTP 401)"),
    "429": (peer.replying(b"{}", status=429), "HTTP 429"),
    "500": (peer.replying(KEY.encode(), status=500, kind="text/plain"), "HTTP 500"),
    "204": (peer.replying(b"", status=204), "HTTP 204"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_whatever_the_model_does_the_understanding_is_answered(api: Api, failure: str, caplog: pytest.LogCaptureFixture) -> None:
    """200 with our understanding, no opinion, a plain reason; the key is in neither the answer nor the log."""
    behave, reason = FAILURES[failure]
    with caplog.at_level(logging.DEBUG), language_model(behave) as model, asking(api, model) as client:
        answer = shown(client)
    opinion = answer["second_opinion"]
    assert (opinion["state"], opinion["slots"], opinion["unreadable"]) == ("failed", [], [])
    assert reason in opinion["reason"]
    assert [look["name"] for look in answer["attributes"]] == ["upper_colour", "bag"]
    assert len(model.received) == 1
    assert KEY not in json.dumps(answer) + caplog.text


def test_a_redirect_is_not_followed(api: Api) -> None:
    """The other address hears nothing: neither the sentence nor the key."""
    with language_model() as other:
        away = peer.replying(b"", status=307, Location=f"{other.address}{PATH}")
        with language_model(away) as model, asking(api, model) as client:
            assert "redirect" in shown(client)["second_opinion"]["reason"]
    assert other.received == []


def test_a_model_that_is_away_is_said_to_be(api: Api) -> None:
    """Nobody listens: the understanding comes without an opinion."""
    with asking(api, LanguageModel(peer.silent, address="http://127.0.0.1:1")) as client:
        assert "cannot be reached" in shown(client)["second_opinion"]["reason"]


def test_a_slow_model_takes_few_threads(api: Api) -> None:
    """While as many as may wait for it, the next is told so at once, and can ask again when they are done."""
    with language_model(peer.silent) as model:
        settings = UnderstandingSettings.model_validate({"endpoint": model.endpoint, "model": "m", "timeout_s": 1.0})
        reader = second_reader(settings)
        assert reader is not None
        taken = [reader.places.acquire(blocking=False) for _ in range(MOST_AT_ONCE)]
        desk = replace(api.desk, second_reader=reader)
        client = TestClient(make_app(desk, RememberedKeys(desk.store.caller, remembered_s=0.0), Health()), headers=api.headers())
        assert all(taken)
        assert "too much at once" in shown(client)["second_opinion"]["reason"]
        assert model.received == []
        for _ in taken:
            reader.places.release()
        model.says(REPLY)
        assert shown(client)["second_opinion"]["state"] == "given"


def test_opinions_count_against_the_callers_limit(api: Api) -> None:
    """A caller with no queries left is refused before anything is sent; plain understandings go on."""
    with language_model(saying("{}")) as model:
        settings = UnderstandingSettings.model_validate({"endpoint": model.endpoint, "model": "m"})
        limited = replace(api.desk, second_reader=second_reader(settings), buckets=type(api.desk.buckets)(
            per_minute=0.001, at_once=1, clock=api.desk.clock))  # fmt: skip
        client = TestClient(make_app(limited, RememberedKeys(limited.store.caller, remembered_s=0.0), Health()))
        statuses = [client.post("/v1/understandings", json=ASKED, headers=api.headers()).status_code for _ in range(2)]
        assert statuses == [200, 429]
        assert len(model.received) == 1
        plain = client.post("/v1/understandings", json={**ASKED, "second_opinion": False}, headers=api.headers())
        assert plain.status_code == 200
