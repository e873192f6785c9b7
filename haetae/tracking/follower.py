"""One camera's people over time: frames and detections in; tracklets (born, updated, closed), best shots and paths out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from haetae.domain.detection import Detection
from haetae.domain.frame import FrameRef
from haetae.domain.geometry import Box, ImageSize
from haetae.domain.ids import CameraId, TrackletId, tracklet_id
from haetae.domain.timing import from_us, to_us
from haetae.domain.tracklet import Tracklet
from haetae.tracking.best_shots import BestShots, Shot
from haetae.tracking.path import Path
from haetae.tracking.tracker import Step, Track, Tracker, TrackerState

_JITTER_US = 1_000_000  # a capture clock that steps back by less is a clock being adjusted, not another time
_TICK_US = 1_000
_SHARPER = 1.1  # than the sharpest crop so far: what is expected of a crop that was not looked at yet


@dataclass(frozen=True, slots=True)
class Person:
    """What is remembered of one live track beside its motion. `published_us` is 0 until the tracklet was first told of."""

    id: TrackletId
    path: Path
    shots: tuple[Shot, ...] = ()
    shots_changed: bool = False
    revision: int = 0
    published_us: int = 0


@dataclass(frozen=True, slots=True)
class CameraFollowing:
    """All that is known of one camera after its frame (`boot`, `seq`): plain data, never changed in place."""

    boot: str = ""
    seq: int = -1
    received_us: int = 0
    size: ImageSize = field(default=ImageSize(width=0, height=0))
    tracker: TrackerState = field(default_factory=TrackerState)
    people: Mapping[int, Person] = field(default_factory=dict)  # by the track's number


class Photographer(Protocol):
    """Takes crops out of the current frame. Boxes are in pixels of the source frame."""

    def promise(self, box: Box, others: Sequence[Box], sharpness: float) -> float:
        """The quality (0-1) of a crop of `box` if it is as sharp as said; cheap."""
        ...

    def take(self, id: TrackletId, started_at: datetime, detection: Detection, others: Sequence[Box]) -> Shot | None:
        """The crop of a tracklet that began at `started_at`, kept for good; None where nothing of the box lies in the frame.

        Taking it again changes nothing.
        """
        ...


@dataclass(frozen=True, slots=True)
class Advance:
    """What came of a frame. `numbers[i]` is the track of detection i or None; `passing` counts tracks that ended unconfirmed."""

    following: CameraFollowing
    tracklets: tuple[Tracklet, ...] = ()
    numbers: tuple[int | None, ...] = ()
    ended: tuple[Track, ...] = ()

    @property
    def passing(self) -> int:
        return sum(not track.confirmed for track in self.ended)


class Follower:
    """`advance` and `closed` are functions of their arguments, but for the crops that the photographer keeps."""

    def __init__(self, tracker: Tracker, best_shots: BestShots, *, update_every_s: float = 2.0) -> None:
        self.tracker = tracker
        self.best_shots = best_shots
        self.update_every_us = int(update_every_s * 1e6)

    def advance(
        self, following: CameraFollowing, ref: FrameRef, detections: Sequence[Detection], photographer: Photographer
    ) -> Advance:
        """The next frame of the camera; the caller has made sure that it is one not seen before."""
        at_us = to_us(ref.captured_at)
        closed: tuple[Tracklet, ...] = ()
        ended: tuple[Track, ...] = ()
        if self._breaks(following, ref.size, at_us):
            cut = self.closed(following, ref.camera_id)
            following, closed, ended = cut.following, cut.tracklets, cut.ended
        elif following.tracker.tracks:
            at_us = max(at_us, following.tracker.at_us + _TICK_US)
        step = self.tracker.update(following.tracker, at_us, detections)
        people = self._seen(following, ref, step, detections, photographer)
        after = CameraFollowing(ref.boot, ref.seq, to_us(ref.received_at), ref.size, step.state, people)
        gone = self._closing(after, ref.camera_id, step.ended)
        after, told = self._telling(after, ref.camera_id)
        return Advance(after, closed + gone + told, step.numbers, ended + step.ended)

    def closed(self, following: CameraFollowing, camera_id: CameraId) -> Advance:
        """Every track ends here, as nothing more comes from the camera."""
        tracks = following.tracker.tracks
        tracker = TrackerState(following.tracker.at_us, following.tracker.last_number)
        after = replace(following, tracker=tracker, people={})
        return Advance(after, self._closing(following, camera_id, tracks), ended=tracks)

    def _breaks(self, following: CameraFollowing, size: ImageSize, at_us: int) -> bool:
        """Whether boxes of before cannot be compared with boxes of now: another picture size, or another time."""
        changed = following.size != size or at_us < following.tracker.at_us - _JITTER_US
        return bool(following.tracker.tracks) and changed

    def _seen(
        self,
        following: CameraFollowing,
        ref: FrameRef,
        step: Step,
        detections: Sequence[Detection],
        photographer: Photographer,
    ) -> dict[int, Person]:
        """The people after the frame, those whose track just ended included."""
        people = dict(following.people)
        at_us = step.state.at_us
        by_number = {track.number: track for track in step.state.tracks}
        for detection, number in zip(detections, step.numbers, strict=True):
            if number is None:
                continue
            person = people.get(number)
            if person is None:
                person = Person(tracklet_id(ref.camera_id, ref.boot, number), Path.begun(at_us, detection.box))
            else:
                person = replace(person, path=person.path.to(at_us, detection.box))
            if by_number[number].confirmed:
                person = self._photographed(person, by_number[number], detection, detections, photographer)
            people[number] = person
        return people

    def _photographed(
        self, person: Person, track: Track, detection: Detection, all_of_frame: Sequence[Detection], photographer: Photographer
    ) -> Person:
        if person.shots and detection.score < self.tracker.settings.sure_score:
            return person
        others = [d.box for d in all_of_frame if d is not detection and d.score >= self.tracker.settings.sure_score]
        sharpest = max((shot.best.quality.sharpness for shot in person.shots), default=1.0)
        promise = photographer.promise(detection.box, others, min(1.0, _SHARPER * sharpest))
        if not self.best_shots.wanted(person.shots, track.last_us, promise):
            return person
        shot = photographer.take(person.id, from_us(track.first_us), detection, others)
        if shot is None:
            return person
        shots = self.best_shots.with_new(person.shots, shot)
        return person if shots is person.shots else replace(person, shots=shots, shots_changed=True)

    def _telling(self, following: CameraFollowing, camera_id: CameraId) -> tuple[CameraFollowing, tuple[Tracklet, ...]]:
        """Tracklets that are new, or whose best shots changed a while after they were last told of."""
        at_us, people, told = following.tracker.at_us, dict(following.people), []
        followed = {track.number for track in following.tracker.tracks}
        for track in following.tracker.tracks:
            person = people[track.number]
            due = person.published_us == 0 or at_us - person.published_us >= self.update_every_us
            if track.confirmed and person.shots_changed and due:
                person = replace(person, revision=person.revision + 1, published_us=at_us, shots_changed=False)
                people[track.number] = person
                told.append(_tracklet(following, camera_id, track, person, closed=False))
        kept = {number: person for number, person in people.items() if number in followed}
        return replace(following, people=kept), tuple(told)

    @staticmethod
    def _closing(following: CameraFollowing, camera_id: CameraId, ended: Sequence[Track]) -> tuple[Tracklet, ...]:
        tracklets = []
        for track in ended:
            person = following.people[track.number]
            if track.confirmed and person.shots:
                last = replace(person, revision=person.revision + 1)
                tracklets.append(_tracklet(following, camera_id, track, last, closed=True))
        return tuple(tracklets)


def _tracklet(following: CameraFollowing, camera_id: CameraId, track: Track, person: Person, *, closed: bool) -> Tracklet:
    return Tracklet(
        id=person.id,
        camera_id=camera_id,
        started_at=from_us(track.first_us),
        ended_at=from_us(track.last_us),
        n_detections=track.n_detections,
        best_shots=tuple(shot.best for shot in person.shots),
        path=person.path.waypoints(),
        frame_size=following.size,
        closed=closed,
        revision=person.revision,
        received_at=from_us(following.received_us),
    )
