"""A language model's reply, read as what nobody vouches for: of one shape, bounded; what is not ours is shown as unreadable."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from haetae.domain.attributes import VALUES, AttributeCondition, AttributeName
from haetae.domain.timing import TimeWindow
from haetae.language.opinion.opinion import NoOpinion, Opinion, Unreadable
from haetae.language.understanding import AskedLook, AskedPlace, AskedWindow, NamedPlace, Span
from haetae.language.whereabouts import matching

MOST_CHARACTERS = 20_000
MOST_PARTS = 30  # attributes, and places
_MOST_SHOWN, _LONGEST_SHOWN = 30, 120
_PARTS = {"attributes", "from", "to", "places"}
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def read(reply: str, text: str, places: Sequence[NamedPlace] = ()) -> Opinion:
    """What `reply` says of the sentence `text` (as spans count it). `places` are the names that the caller knows.

    Raises NoOpinion where the reply is not one JSON object of the shape that was asked for, or is too long.
    """
    asked = _document(reply)
    unreadable: list[Unreadable] = []
    looks = [look for one in asked["attributes"] for look in _look(one, text, unreadable)]
    window = _window(asked["from"], asked["to"], unreadable)
    where = [place for one in asked["places"] for place in _place(one, text, places, unreadable)]
    return Opinion(_joined(looks), window, where, unreadable[:_MOST_SHOWN])


def shown(value: object) -> str:
    """Anything of a reply as one bounded line without characters that could steer a terminal or a page."""
    try:
        line = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    except RecursionError:
        line = "too deep to be shown"
    line = "".join(letter if letter.isprintable() else " " for letter in line[: 4 * _LONGEST_SHOWN])
    return line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1] + "…"


def _document(reply: str) -> Mapping[str, Any]:
    if len(reply) > MOST_CHARACTERS:
        raise NoOpinion("The model's reply is too long.")
    try:
        document = json.loads(_unfenced(reply), parse_constant=_refused)
    except (ValueError, RecursionError):
        raise NoOpinion("The model's reply is not JSON.") from None
    if not isinstance(document, dict) or set(document) != _PARTS:
        raise NoOpinion("The model's reply is not of the shape that was asked for.")
    lists = (document["attributes"], document["places"])
    if not all(isinstance(one, list) and len(one) <= MOST_PARTS for one in lists):
        raise NoOpinion("The model's reply is not of the shape that was asked for.")
    return document


def _unfenced(reply: str) -> str:
    """The reply without the code fence that models like to put around JSON."""
    lines = reply.strip().splitlines()
    if len(lines) > 2 and lines[0] in ("```", "```json") and lines[-1] == "```":
        return "\n".join(lines[1:-1])
    return reply


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def _look(one: object, text: str, unreadable: list[Unreadable]) -> list[AskedLook]:
    """The condition, where the attribute is known, of the values that it has; the rest is unreadable."""
    if not _is_of(one, {"name": str, "values": list, "not": bool, "words": str}):
        unreadable.append(Unreadable(shown(one), "not the shape of an attribute"))
        return []
    asked: Mapping[str, Any] = one  # type: ignore[assignment]  # its shape was just seen
    if asked["name"] not in VALUES:
        unreadable.append(Unreadable(shown(f"{asked['name']}={shown(asked['values'])}"), "no such attribute"))
        return []
    name = AttributeName(asked["name"])
    known = [value for value in dict.fromkeys(v for v in asked["values"] if isinstance(v, str)) if value in VALUES[name]]
    strange = [value for value in asked["values"] if value not in known]
    unreadable += [Unreadable(shown(f"{name}={shown(value)}"), "no such value") for value in strange[:_MOST_SHOWN]]
    if not known:
        return []
    return [AskedLook(AttributeCondition(name, tuple(known), asked["not"]), _spans(asked["words"], text))]


def _window(start: object, end: object, unreadable: list[Unreadable]) -> AskedWindow | None:
    if start is None and end is None:
        return None
    ends = [_instant(end_of) for end_of in (start, end)]
    if ends[0] is not None and ends[1] is not None and ends[0] < ends[1]:
        return AskedWindow(TimeWindow(ends[0], ends[1]), ())
    unreadable.append(Unreadable(shown(f"{shown(start)} - {shown(end)}"), "no window of time"))
    return None


def _instant(text: object) -> datetime | None:
    """An instant with its offset between 1970 and 2200; else None."""
    try:
        instant = datetime.fromisoformat(text) if isinstance(text, str) else None
        if instant is None or instant.tzinfo is None or not _FIRST <= instant < _LAST:
            return None
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _place(one: object, text: str, known: Sequence[NamedPlace], unreadable: list[Unreadable]) -> list[AskedPlace]:
    """The place, where the sentence has its words; a model that makes places up is not believed."""
    if not _is_of(one, {"text": str, "not": bool}):
        unreadable.append(Unreadable(shown(one), "not the shape of a place"))
        return []
    asked: Mapping[str, Any] = one  # type: ignore[assignment]  # its shape was just seen
    spans = _spans(asked["text"], text)
    if not spans:
        unreadable.append(Unreadable(shown(asked["text"]), "a place that the sentence does not name"))
        return []
    words = text[spans[0].start : spans[0].end]
    return [AskedPlace(words, matching(words, known), spans, asked["not"])]


def _spans(words: str, text: str) -> tuple[Span, ...]:
    """Where the sentence has these words; none where it has not."""
    wanted = words.strip()
    start = text.find(wanted) if wanted else -1
    return () if start < 0 else (Span(start, start + len(wanted)),)


def _is_of(one: object, shape: Mapping[str, type]) -> bool:
    return isinstance(one, dict) and set(one) == set(shape) and all(isinstance(one[key], kind) for key, kind in shape.items())


def _joined(looks: Sequence[AskedLook]) -> list[AskedLook]:
    """Each condition once, however often the model says it."""
    return list({look.condition: look for look in looks}.values())
