"""How a second opinion is shown: slot by slot beside the understanding, each as a suggestion that the operator may take."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Self

from pydantic import Field

from haetae.language.opinion.comparison import Agreement, ComparedSlot, Reading, compared
from haetae.language.opinion.opinion import NoOpinion, Opinion, Unreadable
from haetae.language.understanding import Understanding
from services.search.shapes import Shown
from services.search.understandings.parts import LookOut, PlaceOut, WindowOut


class OpinionState(StrEnum):
    """Whether there is a second opinion."""

    GIVEN = "given"
    OFF = "off"  # no endpoint is configured: nothing was sent
    FAILED = "failed"


class ReadingOut(Shown):
    """What one reader has in a slot: the conditions on one attribute, a window, or a place."""

    attributes: Sequence[LookOut] = Field(default=())
    window: WindowOut | None = None
    place: PlaceOut | None = None

    @classmethod
    def of(cls, reading: Reading) -> Self:
        """The reading as it is shown."""
        return cls(
            attributes=[LookOut.of(look) for look in reading.looks],
            window=None if reading.window is None else WindowOut.of(reading.window),
            place=None if reading.place is None else PlaceOut.of(reading.place),
        )


class SlotOut(Shown):
    """One slot by both readers. Whoever takes the suggestion puts it in the place of what is understood."""

    slot: str = Field(description='An attribute\'s name, "window" or "place".', examples=["upper_colour"])
    verdict: Agreement
    understood: ReadingOut | None = Field(description="What `query` holds; null where it holds nothing.")
    suggested: ReadingOut | None = Field(description="What the second reader has; null where it leaves the slot out.")

    @classmethod
    def of(cls, slot: ComparedSlot) -> Self:
        """The slot as it is shown."""
        ours, theirs = (None if one is None else ReadingOut.of(one) for one in (slot.ours, slot.theirs))
        return cls(slot=slot.slot, verdict=slot.verdict, understood=ours, suggested=theirs)


class UnreadableOut(Shown):
    """A part of the model's reply that is nothing one can ask for, such as an attribute that we do not have."""

    text: str
    why: str

    @classmethod
    def of(cls, part: Unreadable) -> Self:
        """The part as it is shown."""
        return cls(text=part.text, why=part.why)


class SecondOpinionOut(Shown):
    """How a language model reads the sentence. It changes nothing in `query`."""

    state: OpinionState
    reason: str = Field(description="Why there is none; empty where it was given.")
    model: str
    slots: Sequence[SlotOut]
    unreadable: Sequence[UnreadableOut]

    @classmethod
    def of(cls, ours: Understanding, theirs: Opinion, model: str) -> Self:
        """The opinion beside our understanding."""
        slots = [SlotOut.of(slot) for slot in compared(ours, theirs)]
        unreadable = [UnreadableOut.of(part) for part in theirs.unreadable]
        return cls(state=OpinionState.GIVEN, reason="", model=model, slots=slots, unreadable=unreadable)

    @classmethod
    def none(cls, why: NoOpinion, model: str) -> Self:
        """That there is none, and why. Without a model there was nobody to ask."""
        state = OpinionState.FAILED if model else OpinionState.OFF
        return cls(state=state, reason=why.message, model=model, slots=(), unreadable=())
