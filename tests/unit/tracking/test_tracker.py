"""What the tracker promises, on drawn scenes."""

from __future__ import annotations

import pytest

from haetae.domain.detection import Detection
from haetae.domain.geometry import Box
from haetae.tracking.tracker import Tracker, TrackerSettings, TrackerState
from tests.kit.walking_scenes import SceneFrame, Walker, crowd, irregular, regular, scene
from tests.unit.tracking.following import T0_US, follow

STANDING = Box(600, 200, 680, 420)


def seen(*times_s: float, box: Box = STANDING, score: float = 0.8) -> list[SceneFrame]:
    """Somebody who stands still and is detected at these times."""
    return [SceneFrame(t, {0: box}, [Detection(box, score)]) for t in times_s]


def unseen(*times_s: float) -> list[SceneFrame]:
    """Frames in which nobody is detected."""
    return [SceneFrame(t, {}, []) for t in times_s]


@pytest.mark.parametrize("rate_hz", [2.5, 5.0, 12.5, 30.0])
def test_one_walker_is_one_track_at_any_rate(rate_hz: float) -> None:
    """The same walk is one track from 2.5 to 30 frames a second, regular or not: nothing counts frames."""
    walker = Walker((100, 600), (1200, 620), 0, 10)
    for times in (regular(rate_hz, 10.0), irregular(rate_hz, 10.0)):
        followed = follow(scene([walker], times))
        assert len(followed.confirmed) == 1


def test_still_person_behind_a_motion_gate_stays_one_track() -> None:
    """A frame each 2 s (the gate's heartbeat) continues a confirmed track."""
    followed = follow(seen(*regular(5.0, 2.0), 4.0, 6.0, 8.0, 8.2, 8.4))
    assert [track.n_detections for track in followed.confirmed] == [15]


def test_track_survives_a_gap_within_its_patience_and_no_longer() -> None:
    """Unseen for less than `max_gap_s` a person keeps the track; for longer it ends when last seen."""
    before = seen(*regular(5.0, 2.0))
    assert len(follow([*before, *unseen(2.5, 3.5, 4.5), *seen(4.7, 4.9, 5.1, 5.3)]).confirmed) == 1
    apart = follow([*before, *unseen(2.5, 3.5, 4.5, 5.5), *seen(6.0, 6.2, 6.4, 6.6)])
    assert len(apart.confirmed) == 2
    assert apart.ended[0].last_us == T0_US + 1_800_000


def test_flicker_is_never_confirmed() -> None:
    """Boxes seen once or twice, too briefly, or never surely, end unconfirmed."""
    settings = TrackerSettings()
    cases = (
        [*seen(0.0, 0.2), *unseen(0.4, 0.6, 0.8, 1.0, 1.2)],
        [*seen(0.0, 0.03, 0.06, 0.1), *unseen(0.3, 0.6, 0.9, 1.2)],
        [*seen(*regular(5.0, 3.0), score=settings.confirm_score - 0.05), *unseen(4.0)],
        [frame for t in range(5) for frame in (*seen(t), *unseen(t + 0.2, t + 0.4, t + 0.6, t + 0.8))],
    )
    for frames in cases:
        followed = follow(frames)
        assert followed.ended
        assert not followed.confirmed


def test_unsure_detections_continue_but_never_begin() -> None:
    """ByteTrack's idea: a half hidden person's low score keeps the track, and begins none."""
    assert follow(seen(*regular(5.0, 3.0), score=0.3)).boxes[14] == {}
    dimmed = [*seen(*regular(5.0, 2.0)), *seen(*(2.0 + t for t in regular(5.0, 3.0)), score=0.3)]
    assert [track.n_detections for track in follow(dimmed).confirmed] == [25]


def test_second_box_of_a_followed_person_begins_no_track() -> None:
    """Two nearly equal sure boxes in one frame are one person."""
    double = [SceneFrame(t, {}, [Detection(STANDING, 0.8), Detection(Box(604, 204, 686, 424), 0.6)]) for t in regular(5.0, 3.0)]
    followed = follow(double)
    assert len(followed.confirmed) == 1


def test_unsure_part_of_a_person_is_not_another_person() -> None:
    """Head and shoulders beside the whole person continue nobody's track: the person behind left it, and it ends."""
    front, behind = Detection(Box(600, 200, 700, 480), 0.8), Box(610, 202, 690, 330)
    both = [SceneFrame(t, {}, [front, Detection(behind, 0.7)]) for t in regular(5.0, 1.0)]
    after = [SceneFrame(1.0 + t, {}, [front, Detection(behind, 0.3)]) for t in regular(5.0, 5.0)]
    followed = follow([*both, *after])
    assert [track.n_detections for track in followed.state.tracks] == [30]


def test_boxes_without_size_are_ignored() -> None:
    """A degenerate box at the border is nobody and harms nobody."""
    thin = Detection(Box(1280, 100, 1280, 300), 0.9)
    frames = [SceneFrame(t, {}, [Detection(STANDING, 0.8), thin]) for t in regular(5.0, 2.0)]
    followed = follow(frames)
    assert len(followed.confirmed) == len(followed.state.tracks) == 1


def test_people_who_cross_keep_their_tracks() -> None:
    """Two people who pass each other, one hiding the other for a moment, keep their numbers."""
    walkers = [Walker((100, 600), (1180, 610), 0, 12), Walker((1180, 580), (100, 570), 0, 12)]
    frames = scene(walkers, regular(5.0, 12.0), misses=0.0)
    boxes = follow(frames).boxes
    first = {n for n, box in boxes[2].items() if box.iou(frames[2].truth[0]) > 0.6}
    last = {n for n, box in boxes[57].items() if box.iou(frames[57].truth[0]) > 0.6}
    assert first == last
    assert len(first) == 1


def test_state_is_all_there_is() -> None:
    """A tracker made anew in the middle, with the state so far, goes on as if nothing had happened."""
    frames = scene(crowd(), irregular(5.0, 20.0))
    whole = follow(frames)
    first = follow(frames[:40])
    second = follow(frames[40:], state=first.state)
    assert second.state.tracks == whole.state.tracks
    assert first.ended + second.ended == whole.ended


def test_update_does_not_change_the_state_it_was_given() -> None:
    """The same step can be taken again, as after a commit that failed."""
    tracker, frames = Tracker(), scene(crowd(), regular(5.0, 4.0))
    state = follow(frames[:10], tracker).state
    mean = state.motions.mean.copy()
    one = tracker.update(state, T0_US + 2_000_000, frames[10].detections)
    two = tracker.update(state, T0_US + 2_000_000, frames[10].detections)
    assert (state.motions.mean == mean).all()
    assert one.numbers == two.numbers
    assert one.state.tracks == two.state.tracks


def test_nobody_at_all() -> None:
    """Frames without detections are fine from the first on."""
    followed = follow(unseen(0.0, 0.2, 5.0))
    assert followed.state == TrackerState(T0_US + 5_000_000, 0, (), followed.state.motions)
