"""Follows the people of a film as the platform does, and keeps what is to be measured: boxes with ids, crops of best shots."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np

from haetae.domain.detection import Detection
from haetae.domain.frame import ClockSource, FrameRef, Pixels
from haetae.domain.geometry import ImageSize
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.tracklet import Tracklet
from haetae.imaging.jpeg import decode
from haetae.tracking.best_shots import BestShots
from haetae.tracking.follower import Advance, CameraFollowing, Follower
from haetae.tracking.tracker import Tracker
from haetae.training.evaluation.boxes import Boxes
from haetae.training.evaluation.tracks import FrameTracks, Tracks
from services.detect.photographer import FramePhotographer

_BEGAN = datetime(2000, 1, 1, tzinfo=UTC)  # films have no date: only seconds since their first frame count
ROW_SCORE = 0.35
"""Below it a box may continue a track, but is none that the detector gives by itself: it is not counted."""


class DetectsPeople(Protocol):
    """The detector."""

    def detect(self, images: Sequence[Pixels], input_size: ImageSize) -> list[list[Detection]]:
        """The people of each image, boxes in its own pixels."""
        ...


class FilmView:
    """A frame of a film as the flow of detect wants it."""

    def __init__(self, camera: str, number: int, at_s: float, pixels: Pixels, detector_input: ImageSize) -> None:
        at = _BEGAN + timedelta(seconds=at_s)
        size = ImageSize(width=pixels.shape[1], height=pixels.shape[0])
        self.ref = FrameRef(CameraId(camera), "film", number, at, at, at_s, ClockSource.RECORDING, size, detector_input)
        self._pixels = pixels

    def small(self) -> Pixels:
        return self._pixels

    def whole(self) -> Pixels:
        return self._pixels


@dataclass(frozen=True, slots=True, eq=False)
class FollowedPerson:
    """A closed tracklet: boxes (1, 4) by frame, from-to in seconds of the film, crops of the best shots with their qualities."""

    id: int
    from_s: float
    to_s: float
    boxes: dict[int, Boxes]
    crops: list[Pixels]
    qualities: list[float]


@dataclass(slots=True)
class _Crops:
    """Crops in memory, by key."""

    kept: dict[str, bytes] = field(default_factory=dict)

    def put(self, key: str, data: bytes) -> None:
        self.kept[key] = data


@dataclass(slots=True)
class FilmFollowing:
    """Follows one camera's film."""

    camera: str
    detector: DetectsPeople
    input_size: Callable[[Pixels], ImageSize]
    rate_hz: float
    rows: dict[int, dict[int, Detection]] = field(default_factory=lambda: defaultdict(dict))  # by track, then frame
    people: list[FollowedPerson] = field(default_factory=list)
    size: ImageSize = field(default_factory=lambda: ImageSize(width=1, height=1))  # of the frames
    _numbers: dict[TrackletId, int] = field(default_factory=dict)
    _crops: _Crops = field(default_factory=_Crops)
    _follower: Follower = field(default_factory=lambda: Follower(Tracker(), BestShots()))
    _following: CameraFollowing = field(default_factory=CameraFollowing)

    def follow(self, frames: Iterable[tuple[int, Pixels]], progress: Callable[[int], None] = lambda done: None) -> None:
        """All frames, numbered from 1, and the end of everybody."""
        for number, pixels in frames:
            size = self.input_size(pixels)
            view = FilmView(self.camera, number, (number - 1) / self.rate_hz, pixels, size)
            self.size = view.ref.size
            found = self.detector.detect([pixels], size)[0]
            advance = self._follower.advance(self._following, view.ref, found, FramePhotographer(view, self._crops))
            for track, detection in zip(advance.numbers, found, strict=True):
                if track is not None and detection.score >= ROW_SCORE:
                    self.rows[track][number] = detection
            self._keep(advance)
            progress(number)
        self._keep(self._follower.closed(self._following, CameraId(self.camera)))

    def tracks(self) -> Tracks:
        """The boxes of those who turned out to be people, by frame."""
        by_frame: dict[int, list[tuple[int, Boxes]]] = defaultdict(list)
        for person in self.people:
            for frame, box in person.boxes.items():
                by_frame[frame].append((person.id, box))
        return {
            frame: FrameTracks(np.array([id for id, _ in its], np.int64), np.concatenate([box for _, box in its]))
            for frame, its in by_frame.items()
        }

    def _keep(self, advance: Advance) -> None:
        self._following = advance.following
        for number, person in advance.following.people.items():
            self._numbers[person.id] = number
        for tracklet in advance.tracklets:
            if tracklet.closed:
                self.people.append(self._person(tracklet))

    def _person(self, tracklet: Tracklet) -> FollowedPerson:
        number = self._numbers[tracklet.id]
        boxes = {
            frame: np.array([[d.box.x1, d.box.y1, d.box.x2, d.box.y2]], np.float32)
            for frame, d in self.rows.pop(number, {}).items()
        }
        return FollowedPerson(
            number,
            (tracklet.started_at - _BEGAN).total_seconds(),
            (tracklet.ended_at - _BEGAN).total_seconds(),
            boxes,
            [decode(self._crops.kept[shot.blob_key]) for shot in tracklet.best_shots],
            [shot.quality.total for shot in tracklet.best_shots],
        )
