"""A tracklet: one person in one camera, unbroken; and the crops that stand for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from haetae.domain.geometry import Box, ImageSize
from haetae.domain.ids import CameraId, TrackletId


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a crop shows its person; every part and the total are 0-1, large is good."""

    size: float  # height of the box against the height at which recognition stops gaining
    sharpness: float
    visibility: float  # 1 - share of the box covered by other boxes
    inside: float  # 1 - share of the box at the frame's border
    total: float


@dataclass(frozen=True, slots=True)
class BestShot:
    """A crop that stands for a tracklet. `blob_key` leads to its JPEG."""

    blob_key: str
    captured_at: datetime
    box: Box
    score: float
    quality: Quality


@dataclass(frozen=True, slots=True)
class Waypoint:
    """Where the person was at one instant."""

    captured_at: datetime
    box: Box


@dataclass(frozen=True, slots=True)
class Tracklet:
    """One person in one camera from `started_at` to `ended_at` (capture time).

    While the person is still in view `closed` is False and the tracklet is an update: the same id comes again. `revision`
    grows with every message of one id. `best_shots` are ordered best first; `path` is thinned to about one point a second.
    """

    id: TrackletId
    camera_id: CameraId
    started_at: datetime
    ended_at: datetime
    n_detections: int
    best_shots: tuple[BestShot, ...]
    path: tuple[Waypoint, ...]
    frame_size: ImageSize
    closed: bool
    revision: int
    received_at: datetime  # arrival of the newest frame behind this message: latency is measured from here
