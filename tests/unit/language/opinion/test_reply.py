"""A model's reply is nobody's word: read strictly, bounded, and what is not ours is shown."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from haetae.domain.attributes import VALUES, AttributeCondition, AttributeName
from haetae.domain.ids import CameraId
from haetae.language.opinion.opinion import NoOpinion
from haetae.language.opinion.question import messages, reply_schema
from haetae.language.opinion.reply import MOST_PARTS, read, shown
from haetae.language.understand import SEOUL
from haetae.language.understanding import NamedPlace, Span

TEXT = "빨간 패딩, 모자 안 썼음, 수성못 근처"
NOTHING: dict[str, Any] = {"attributes": [], "from": None, "to": None, "places": []}


def look(name: str, *values: object, negated: object = False, words: str = "") -> dict[str, object]:
    """An attribute as a model writes it."""
    return {"name": name, "values": list(values), "not": negated, "words": words}


def reply(**parts: object) -> str:
    """A reply of the right shape with these parts."""
    return json.dumps({**NOTHING, **parts})


def test_a_reply_becomes_our_own_types() -> None:
    """Conditions with the sentence's words as spans, a window in UTC, places with the cameras that the site knows."""
    text = reply(
        attributes=[look("upper_colour", "red", words="빨간 패딩"), look("hat", "hat", negated=True, words="쓰지 않음")],
        **{"from": "2026-05-04T08:00:00+09:00", "to": "2026-05-04T09:00:00+09:00"},
        places=[{"text": "수성못", "not": False}],
    )
    opinion = read(text, TEXT, [NamedPlace("수성못 입구", (CameraId("s-1"),))])
    assert [(one.condition, one.spans) for one in opinion.looks] == [
        (AttributeCondition(AttributeName.UPPER_COLOUR, ("red",)), (Span(0, 5),)),
        (AttributeCondition(AttributeName.HAT, ("hat",), negated=True), ()),
    ]
    assert opinion.window is not None
    assert opinion.window.window.start == datetime(2026, 5, 3, 23, tzinfo=UTC)
    assert [place.cameras for place in opinion.places] == [("s-1",)]
    assert opinion.unreadable == []


@pytest.mark.parametrize(
    ("parts", "text", "why"),
    [
        ({"attributes": [look("mood", "bad")]}, 'mood=["bad"]', "no such attribute"),
        ({"attributes": [look("hat", "crown")]}, "hat=crown", "no such value"),
        ({"attributes": [look("hat", 7)]}, "hat=7", "no such value"),
        ({"attributes": [look("hat", "hat", negated="no")]}, None, "not the shape of an attribute"),
        ({"attributes": ["hat"]}, "hat", "not the shape of an attribute"),
        ({"attributes": [{**look("hat", "hat"), "more": 1}]}, None, "not the shape of an attribute"),
        ({"from": "2026-05-04T08:00:00+09:00"}, "2026-05-04T08:00:00+09:00 - null", "no window of time"),
        ({"from": "2026-05-04T08:00:00", "to": "2026-05-04T09:00:00"}, None, "no window of time"),
        ({"from": "2026-05-04T09:00:00Z", "to": "2026-05-04T08:00:00Z"}, None, "no window of time"),
        ({"from": "0001-01-01T00:00:00+09:00", "to": "9999-12-31T23:59:59-12:00"}, None, "no window of time"),
        ({"from": 7, "to": {}}, "7 - {}", "no window of time"),
        ({"places": [{"text": "the moon", "not": False}]}, "the moon", "a place that the sentence does not name"),
        ({"places": [{"text": 3, "not": False}]}, None, "not the shape of a place"),
    ],
)
def test_what_is_not_ours_is_shown_as_unreadable(parts: dict[str, object], text: str | None, why: str) -> None:
    """Unknown names, values, instants and places are told, and nothing is asked for because of them."""
    opinion = read(reply(**parts), TEXT)
    assert (list(opinion.looks), opinion.window, list(opinion.places)) == ([], None, [])
    assert [part.why for part in opinion.unreadable] == [why]
    assert text is None or opinion.unreadable[0].text == text


def test_known_values_stay_beside_unknown_ones() -> None:
    """Of "red or crimson" the red is kept and crimson is told."""
    opinion = read(reply(attributes=[look("upper_colour", "red", "crimson", "red")]), TEXT)
    assert [one.condition.values for one in opinion.looks] == [("red",)]
    assert [part.text for part in opinion.unreadable] == ["upper_colour=crimson"]


@pytest.mark.parametrize(
    "text",
    ["", "no", "null", "[]", "{}", '{"attributes": []}', reply(thoughts=""), reply(places=1),
     reply(attributes=[look("hat", "hat")] * (MOST_PARTS + 1)), "[" * 15_000, " " * 20_001, '{"attributes": NaN}', "1" * 5000,
     "```json\n" + json.dumps(NOTHING), f"Sure! {json.dumps(NOTHING)}"],
)  # fmt: skip
def test_another_shape_is_no_opinion(text: str) -> None:
    """Prose, other JSON, missing and further parts, too many, too deep, too long: none of it is guessed at."""
    with pytest.raises(NoOpinion):
        read(text, TEXT)


def test_a_code_fence_is_taken_off() -> None:
    """Models put one around JSON though they are told not to."""
    assert read(f"```json\n{json.dumps(NOTHING)}\n```\n", TEXT).unreadable == []


def test_what_is_shown_cannot_steer_a_terminal() -> None:
    """Control characters, reversals of the direction and halves of characters become blanks; lines are short."""
    strange = "\x1b[2Jhat\u202e\ud800\r\n" + "x" * 1000
    line = shown(strange)
    assert line.isprintable()
    assert len(line) <= 120
    assert read(reply(attributes=[look(strange, "a")]), TEXT).unreadable[0].text.isprintable()


_words = some.text(max_size=8) | some.sampled_from([*VALUES, "red", "hat", "none", TEXT[:5], "2026-05-04T08:00:00Z"])
_json = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | _words,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(_words, inner, max_size=4),
    max_leaves=12,
)
_attribute = some.fixed_dictionaries(
    {
        "name": _words | _json,
        "values": some.lists(_words, max_size=4) | _json,
        "not": some.booleans() | _json,
        "words": _words | _json,
    }
)
_place = some.fixed_dictionaries({"text": _words | _json, "not": some.booleans() | _json})
_replies = some.fixed_dictionaries(
    {
        "attributes": some.lists(_attribute | _json, max_size=4) | _json,
        "from": _words | _json,
        "to": _words | _json,
        "places": some.lists(_place | _json, max_size=3) | _json,
    }
)


@given(_replies | _json)
def test_no_reply_breaks_the_reader(document: object) -> None:
    """Whatever JSON comes, the answer is an opinion in our words or none; all that is shown is printable and short."""
    with suppress(NoOpinion):
        opinion = read(json.dumps(document), TEXT)
        assert all(part.text.isprintable() and len(part.text) <= 120 for part in opinion.unreadable)
        assert all(set(one.condition.values) <= set(VALUES[one.condition.name]) for one in opinion.looks)
        assert all(TEXT[span.start : span.end] == place.text for place in opinion.places for span in place.spans)


def test_the_question_holds_the_vocabulary_and_the_sentence_apart() -> None:
    """Every attribute with its values is among the rules; what the operator wrote is only in the user's message."""
    system, user = messages('모자 "안" 썼음\n{}%s', now=datetime(2026, 5, 4, 3, tzinfo=UTC), zone=SEOUL)
    assert all(f"  {name}: {', '.join(values)}" in system["content"] for name, values in VALUES.items())
    assert json.loads(user["content"]) == {
        "sentence": '모자 "안" 썼음\n{}%s',
        "now": "2026-05-04T12:00:00+09:00",
        "zone": "Asia/Seoul",
    }
    names = reply_schema()["properties"]["attributes"]["items"]["properties"]["name"]["enum"]
    assert names == [name.value for name in VALUES]
