"""Why a candidate stands where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from haetae.domain.attributes import AttributeCondition
from haetae.domain.ids import TrackletId


@dataclass(frozen=True, slots=True)
class LogOdds:
    """How far each kind of evidence speaks for a candidate, as it counts: natural log odds, 0 neutral, None: there is none."""

    appearance: float | None
    attributes: float | None
    space_time: float | None

    @property
    def total(self) -> float:
        """The sum that candidates are ordered by."""
        return sum(part for part in (self.appearance, self.attributes, self.space_time) if part is not None)


class Verdict(StrEnum):
    """What a reading says to a condition."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ConditionEvidence:
    """One condition against what was read: the value that was read best and its score 0-1.

    `holds` is how likely the condition is true of who was seen, by how common it is and how it was read; `log_odds` what that is
    worth for the person of whom it was told, before any weight.
    """

    condition: AttributeCondition
    read: str | None
    score: float | None
    holds: float | None
    log_odds: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SharedNeighbours:
    """Of the `of` nearest of a probe and of the candidate, `shared` are the same; the probe that shares most."""

    shared: int
    of: int


@dataclass(frozen=True, slots=True)
class Hop:
    """From or to the neighbouring sighting of the same person in time.

    `gap_s` is below 0 where they overlap; `log_odds` say how much likelier this interval is of one person than of anybody, None
    where nothing is known of the two cameras; `possible` False where no person gets there in that time.
    """

    sighting_id: TrackletId
    gap_s: float
    log_odds: float | None
    possible: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """What speaks for and against a candidate. `shared` is None without photos; `before` and `after` None at the ends."""

    conditions: tuple[ConditionEvidence, ...] = ()
    shared: SharedNeighbours | None = None
    before: Hop | None = None
    after: Hop | None = None
