"""Tracklets over the life of a track."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from haetae.domain.detection import Detection
from haetae.domain.frame import FrameRef
from haetae.domain.geometry import Box, ImageSize
from haetae.domain.ids import CameraId, TrackletId, tracklet_id
from haetae.domain.timing import to_us
from haetae.domain.tracklet import Tracklet
from haetae.tracking.best_shots import BestShots, Shot
from haetae.tracking.follower import Advance, CameraFollowing, Follower
from haetae.tracking.tracker import Tracker
from tests.kit.builders import T0, best_shot, box, frame_ref

CAMERA = CameraId("gate-1")


class Camera:
    """A photographer whose crops have the qualities told; it counts what it took."""

    def __init__(self, qualities: Iterable[float] = ()) -> None:
        self._qualities = iter(qualities)
        self.at = T0
        self.taken = 0

    def promise(self, box: Box, others: Sequence[Box], sharpness: float) -> float:
        return 1.0

    def take(self, id: TrackletId, started_at: datetime, detection: Detection, others: Sequence[Box]) -> Shot | None:
        self.taken += 1
        return Shot(best_shot(self.at, total=next(self._qualities, 0.5), of=id), b"\x00" * 96)


def follower() -> Follower:
    return Follower(Tracker(), BestShots())


def run(
    refs: Iterable[FrameRef], camera: Camera, following: CameraFollowing | None = None, here: Box | None = None
) -> tuple[CameraFollowing, list[Advance]]:
    """One person who is always detected at the same place."""
    following, advances = following or CameraFollowing(), []
    for ref in refs:
        camera.at = ref.captured_at
        advances.append(follower().advance(following, ref, [Detection(here or box(), 0.8)], camera))
        following = advances[-1].following
    return following, advances


def told(advances: Iterable[Advance]) -> list[Tracklet]:
    return [tracklet for advance in advances for tracklet in advance.tracklets]


def test_person_is_told_of_once_sure_then_when_shots_change_then_when_gone() -> None:
    """Birth within a second of capture time, updates at most every 2 s and only with new best shots, one closing message."""
    camera = Camera([0.3, 0.4, 0.5, 0.6, 0.1, 0.1, 0.1])
    following, advances = run([frame_ref(i) for i in range(50)], camera)
    messages = told(advances)
    assert messages[0].ended_at - messages[0].started_at <= timedelta(seconds=1)
    times = [message.ended_at for message in messages]
    assert all(b - a >= timedelta(seconds=2) for a, b in pairwise(times))
    assert 2 <= len(messages) <= 4
    gone = follower().closed(following, CAMERA)
    messages += gone.tracklets
    assert [message.revision for message in messages] == list(range(1, len(messages) + 1))
    assert {message.id for message in messages} == {tracklet_id(CAMERA, "boot-1", 1)}
    assert [message.closed for message in messages] == [False] * (len(messages) - 1) + [True]
    assert messages[-1].n_detections == 50
    assert gone.following.people == {}
    assert follower().closed(gone.following, CAMERA).tracklets == ()


def test_passing_boxes_are_counted_and_not_told_of() -> None:
    """A track that never got sure ends without a tracklet, and no crop of it is taken."""
    camera = Camera()
    following, advances = run([frame_ref(0), frame_ref(1)], camera)
    later = follower().advance(following, frame_ref(10), [], camera)
    assert told([*advances, later]) == []
    assert later.passing == 1
    assert camera.taken == 0


def test_person_who_leaves_is_closed_when_last_seen() -> None:
    """Without a detection for longer than the patience the tracklet closes, and ends when the person was last seen."""
    following, _ = run([frame_ref(i) for i in range(10)], Camera())
    gone = follower().advance(following, frame_ref(30), [], Camera())
    (last,) = gone.tracklets
    assert last.closed
    assert last.ended_at == frame_ref(9).captured_at
    assert last.received_at == frame_ref(30).received_at


def test_reader_that_starts_again_goes_on_with_its_people() -> None:
    """A new boot of the camera's reader within the patience continues the track under its id; new people get the new boot's."""
    following, _ = run([frame_ref(i) for i in range(10)], Camera())
    again = [frame_ref(i, boot="boot-2", captured_at=frame_ref(12 + i).captured_at) for i in range(5)]
    following, advances = run(again, Camera(), following)
    assert {tracklet.id for tracklet in told(advances)} <= {tracklet_id(CAMERA, "boot-1", 1)}
    assert [track.n_detections for track in following.tracker.tracks] == [15]
    following, _ = run([frame_ref(20, boot="boot-2")], Camera(), following, here=box(900, 100, 980, 300))
    assert tracklet_id(CAMERA, "boot-2", 2) in {person.id for person in following.people.values()}


def test_another_picture_size_or_time_closes_everybody() -> None:
    """Boxes are never compared across a change of resolution or a capture clock that was set back."""
    following, _ = run([frame_ref(i) for i in range(10)], Camera())
    smaller = frame_ref(10, size=ImageSize(width=640, height=360))
    earlier = frame_ref(10, captured_at=frame_ref(0).captured_at - timedelta(hours=1))
    for ref in (smaller, earlier):
        after = follower().advance(following, ref, [Detection(box(), 0.8)], Camera())
        assert [tracklet.closed for tracklet in after.tracklets] == [True]
        assert [track.number for track in after.following.tracker.tracks] == [2]


def test_small_steps_back_of_the_capture_clock_are_jitter() -> None:
    """A clock adjusted by less than a second goes on."""
    following, _ = run([frame_ref(i) for i in range(10)], Camera())
    back = frame_ref(10, captured_at=frame_ref(9).captured_at - timedelta(milliseconds=300))
    after = follower().advance(following, back, [Detection(box(), 0.8)], Camera())
    assert [track.n_detections for track in after.following.tracker.tracks] == [11]
    assert after.following.tracker.at_us > to_us(frame_ref(9).captured_at)
