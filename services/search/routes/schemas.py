"""What is answered at /v1/queries/{id}/people/{n}/trajectory."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import Field

from haetae.domain.trajectory import Gap, NextCamera, Route, RouteStep
from services.search.queries.schemas import StepOut
from services.search.shapes import Instant, Place, Shown


class RouteStepOut(StepOut):
    """One stop of the likeliest way."""

    seconds_before: float | None = Field(description="Unseen since the stop before; below 0 where both cameras saw the person.")
    margin: float = Field(
        description="By how much the likeliest way without this stop is less likely, natural logarithm; near 0: as well without."
    )


class GapOut(Shown):
    """Between two stops the person was unseen for longer than the way explains."""

    after: UUID = Field(description="The sighting before it.")
    before: UUID = Field(description="The sighting after it.")
    seconds: float
    likely_from_s: float = Field(description="10 % of those who take this way take less.")
    likely_to_s: float = Field(description="90 % of those who take this way take less.")
    share_as_long: float = Field(ge=0, le=1, description="Share of those who take as long or longer.")
    unseen_at: list[str] = Field(description="Cameras on whose way the time fits, the likeliest first: look again there.")

    @classmethod
    def of(cls, gap: Gap) -> Self:
        """The gap as it is shown."""
        return cls(
            after=gap.after.sighting_id,
            before=gap.before.sighting_id,
            seconds=gap.seconds,
            likely_from_s=gap.likely_s[0],
            likely_to_s=gap.likely_s[1],
            share_as_long=gap.share_as_long,
            unseen_at=list(gap.unseen_at),
        )


class AlternativeOut(Shown):
    """Another way that the person can have gone."""

    less_likely_by: float = Field(description="Natural logarithm, against the likeliest way.")
    steps: list[StepOut]

    @classmethod
    def of(cls, route: Route, best: Route) -> Self:
        """The way as it is shown."""
        return cls(less_likely_by=best.score - route.score, steps=[StepOut.of(stop) for stop in route.stops])


class NextCameraOut(Shown):
    """Where to look now."""

    camera_id: str
    probability: float = Field(ge=0, le=1, description="They sum to at most 1: the rest is seen nowhere again.")
    earliest: Instant = Field(description="10 % of the arrivals that are still possible come before.")
    latest: Instant = Field(description="90 % of the arrivals that are still possible come before.")
    n_examples: float = Field(description="Ways that the window was learned from, weighted; 0: by the map alone.")
    position: Place | None

    @classmethod
    def of(cls, there: NextCamera, position: Place | None) -> Self:
        """The camera as it is shown."""
        return cls(
            camera_id=there.camera_id,
            probability=there.probability,
            earliest=there.earliest,
            latest=there.latest,
            n_examples=there.n_examples,
            position=position,
        )


class TrajectoryOut(Shown):
    """The likeliest way of one person of an answer, with what is known of travel times now. A hint: a human decides."""

    query_id: UUID
    target: int
    person: int
    at: Instant = Field(description="For when `next_cameras` is meant.")
    steps: list[RouteStepOut]
    left_out: list[StepOut] = Field(description="Candidates of the person that are not on the likeliest way.")
    gaps: list[GapOut]
    alternatives: list[AlternativeOut]
    next_cameras: list[NextCameraOut]
    n_examples: float = Field(description="Ways that all travel times were learned from, weighted; 0: by the map alone.")


def step_out(step: RouteStep, seconds_before: float | None) -> RouteStepOut:
    """A stop as it is shown."""
    shown = StepOut.of(step.stop)
    return RouteStepOut(**dict(shown), seconds_before=seconds_before, margin=step.margin)
