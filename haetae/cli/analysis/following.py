"""The people of a video from look to look: who is who, their rows, and their tracklets when they are over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from haetae.cli.analysis.looking import CAMERA, Look
from haetae.cli.analysis.mot import MotRows
from haetae.domain.geometry import Box
from haetae.domain.ids import TrackletId
from haetae.domain.tracklet import Tracklet
from haetae.tracking.best_shots import BestShots
from haetae.tracking.follower import Advance, CameraFollowing, Follower
from haetae.tracking.tracker import Tracker
from services.detect.photographer import FramePhotographer

ROW_SCORE = 0.35
"""Below it a box may continue a track, as `PersonDetector` would not give it by itself: it is no row."""


class KeptCrops:
    """Crops in memory, under their keys, while their tracklet is followed."""

    def __init__(self) -> None:
        self._crops: dict[str, bytes] = {}

    @property
    def n_kept(self) -> int:
        return len(self._crops)

    def put(self, key: str, data: bytes) -> None:
        self._crops[key] = data

    def take_all(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The crops under `keys`."""
        return {key: self._crops[key] for key in keys}

    def forget(self, id: TrackletId) -> None:
        """Drops every crop of a tracklet, also those that others replaced."""
        part = f"/{id}/"
        self._crops = {key: crop for key, crop in self._crops.items() if part not in key}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose tracklet is closed, with the crops of the best shots by key."""

    id: int
    tracklet: Tracklet
    crops: dict[str, bytes]


class VideoFollowing:
    """Follows one video. `rows` holds the boxes of those in `ids` (MOT id by track number, from 1 in order of birth)."""

    def __init__(self) -> None:
        self.rows = MotRows()
        self.ids: dict[int, int] = {}
        self.n_looks = 0
        self._last: list[tuple[int | None, Box]] = []
        self._ids_of: dict[TrackletId, int] = {}
        self._follower = Follower(Tracker(), BestShots())
        self._following = CameraFollowing()
        self._crops = KeptCrops()

    def advance(self, look: Look) -> list[Person]:
        """The next frame; whoever is over by now."""
        photographer = FramePhotographer(look.view, self._crops)
        advance = self._follower.advance(self._following, look.view.ref, look.people, photographer)
        for number, detection in zip(advance.numbers, look.people, strict=True):
            if number is not None and detection.score >= ROW_SCORE:
                self.rows.add(look.view.ref.seq + 1, number, detection)
        self.n_looks += 1
        self._last = [(number, found.box) for number, found in zip(advance.numbers, look.people, strict=True)]
        return self._ended(advance)

    def close(self) -> list[Person]:
        """The video is over: so is everybody who is still followed."""
        return self._ended(self._follower.closed(self._following, CAMERA))

    def shown(self) -> Sequence[tuple[int, Box]]:
        """Ids and boxes of the people in the last frame, of those that are sure by now."""
        return [(self.ids[number], box) for number, box in self._last if number in self.ids]

    def _ended(self, advance: Advance) -> list[Person]:
        self._following = advance.following
        for number, person in advance.following.people.items():
            if person.revision and number not in self.ids:
                self.ids[number] = len(self.ids) + 1
                self._ids_of[person.id] = self.ids[number]
        self.rows.forget(track.number for track in advance.ended if track.number not in self.ids)
        return [self._person(tracklet) for tracklet in advance.tracklets if tracklet.closed]

    def _person(self, tracklet: Tracklet) -> Person:
        crops = self._crops.take_all(shot.blob_key for shot in tracklet.best_shots)
        self._crops.forget(tracklet.id)
        return Person(self._ids_of[tracklet.id], tracklet, crops)
