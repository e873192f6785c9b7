"""What was understood of a sentence, with the places in it that each part comes from, so that an operator can correct it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from haetae.domain.attributes import AttributeCondition
from haetae.domain.ids import CameraId
from haetae.domain.timing import TimeWindow


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `start` (inclusive) to `end` (exclusive) of the sentence as it was taken (`Understanding.text`)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A name that operators may use for a place, and the cameras that see it."""

    name: str
    cameras: tuple[CameraId, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedLook:
    """A condition on an attribute, and the words that it comes from."""

    condition: AttributeCondition
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class AskedWindow:
    """From when to when. `assumed` says what the sentence left open and how it was taken; empty where it left nothing open."""

    window: TimeWindow
    spans: tuple[Span, ...]
    assumed: str = ""


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """A place in the sentence's own words; `known` are the places of the caller that it can be, none where it is unresolved."""

    text: str
    known: tuple[NamedPlace, ...]
    spans: tuple[Span, ...]
    negated: bool = False

    @property
    def cameras(self) -> tuple[CameraId, ...]:
        """The cameras that see the place, each once."""
        return tuple(dict.fromkeys(camera for place in self.known for camera in place.cameras))


class Reason(StrEnum):
    """Why words are not part of the query."""

    UNKNOWN_WORD = "unknown-word"
    NOT_SEARCHABLE = "not-searchable"  # understood, but no attribute stands for it: the colour of a bag, a height


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """Words that the query does not hold."""

    text: str
    span: Span
    reason: Reason


@dataclass(frozen=True, slots=True)
class Understanding:
    """The sentence and everything in it. `text` is the sentence in Unicode normal form C; all spans are its characters."""

    text: str
    looks: Sequence[AskedLook] = field(default=())
    window: AskedWindow | None = None
    places: Sequence[AskedPlace] = field(default=())
    not_understood: Sequence[NotUnderstood] = field(default=())

    @property
    def cameras(self) -> tuple[CameraId, ...]:
        """The cameras of the places that are known and not denied, each once."""
        denied = {camera for place in self.places if place.negated for camera in place.cameras}
        wanted = [camera for place in self.places if not place.negated for camera in place.cameras]
        return tuple(camera for camera in dict.fromkeys(wanted) if camera not in denied)

    @property
    def conditions(self) -> tuple[AttributeCondition, ...]:
        """What the query asks of attributes."""
        return tuple(look.condition for look in self.looks)
