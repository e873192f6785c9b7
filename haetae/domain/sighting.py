"""A sighting: the stored fact that one person was at one camera from-to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from haetae.domain.attributes import Attributes
from haetae.domain.embedding import Embedding
from haetae.domain.geometry import ImageSize
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.tracklet import BestShot, Waypoint


@dataclass(frozen=True, slots=True)
class Sighting:
    """One closed or still open tracklet with what was read from its best shots. Its id is the tracklet's."""

    id: TrackletId
    camera_id: CameraId
    started_at: datetime
    ended_at: datetime
    n_detections: int
    best_shots: tuple[BestShot, ...]  # best first, at least one
    path: tuple[Waypoint, ...]
    frame_size: ImageSize
    closed: bool
    revision: int
    attributes: Attributes
    attribute_model: str
    embedding: Embedding | None  # None where it was not asked for

    @property
    def quality(self) -> float:
        """Of the best shot, 0-1."""
        return self.best_shots[0].quality.total
