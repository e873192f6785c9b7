"""What is asked and answered at /v1/understandings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from haetae.domain.attributes import AttributeName
from haetae.language.understand import MOST_CHARACTERS
from haetae.language.understanding import AskedLook, AskedPlace, AskedWindow, NotUnderstood, Reason, Span, Understanding
from services.search.queries.schemas import ConditionIn
from services.search.shapes import Instant, Shown, Strict


class SentenceIn(Strict):
    """A sentence as an operator types it, in Korean or English."""

    sentence: str = Field(
        max_length=MOST_CHARACTERS,
        examples=[
            "빨간 패딩에 청바지, 8살쯤 여자아이, 어제 오후 3시쯤 수성못 근처, 모자 안 썼음",
            "man in a blue jacket, no bag, 2 hours ago",
        ],
    )
    now: Instant | None = Field(default=None, description="What 'yesterday' counts from; without it, now.")
    zone: str = Field(
        default="Asia/Seoul", max_length=64, description="The time zone of the sentence's days and hours, by its IANA name."
    )


class SpanOut(Shown):
    """Characters of `text`: `start` inclusive, `end` exclusive, counted in Unicode code points."""

    start: int
    end: int

    @classmethod
    def of(cls, span: Span) -> Self:
        """The span as it is shown."""
        return cls(start=span.start, end=span.end)


class LookOut(Shown):
    """A condition on an attribute, and the words it comes from."""

    name: AttributeName
    values: Sequence[str]
    negated: bool = Field(serialization_alias="not")
    spans: Sequence[SpanOut]

    @classmethod
    def of(cls, look: AskedLook) -> Self:
        """The condition as it is shown."""
        asked = look.condition
        return cls(name=asked.name, values=asked.values, negated=asked.negated, spans=_spans(look.spans))


class WindowOut(Shown):
    """From when (inclusive) to when (exclusive)."""

    start: Instant = Field(serialization_alias="from")
    end: Instant = Field(serialization_alias="to")
    assumed: str = Field(description="What the sentence left open and how it was taken; empty where it left nothing open.")
    spans: Sequence[SpanOut]

    @classmethod
    def of(cls, asked: AskedWindow) -> Self:
        """The window as it is shown."""
        return cls(start=asked.window.start, end=asked.window.end, assumed=asked.assumed, spans=_spans(asked.spans))


class PlaceOut(Shown):
    """A place in the sentence's words. Without `names` it is unresolved: no camera has a name like it."""

    text: str
    names: Sequence[str] = Field(description="The names and ids of cameras that it can stand for.")
    cameras: Sequence[str]
    negated: bool = Field(serialization_alias="not")
    spans: Sequence[SpanOut]

    @classmethod
    def of(cls, place: AskedPlace) -> Self:
        """The place as it is shown."""
        names = list(dict.fromkeys(known.name for known in place.known))
        return cls(text=place.text, names=names, cameras=place.cameras, negated=place.negated, spans=_spans(place.spans))


class NotUnderstoodOut(Shown):
    """Words that the query does not hold: nobody has told us of them, or no attribute stands for them."""

    text: str
    reason: Reason
    span: SpanOut

    @classmethod
    def of(cls, words: NotUnderstood) -> Self:
        """The words as they are shown."""
        return cls(text=words.text, reason=words.reason, span=SpanOut.of(words.span))


class UnderstoodQueryOut(Shown):
    """What can be sent to `POST /v1/queries`, after the operator has corrected it."""

    attributes: Sequence[ConditionIn]
    start: Instant | None = Field(serialization_alias="from")
    end: Instant | None = Field(serialization_alias="to")
    cameras: Sequence[str] = Field(description="The cameras of the places that were resolved; none means all.")

    @classmethod
    def of(cls, understanding: Understanding) -> Self:
        """The query that the sentence asks."""
        asked = understanding.window
        return cls(
            attributes=[
                ConditionIn(name=one.name, values=list(one.values), negated=one.negated) for one in understanding.conditions
            ],
            start=None if asked is None else asked.window.start,
            end=None if asked is None else asked.window.end,
            cameras=understanding.cameras,
        )


class UnderstandingOut(Shown):
    """What was understood of the sentence, part by part, for the operator to look at and correct."""

    text: str = Field(description="The sentence as spans count it (Unicode normal form C).")
    attributes: Sequence[LookOut]
    window: WindowOut | None
    places: Sequence[PlaceOut]
    not_understood: Sequence[NotUnderstoodOut]
    query: UnderstoodQueryOut

    @classmethod
    def of(cls, understanding: Understanding) -> Self:
        """The understanding as it is shown."""
        return cls(
            text=understanding.text,
            attributes=[LookOut.of(look) for look in understanding.looks],
            window=None if understanding.window is None else WindowOut.of(understanding.window),
            places=[PlaceOut.of(place) for place in understanding.places],
            not_understood=[NotUnderstoodOut.of(words) for words in understanding.not_understood],
            query=UnderstoodQueryOut.of(understanding),
        )


def _spans(spans: Sequence[Span]) -> list[SpanOut]:
    return [SpanOut.of(span) for span in spans]
