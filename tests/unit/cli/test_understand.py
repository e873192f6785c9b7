"""`haetae understand`."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from haetae.cli.main import application
from haetae.errors import Refused

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
