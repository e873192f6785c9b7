"""What is asked and answered at /v1/travel-times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field

from haetae.routing.certain_people import Certainty
from haetae.store.travel_times import LearnedTimes
from services.search.shapes import Instant, Shown, Strict
from services.search.travel_times.learning import Lesson

_MOST_DAYS = 366


class LearningIn(Strict):
    """What travel times are learned from."""

    days: float = Field(default=30, gt=0, le=_MOST_DAYS, description="How far back, from now.")
    certain: bool = Field(
        default=True,
        description="Also from sightings of which the network is certain; they count less than confirmed ones.",
    )
    max_distance: float = Field(
        default=Certainty().max_distance, gt=0, le=2, description="Cosine distance up to which a pair can be certain."
    )


class HeldOutOut(Shown):
    """How well times foretell people who were not learned from: mean log-likelihood ratio against anybody, natural logarithm."""

    n_examples: int
    by_map: float = Field(description="By distance and walking speed alone.")
    before: float = Field(description="By what was known before.")
    now: float = Field(description="By what was learned now.")


class TravelTimesOut(Shown):
    """A state of knowledge. It holds counts by pair of cameras, and nothing about any person."""

    id: int
    learned_at: Instant
    n_confirmed: int = Field(description="People of whom operators confirmed at least two sightings.")
    n_certain: int = Field(description="People of whom the network is certain that it saw them at two cameras or more.")
    n_examples: float = Field(description="Ways between two sightings of one person, weighted.")
    n_pairs: int = Field(description="Ordered pairs of cameras with at least one example.")
    held_out: HeldOutOut | None = Field(description="Null where there was too little to measure on.")

    @classmethod
    def of(cls, stored: LearnedTimes) -> Self:
        """The state as it is shown."""
        return cls.model_validate({"id": stored.id, "learned_at": stored.learned_at, **stored.summary})


def summary_of(learned: Lesson) -> Mapping[str, Any]:
    """What is kept about a lesson, as a JSON document."""
    held = learned.held_out
    return {
        "n_confirmed": learned.n_confirmed,
        "n_certain": learned.n_certain,
        "n_examples": learned.n_examples,
        "n_pairs": len(learned.times.later),
        "held_out": held and {"n_examples": held.n_examples, "by_map": held.by_map, "before": held.before, "now": held.now},
    }
