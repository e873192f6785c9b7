"""The parts of an understanding as they are shown, each with the words it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from haetae.domain.attributes import AttributeName
from haetae.language.understanding import AskedLook, AskedPlace, AskedWindow, NotUnderstood, Reason, Span
from services.search.shapes import Instant, Shown


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


def _spans(spans: Sequence[Span]) -> list[SpanOut]:
    return [SpanOut.of(span) for span in spans]
