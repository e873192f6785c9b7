"""A sentence as a query: the door of the room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from haetae.errors import Refused
from haetae.language.looks.conditions import joined, looks
from haetae.language.looks.scene import Scene
from haetae.language.meanings import Beyond, Glue, GlueKind
from haetae.language.times.moments import gathered
from haetae.language.times.windows import window_of
from haetae.language.tokens import Token, normal, tokens
from haetae.language.understanding import AskedWindow, NamedPlace, NotUnderstood, Reason, Span, Understanding
from haetae.language.whereabouts import whereabouts

SEOUL = timezone(timedelta(hours=9), "Asia/Seoul")  # no summer time since 1988; needs no time zone files
MOST_CHARACTERS = 2000
_ONTO = (GlueKind.PARTICLE, GlueKind.TOPIC, GlueKind.JOINING, GlueKind.ENDING)


def zone_of(name: str) -> tzinfo:
    """The time zone of that IANA name. Raises Refused (422) where nobody knows it."""
    if name == str(SEOUL):
        return SEOUL
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError; a folder's name is an OSError
        raise Refused(f"'{name[:64]}' is no time zone such as Asia/Seoul.", status=422, kind="unknown-time-zone") from None


def understand(sentence: str, *, now: datetime, zone: tzinfo = SEOUL, places: Sequence[NamedPlace] = ()) -> Understanding:
    """What the sentence asks: looks, window and places, and every word that is not part of the query.

    `now` is aware; days and hours are those of `zone`. `places` are the names that the caller knows.
    Raises Refused (422) where the sentence is longer than MOST_CHARACTERS.
    """
    text = normal(sentence)
    if len(text) > MOST_CHARACTERS:
        raise Refused(f"A sentence has at most {MOST_CHARACTERS} characters.", status=422, kind="sentence-too-long")
    cut = tokens(text, places)
    times = gathered(cut)
    window = window_of(times, now, zone)
    taken = set(times.tokens) if window is not None else set()
    where = whereabouts(cut, taken, places, text)
    taken |= where.tokens
    asked, scene = looks(cut, taken)
    spans = joined(sorted(cut[index].span for index in times.tokens))
    return Understanding(
        text=text,
        looks=asked,
        window=None if window is None else AskedWindow(window[0], spans, window[1]),
        places=where.places,
        not_understood=_not_understood(text, cut, taken, scene),
    )


def _not_understood(text: str, cut: Sequence[Token], taken: set[int], scene: Scene) -> list[NotUnderstood]:
    """Every word that is neither asked nor glue; neighbours, and the particles written onto them, are shown as one."""
    found: list[NotUnderstood] = []
    last = -2
    for index, token in enumerate(cut):
        reason = _reason(index, token, taken, scene)
        is_onto = last == index - 1 and (token.glue(*_ONTO) or token.text == "-") and cut[last].span.end == token.span.start
        if reason is None and not is_onto:
            continue
        if last == index - 1:
            start = found[-1].span.start
            reason = Reason.UNKNOWN_WORD if Reason.UNKNOWN_WORD in (reason, found[-1].reason) else Reason.NOT_SEARCHABLE
            found[-1] = _shown(text, Span(start, token.span.end), reason)
        elif reason is not None:
            found.append(_shown(text, token.span, reason))
        last = index
    return found


def _shown(text: str, span: Span, reason: Reason) -> NotUnderstood:
    return NotUnderstood(text[span.start : span.end], span, reason)


def _reason(index: int, token: Token, taken: set[int], scene: Scene) -> Reason | None:
    if index in taken or (index in scene.used and index not in scene.spoilt):
        return None
    if index in scene.spoilt:
        return Reason.NOT_SEARCHABLE
    beyond = token.of(Beyond)
    if beyond is not None:
        return Reason.UNKNOWN_WORD if beyond.unknown else Reason.NOT_SEARCHABLE
    return None if token.of(Glue) is not None else Reason.NOT_SEARCHABLE
