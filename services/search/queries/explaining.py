"""How an answer says why a candidate stands where it stands."""

from __future__ import annotations

from typing import Self
from uuid import UUID

from pydantic import Field

from haetae.domain.attributes import AttributeName
from haetae.domain.explanation import ConditionEvidence, Explanation, Hop, LogOdds, SharedNeighbours, Verdict
from haetae.ranking.open_set import Found, InGallery
from services.search.shapes import Shown


class LogOddsOut(Shown):
    """How far each kind of evidence speaks for the candidate: natural log odds as they count, 0 neutral, below 0 against.

    A sum of 0 leaves it as likely as it was; ln 9 = 2.2 makes even odds 9 to 1."""

    appearance: float | None = Field(description="Of the re-ranked distance; null without photos.")
    attributes: float | None = Field(description="Of all attributes asked for, weighted; null where none were.")
    space_time: float | None = Field(description="Between the confirmed sightings, weighted; null where none were given.")
    total: float = Field(description="The sum; `order` is 1 - 1 / (1 + exp(-total)).")

    @classmethod
    def of(cls, odds: LogOdds) -> Self:
        """The parts as they are shown."""
        return cls(appearance=odds.appearance, attributes=odds.attributes, space_time=odds.space_time, total=odds.total)


class ConditionEvidenceOut(Shown):
    """An attribute that was asked for, against what was read of the candidate."""

    name: AttributeName
    values: list[str]
    negated: bool = Field(validation_alias="not", serialization_alias="not")
    read: str | None = Field(description="The value that was read best; null where the attribute was not read.")
    score: float | None = Field(description="How certain the network is of `read`, 0-1.")
    holds: float | None = Field(
        description="How likely this is true of who was seen, 0-1: by how common it is among people and how it was read."
    )
    log_odds: float = Field(
        description="What that is worth for the person of whom it was told, before any weight: what is common says little, "
        "and nothing that is told counts as certain."
    )
    verdict: Verdict

    @classmethod
    def of(cls, evidence: ConditionEvidence) -> Self:
        """The condition as it is shown."""
        asked = evidence.condition
        return cls(
            name=asked.name,
            values=list(asked.values),
            negated=asked.negated,
            read=evidence.read,
            score=evidence.score,
            holds=evidence.holds,
            log_odds=evidence.log_odds,
            verdict=evidence.verdict,
        )


class SharedNeighboursOut(Shown):
    """Of the nearest sightings of the probe and of the candidate, how many are the same: what re-ranking goes by."""

    shared: int
    of: int

    @classmethod
    def of_fact(cls, fact: SharedNeighbours) -> Self:
        """The numbers as they are shown."""
        return cls(shared=fact.shared, of=fact.of)


class HopOut(Shown):
    """From the sighting of the same person before this one, or to the one after it."""

    sighting_id: UUID
    gap_s: float = Field(description="Seconds between the two; below 0 where they overlap.")
    log_odds: float | None = Field(
        description="How much likelier the interval is of one person than of anybody; 0 where nothing is known of the way, "
        "null where it is impossible."
    )
    possible: bool

    @classmethod
    def of(cls, hop: Hop) -> Self:
        """The hop as it is shown."""
        return cls(sighting_id=hop.sighting_id, gap_s=hop.gap_s, log_odds=hop.log_odds, possible=hop.possible)


class InGalleryOut(Shown):
    """Whether the person is likely to be among the sightings of the window and cameras at all."""

    found: Found
    probability: float = Field(
        ge=0,
        le=1,
        description="Had it been as likely as not: by how near the nearest sighting is, how densely the others lie behind it and "
        "how many there are. `likely` from 0.8, `unlikely` up to 0.2; 0.5 by a network that was not measured.",
    )

    @classmethod
    def of(cls, fact: InGallery) -> Self:
        """As it is shown."""
        return cls(found=fact.found, probability=fact.probability)


class ExplanationOut(Shown):
    """What speaks for and against the candidate. Hints for whoever decides, not reasons to be sure."""

    attributes: list[ConditionEvidenceOut]
    shared_neighbours: SharedNeighboursOut | None = Field(description="Null without photos.")
    before: HopOut | None = Field(description="Null for the person's first sighting.")
    after: HopOut | None = Field(description="Null for the person's last sighting.")

    @classmethod
    def of(cls, explanation: Explanation) -> Self:
        """The explanation as it is shown."""
        shared, before, after = explanation.shared, explanation.before, explanation.after
        return cls(
            attributes=[ConditionEvidenceOut.of(each) for each in explanation.conditions],
            shared_neighbours=None if shared is None else SharedNeighboursOut.of_fact(shared),
            before=None if before is None else HopOut.of(before),
            after=None if after is None else HopOut.of(after),
        )
