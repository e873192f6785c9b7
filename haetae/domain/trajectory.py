"""Facts about ways over cameras: how long they took, the likeliest one, what is missing in it, where it may go on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from haetae.domain.ids import CameraId
from haetae.domain.query import TrajectoryStep


@dataclass(frozen=True, slots=True)
class TravelExample:
    """One person left one camera and appeared at another after `seconds`; negative where both saw the person at once.

    `weight` 0-1: 1 for what a human confirmed, less for what only a network holds to be certain. `onward`: the second is the
    next sighting after the first; otherwise others lie between them.
    """

    from_camera: CameraId
    to_camera: CameraId
    seconds: float
    weight: float = 1.0
    onward: bool = True


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One stop of a route. `margin` is by how much (natural logarithm) the likeliest route without it is less likely."""

    stop: TrajectoryStep
    log_odds: float  # of appearance alone
    margin: float


@dataclass(frozen=True, slots=True)
class Route:
    """A way that one person can have gone. `score` is its log-likelihood ratio against nobody having gone any way."""

    steps: tuple[RouteStep, ...]
    score: float

    @property
    def stops(self) -> tuple[TrajectoryStep, ...]:
        """Its stops in order of time."""
        return tuple(step.stop for step in self.steps)


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two stops the person was unseen for longer than the way between them explains.

    `likely_s` are the shortest and longest of the ordinary times (10 and 90 % of them); `share_as_long` of all ways between the
    two take as long as this one did. `unseen_at` are cameras on whose way the time fits, the likeliest first.
    """

    after: TrajectoryStep
    before: TrajectoryStep
    seconds: float
    likely_s: tuple[float, float]
    share_as_long: float
    unseen_at: tuple[CameraId, ...]


@dataclass(frozen=True, slots=True)
class NextCamera:
    """Where a person may appear next: how probable, and between when (10 and 90 % of the arrivals that are still possible)."""

    camera_id: CameraId
    probability: float
    earliest: datetime
    latest: datetime
    n_examples: float  # weighted ways from the last camera to this one that the window was learned from
