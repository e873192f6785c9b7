"""What is answered at /v1/sightings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from pydantic import Field

from haetae.domain.sighting import Sighting
from haetae.domain.tracklet import BestShot, Waypoint
from services.search.crops.links import crop_url
from services.search.shapes import BoxShape, Instant, Scores, Shown, scores_of


class QualityOut(Shown):
    """How well a crop shows its person; each part 0-1, large is good."""

    size: float
    sharpness: float
    visibility: float
    inside: float
    total: float


class BestShotOut(Shown):
    """A crop that stands for the sighting."""

    captured_at: Instant
    box: BoxShape
    score: float
    quality: QualityOut
    crop_url: str

    @classmethod
    def of(cls, shot: BestShot) -> Self:
        """The crop as it is shown."""
        quality = shot.quality
        return cls(
            captured_at=shot.captured_at,
            box=BoxShape.of(shot.box),
            score=shot.score,
            quality=QualityOut(
                size=quality.size,
                sharpness=quality.sharpness,
                visibility=quality.visibility,
                inside=quality.inside,
                total=quality.total,
            ),
            crop_url=crop_url(shot.blob_key),
        )


class WaypointOut(Shown):
    """Where in the picture the person was at one instant."""

    captured_at: Instant
    box: BoxShape

    @classmethod
    def of(cls, waypoint: Waypoint) -> Self:
        """The point as it is shown."""
        return cls(captured_at=waypoint.captured_at, box=BoxShape.of(waypoint.box))


class FrameSizeOut(Shown):
    """The size of the frames that boxes are measured in, in pixels."""

    width: int
    height: int


class SightingOut(Shown):
    """One person at one camera from `started_at` to `ended_at`. While `closed` is false the person is still in view."""

    id: UUID
    camera_id: str
    started_at: Instant
    ended_at: Instant
    closed: bool
    n_detections: int
    quality: float
    attributes: Scores
    attribute_model: str
    frame_size: FrameSizeOut
    best_shots: list[BestShotOut] = Field(description="Best first, at least one.")
    path: list[WaypointOut] = Field(description="About one point a second.")

    @classmethod
    def of(cls, sighting: Sighting) -> Self:
        """The sighting as it is shown."""
        return cls(
            id=sighting.id,
            camera_id=sighting.camera_id,
            started_at=sighting.started_at,
            ended_at=sighting.ended_at,
            closed=sighting.closed,
            n_detections=sighting.n_detections,
            quality=sighting.quality,
            attributes=scores_of(sighting.attributes),
            attribute_model=sighting.attribute_model,
            frame_size=FrameSizeOut(width=sighting.frame_size.width, height=sighting.frame_size.height),
            best_shots=[BestShotOut.of(shot) for shot in sighting.best_shots],
            path=[WaypointOut.of(waypoint) for waypoint in sighting.path],
        )


class SightingPage(Shown):
    """A page of sightings, newest first; `next_cursor` asks for the next page, null says that this was the last."""

    items: Sequence[SightingOut]
    next_cursor: str | None
