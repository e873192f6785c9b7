"""What an operator asks, and what comes back: candidates, never truths."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from haetae.domain.attributes import AttributeCondition
from haetae.domain.explanation import Explanation, LogOdds
from haetae.domain.geometry import Box, GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.sighting import Sighting
from haetae.domain.timing import TimeWindow


@dataclass(frozen=True, slots=True)
class Scope:
    """What part of the gallery a query looks at. No cameras and no polygon means all cameras."""

    window: TimeWindow
    cameras: tuple[CameraId, ...] = ()
    polygon: tuple[GeoPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Query:
    """Photos, sightings and/or attribute conditions within a scope; at most `limit` candidates come back.

    `rejected` are sightings of which the operator said that they show somebody else, `confirmed` those that show the person: the
    others must fit between them in time and place.
    """

    scope: Scope
    conditions: tuple[AttributeCondition, ...] = ()
    limit: int = 50
    rejected: tuple[TrackletId, ...] = ()
    confirmed: tuple[TrackletId, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """The person in one photo: where, how well seen."""

    photo: int  # index among the query's photos
    box: Box
    quality: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A ranked answer. Distances are small for near; None where the query had no photo."""

    sighting: Sighting
    distance: float | None  # cosine, 0-2, before re-ranking
    reranked_distance: float | None  # 0-1
    evidence: float | None  # that all attribute conditions hold, had it been as likely as not, 0-1; None without conditions
    order: float  # what the answer is sorted by, 0-1, small first
    log_odds: LogOdds
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class TrajectoryStep:
    """One stop of a trajectory."""

    sighting_id: TrackletId
    camera_id: CameraId
    started_at: datetime
    ended_at: datetime
    position: GeoPoint | None


@dataclass(frozen=True, slots=True)
class Person:
    """An identity group: candidates that look like one and the same person, nearest first, and their way in order of time."""

    candidates: tuple[Candidate, ...]
    trajectory: tuple[TrajectoryStep, ...]
