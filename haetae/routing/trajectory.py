"""The way of one person over cameras, in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId
from haetae.domain.query import TrajectoryStep
from haetae.domain.sighting import Sighting


def step_of(sighting: Sighting, positions: Mapping[CameraId, GeoPoint | None]) -> TrajectoryStep:
    """The stop that a sighting is; its position is its camera's, None where that is not known."""
    return TrajectoryStep(
        sighting_id=sighting.id,
        camera_id=sighting.camera_id,
        started_at=sighting.started_at,
        ended_at=sighting.ended_at,
        position=positions.get(sighting.camera_id),
    )


def trajectory(steps: Iterable[TrajectoryStep]) -> tuple[TrajectoryStep, ...]:
    """The stops of one person by the time at which they began, then ended, then by id: the same stops give the same order."""
    return tuple(sorted(steps, key=lambda step: (step.started_at, step.ended_at, step.sighting_id)))
