"""What is asked and answered at /v1/queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Self
from uuid import UUID

from pydantic import AliasChoices, ConfigDict, Field, StringConstraints

from haetae.domain.attributes import VALUES, AttributeCondition, AttributeName
from haetae.domain.query import Candidate, Person, TrajectoryStep
from haetae.store.queries import QueryState
from services.search.crops.links import crop_url
from services.search.queries.circumstances import MadeWithOut, RepeatOut
from services.search.queries.explaining import ExplanationOut, InGalleryOut, LogOddsOut
from services.search.queries.reranking import RerankingIn
from services.search.shapes import BoxShape, Instant, Place, Scores, Shown, Strict, scores_of

MOST_PHOTOS = 5
MOST_TARGETS = 10
MOST_PHOTOS_IN_ALL = 20
MOST_CANDIDATES = 1000
MOST_SIGHTINGS = 50
_VOCABULARY = "; ".join(f"{name.value}: {', '.join(values)}" for name, values in VALUES.items())
CameraIdText = Annotated[str, StringConstraints(min_length=1, max_length=63)]


class PhotoIn(Strict):
    """One photo of the person. In a multipart request `data` is left out: the files are the photos, in order."""

    data: str | None = Field(
        default=None, max_length=14_000_000, description="The JPEG, PNG or WebP file in base64; at most 10 MiB and 25 megapixels."
    )
    box: BoxShape | None = Field(
        default=None, description="Where in the photo the person is. Without it the largest, most central person is taken."
    )


class ConditionIn(Strict):
    """What is asked of one attribute: any of `values`, or with `not` none of them."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: AttributeName = Field(description=f"The attributes and their values are: {_VOCABULARY}.")
    values: list[str] = Field(min_length=1, max_length=20, examples=[["red", "orange"]])
    negated: bool = Field(default=False, validation_alias=AliasChoices("not", "negated"), serialization_alias="not")
    required: bool = Field(
        default=False, description="True leaves out whoever speaks against it; otherwise it only moves people in the order."
    )

    def condition(self) -> AttributeCondition:
        """Raises Refused (422) on a value that the attribute does not have."""
        return AttributeCondition(self.name, tuple(self.values), self.negated, self.required)


class TargetFields(Strict):
    """Whom to look for: at least one photo, one confirmed sighting or one attribute."""

    photos: list[PhotoIn] = Field(default=[], max_length=MOST_PHOTOS)
    attributes: list[ConditionIn] = Field(default=[], max_length=20)
    confirmed: list[UUID] = Field(
        default=[],
        max_length=MOST_SIGHTINGS,
        description="Sightings that show the person: they are looked for like photos, whenever and wherever they were seen.",
    )
    rejected: list[UUID] = Field(
        default=[],
        max_length=MOST_SIGHTINGS,
        description="Sightings that show somebody else: they are left out, and whoever is nearer to them than to the photos and "
        "confirmed sightings stands back.",
    )

    @property
    def is_empty(self) -> bool:
        """Whether nothing says whom to look for."""
        return not (self.photos or self.attributes or self.confirmed)


class TargetIn(TargetFields):
    """One of several people to look for in one call."""

    label: str = Field(default="", max_length=100, description="The caller's own word for the person; comes back as it is.")


class QueryIn(TargetFields):
    """Whom to look for, when and where. One person: at least one photo, one confirmed sighting or one attribute. Several: each
    such a person in `targets`, and then none of these here."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "photos": [{"data": "/9j/4AAQSkZJRg..."}],
                    "attributes": [
                        {"name": "upper_colour", "values": ["red"]},
                        {"name": "bag", "values": ["backpack"], "not": True},
                    ],
                    "from": "2026-05-04T08:00:00+09:00",
                    "to": "2026-05-04T20:00:00+09:00",
                    "cameras": ["gate-1", "gate-2"],
                    "limit": 50,
                }
            ]
        },
    )

    targets: list[TargetIn] = Field(
        default=[],
        max_length=MOST_TARGETS,
        description="Several people, looked for one by one in the same window and cameras; `limit` holds for each.",
    )
    start: Instant | None = Field(
        default=None, alias="from", description="Inclusive; without it the longest window that is allowed before `to`."
    )
    end: Instant | None = Field(
        default=None, alias="to", description="Exclusive; without it now, or the longest window after `from`."
    )
    cameras: list[CameraIdText] = Field(default=[], max_length=10_000, description="Only these cameras; none means all.")
    polygon: list[Place] = Field(
        default=[], max_length=1000, description="Only cameras that stand in this area: at least 3 corners, not closed."
    )
    limit: int = Field(default=50, ge=1, le=MOST_CANDIDATES, description="At most so many candidates, over all people.")
    reranking: RerankingIn | None = Field(default=None, description="Without it, as the service is set up.")
    page_size: int | None = Field(
        default=None,
        ge=1,
        le=MOST_CANDIDATES,
        description="At most so many people in this answer; `next_cursor` leads to the others. Without it, all of them.",
    )
    accept_poor_probes: bool = Field(
        default=False,
        description="True looks for photos that show too little to tell people apart, too. Otherwise they are left out, and a "
        "request without any better one is refused with what they lack.",
    )

    @property
    def has_no_person_of_its_own(self) -> bool:
        """Whether nothing outside the targets says whom to look for."""
        return self.is_empty and not self.rejected

    @property
    def wanted(self) -> Sequence[TargetFields]:
        """Who is looked for: the targets, or the one person whom the query itself tells of."""
        return self.targets or [self]


class ProbeOut(Shown):
    """The person taken from one photo."""

    photo: int = Field(description="Which photo, from 0.")
    box: BoxShape
    quality: float = Field(ge=0, le=1, description="How well the person is seen: photos count by it.")
    n_people: int | None = Field(description="How many people are in the photo; null where the box was given.")
    height_px: float | None = Field(default=None, description="Of the person, in the photo's pixels.")
    sharpness: float | None = Field(default=None, description="0-1; 0 flat or blurred.")
    lacks: str | None = Field(default=None, description="What the photo lacks to be looked for by; null where it is good enough.")
    crop_url: str


class CandidateOut(Shown):
    """A sighting that may be the person. Distances are small for near; nothing here is true until a human confirms it."""

    sighting_id: UUID
    camera_id: str
    started_at: Instant
    ended_at: Instant
    distance: float | None = Field(description="Cosine, 0-2, before re-ranking; null without photos.")
    reranked_distance: float | None = Field(description="After re-ranking, 0-1; null without photos.")
    evidence: float | None = Field(
        description="How likely it is the person by the attributes alone, had it been as likely as not: 0 against, 0.5 unknown, "
        "1 for. From how often the network's readings are right and how common each value is; null where none was asked for."
    )
    order: float = Field(description="What candidates are ordered by, 0-1, small first.")
    log_odds: LogOddsOut | None = None  # queries of earlier versions had none
    explanation: ExplanationOut | None = None
    quality: float
    attributes: Scores
    crop_url: str

    @classmethod
    def of(cls, candidate: Candidate) -> Self:
        """The candidate as it is shown."""
        sighting = candidate.sighting
        return cls(
            sighting_id=sighting.id,
            camera_id=sighting.camera_id,
            started_at=sighting.started_at,
            ended_at=sighting.ended_at,
            distance=candidate.distance,
            reranked_distance=candidate.reranked_distance,
            evidence=candidate.evidence,
            order=candidate.order,
            log_odds=LogOddsOut.of(candidate.log_odds),
            explanation=ExplanationOut.of(candidate.explanation),
            quality=sighting.quality,
            attributes=scores_of(sighting.attributes),
            crop_url=crop_url(sighting.best_shots[0].blob_key),
        )


class StepOut(Shown):
    """One stop of the person's way."""

    sighting_id: UUID
    camera_id: str
    started_at: Instant
    ended_at: Instant
    position: Place | None

    @classmethod
    def of(cls, step: TrajectoryStep) -> Self:
        """The stop as it is shown."""
        position = None if step.position is None else Place.of(step.position)
        return cls(
            sighting_id=step.sighting_id,
            camera_id=step.camera_id,
            started_at=step.started_at,
            ended_at=step.ended_at,
            position=position,
        )


class PersonOut(Shown):
    """Candidates that look like one person and can have been one in space and time, nearest first; their way in order of time."""

    candidates: list[CandidateOut]
    trajectory: list[StepOut]

    @classmethod
    def of(cls, person: Person) -> Self:
        """The person as it is shown."""
        return cls(
            candidates=[CandidateOut.of(candidate) for candidate in person.candidates],
            trajectory=[StepOut.of(step) for step in person.trajectory],
        )


class AskedTargetOut(Shown):
    """Who was asked for, without the photos' bytes."""

    label: str = ""
    n_photos: int
    confirmed: list[UUID] = Field(default=[])  # queries of earlier versions had none
    rejected: list[UUID] = Field(default=[])
    attributes: list[ConditionIn]


class AskedOut(AskedTargetOut):
    """What was asked; the window as it was taken. With `targets`, the other people's fields are empty here."""

    targets: list[AskedTargetOut] = Field(default=[])
    start: Instant = Field(validation_alias="from", serialization_alias="from")
    end: Instant = Field(validation_alias="to", serialization_alias="to")
    cameras: list[str]
    polygon: list[Place]
    limit: int
    reranking: RerankingIn | None
    accept_poor_probes: bool = False

    @property
    def wanted(self) -> Sequence[AskedTargetOut]:
        """Who was looked for, as `QueryIn.wanted`."""
        return self.targets or [self]


class AnswerOut(Shown):
    """Who may be one person that was looked for, in the order of their nearest candidates."""

    model: str | None = Field(
        default=None,
        description="The network whose embeddings were compared, with its version; null where none were.",
        examples=["reid-0288@1-f32"],
    )
    probes: list[ProbeOut] = Field(default=[])
    n_against_all: int = Field(
        default=0,
        description="How many of the sightings that were compared were re-ranked against everybody of their day, by the stored "
        "neighbour graph; the others, newer than it or of older days, among themselves.",
    )
    in_gallery: InGalleryOut | None = Field(
        default=None,
        description="Whether the person is there at all; null without photos, with confirmed sightings, and in old answers.",
    )
    people: list[PersonOut] = Field(default=[])
    n_people: int = Field(default=0, description="How many people were found, on all pages.")
    next_cursor: str | None = Field(
        default=None, description="Where `GET /v1/queries/{id}/people` goes on behind these people; null where they are all."
    )


class TargetOut(AnswerOut):
    """The answer for one of several targets, in the order of the request."""

    label: str = ""


class QueryOut(AnswerOut):
    """A query with its answer: that for the one person who was looked for, or one for each of `targets`."""

    id: UUID
    asked_at: Instant
    asked: AskedOut
    n_gallery: int = Field(description="How many sightings lie within the window and the cameras.")
    timings_ms: Mapping[str, float] = Field(examples=[{"detect": 31.0, "embed": 9.1, "scan": 12.4, "total": 71.0}])
    targets: list[TargetOut] = Field(default=[])
    made_with: MadeWithOut | None = Field(default=None, description="What decided the answer besides; null in old ones.")
    repeat: RepeatOut | None = Field(default=None, description="Of a repeated query: what differs from the former answer.")


class QueryPage(Shown):
    """A page of queries, newest first, without their answers."""

    items: Sequence[QuerySummary]
    next_cursor: str | None


class QuerySummary(Shown):
    """A query without its answer. `n_people` is 0 while it runs, and counts those of all targets."""

    id: UUID
    caller: str
    asked_at: Instant
    state: QueryState
    asked: AskedOut
    n_people: int
