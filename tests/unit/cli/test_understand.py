"""`haetae understand`."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from haetae.cli.main import application
from haetae.errors import Misconfigured, Refused
from tests.kit.language_model import language_model

SENTENCE = "빨간 패딩 입은 아이, 어제 3시쯤 수성못 근처, 모자 안 썼음, 목발"


def test_the_query_of_a_sentence_as_json() -> None:
    """The document holds the parts with their words, what was not understood, and a query that can be sent."""
    words = ["understand", SENTENCE, "--now", "2026-05-06T10:00", "--place", "수성못=s-1,s-2", "--json"]
    answer = CliRunner().invoke(application(words), words)
    assert answer.exit_code == 0, answer.output
    shown = json.loads(answer.stdout)
    query = shown["query"]
    assert sorted((one["name"], one["values"], one["not"]) for one in query["attributes"]) == [
        ("age_band", ["child"], False),
        ("hat", ["hat"], True),
        ("outerwear", ["coat"], False),
        ("upper_colour", ["red"], False),
    ]
    assert (query["from"], query["to"]) == ("2026-05-05T14:00:00+09:00", "2026-05-05T16:00:00+09:00")
    assert query["cameras"] == ["s-1", "s-2"]
    assert [shown["text"] for shown in shown["not_understood"]] == ["목발"]


def test_a_table_for_people() -> None:
    """Without --json there is a table of words and what they were understood as."""
    words = ["understand", "no hat", "--now", "2026-05-06T10:00:00+09:00"]
    answer = CliRunner().invoke(application(words), words)
    assert answer.exit_code == 0
    assert "not hat=hat" in answer.output


def test_a_wrong_time_is_wrong_use() -> None:
    """--now is an instant and --zone a time zone."""
    words = ["understand", "no hat", "--now", "yesterday"]
    assert CliRunner().invoke(application(words), words).exit_code == 2
    words = ["understand", "no hat", "--zone", "Moon/Tycho"]
    with pytest.raises(Refused):
        CliRunner().invoke(application(words), words, catch_exceptions=False)


def test_a_second_opinion_stands_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """The document and the table hold what the configured model would rather ask; the query stays as it is without it."""
    words = ["understand", "no hat, red coat", "--now", "2026-05-06T10:00:00+09:00", "--second-opinion", "--json"]
    with language_model() as model:
        model.says(
            {
                "attributes": [{"name": "upper_colour", "values": ["orange"], "not": False, "words": "red coat"}],
                "from": None,
                "to": None,
                "places": [{"text": "\x1b[31mMars", "not": False}],
            }
        )
        monkeypatch.setenv("HAETAE_UNDERSTANDING__ENDPOINT", model.endpoint)
        monkeypatch.setenv("HAETAE_UNDERSTANDING__MODEL", "m")
        shown = json.loads(CliRunner().invoke(application(words), words).stdout)
        plain = json.loads(CliRunner().invoke(application(words), [w for w in words if w != "--second-opinion"]).stdout)
        table = CliRunner().invoke(application(words), words[:-1]).output
    slots = {slot["slot"]: slot["verdict"] for slot in shown.pop("second_opinion")["slots"]}
    assert slots == {"upper_colour": "differs", "outerwear": "leaves-out", "hat": "leaves-out"}
    assert shown == plain
    assert "would rather ask upper_colour=orange" in table
    assert "would not ask not hat=hat" in table
    assert "Mars" in table
    assert "\x1b" not in table
    assert len(model.received) == 2


def test_a_second_opinion_that_fails_or_is_not_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that is away leaves the understanding with the reason; asking for one without an endpoint is a wrong set-up."""
    words = ["understand", "no hat", "--second-opinion"]
    assert isinstance(CliRunner().invoke(application(words), words).exception, Misconfigured)
    monkeypatch.setenv("HAETAE_UNDERSTANDING__ENDPOINT", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("HAETAE_UNDERSTANDING__MODEL", "m")
    answer = CliRunner().invoke(application(words), words)
    assert answer.exit_code == 0
    assert "not hat=hat" in answer.output
    assert "cannot be reached" in answer.output


@pytest.mark.parametrize(
    "wrong", ["ftp://x", "http://user:canary@x/v1", "http://x/?key=canary", "x", "http://[::1", "http://x:99999"]
)
def test_an_endpoint_is_an_address_without_secrets(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """Anything else is refused when settings are read, without repeating it."""
    monkeypatch.setenv("HAETAE_UNDERSTANDING__ENDPOINT", wrong)
    monkeypatch.setenv("HAETAE_UNDERSTANDING__MODEL", "m")
    words = ["understand", "no hat", "--second-opinion"]
    error = CliRunner().invoke(application(words), words).exception
    assert isinstance(error, Misconfigured)
    assert "canary" not in str(error)
