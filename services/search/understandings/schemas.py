"""What is asked and answered at /v1/understandings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from haetae.language.understand import MOST_CHARACTERS
from haetae.language.understanding import Understanding
from services.search.queries.schemas import ConditionIn
from services.search.shapes import Instant, Shown, Strict
from services.search.understandings.parts import LookOut, NotUnderstoodOut, PlaceOut, WindowOut
from services.search.understandings.second_opinion import SecondOpinionOut


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
    second_opinion: bool = Field(
        default=False,
        description="True also asks the language model that the site configured, if any: only the sentence, `now` and `zone` "
        "are sent to it. It takes seconds where the understanding takes milliseconds.",
    )


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
    second_opinion: SecondOpinionOut | None = Field(
        default=None, description="Where it was asked for: how a language model reads the sentence, slot by slot."
    )

    @classmethod
    def of(cls, understanding: Understanding, second_opinion: SecondOpinionOut | None = None) -> Self:
        """The understanding as it is shown."""
        return cls(
            text=understanding.text,
            attributes=[LookOut.of(look) for look in understanding.looks],
            window=None if understanding.window is None else WindowOut.of(understanding.window),
            places=[PlaceOut.of(place) for place in understanding.places],
            not_understood=[NotUnderstoodOut.of(words) for words in understanding.not_understood],
            query=UnderstoodQueryOut.of(understanding),
            second_opinion=second_opinion,
        )
