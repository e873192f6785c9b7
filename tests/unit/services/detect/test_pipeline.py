"""The flow of detect over fakes of its ports."""

from __future__ import annotations

from collections import Counter

import pytest

from haetae.domain.detection import Detection
from haetae.domain.frame import DropReason
from haetae.domain.geometry import Box
from haetae.errors import Transient
from haetae.tracking.follower import CameraFollowing
from services.detect.pipeline import Outcome
from tests.kit.builders import HD, frame_ref
from tests.unit.services.detect.flow import PERSON, Crops, Everywhere, StillClock, View, pipeline

CLOCK = StillClock()


def test_batch_over_cameras_goes_through_the_network_once() -> None:
    """Frames of several cameras are one call of the detector, and each camera is followed by itself."""
    detector, crops = Everywhere(), Crops()
    views = [View(frame_ref(seq, camera)) for seq in range(4) for camera in ("a", "b", "c")]
    outcome = pipeline(detector, crops, CLOCK).process(views, {})
    assert detector.batches == [12]
    assert set(outcome.followings) == {"a", "b", "c"}
    assert {tracklet.camera_id for tracklet in outcome.tracklets} == {"a", "b", "c"}
    assert [reason for _, reason in outcome.fates] == [None] * 12


def test_boxes_are_in_pixels_of_the_source_frame() -> None:
    """The detector sees a smaller picture; what is told is in pixels of the camera's own."""
    views = [View(frame_ref(seq)) for seq in range(4)]
    outcome = pipeline(Everywhere(), Crops(), CLOCK).process(views, {})
    (tracklet,) = outcome.tracklets
    assert tracklet.path[-1].box == PERSON.scaled(2, 2)
    assert tracklet.frame_size == HD


def test_frame_is_decoded_whole_only_for_a_crop() -> None:
    """Only the frame whose crop is kept is decoded at full size, and the crop lies under the key that is told."""
    crops = Crops()
    views = [View(frame_ref(seq)) for seq in range(4)]
    outcome = pipeline(Everywhere(), crops, CLOCK).process(views, {})
    assert [view.n_whole for view in views] == [0, 0, 1, 0]
    (tracklet,) = outcome.tracklets
    assert set(crops) == {shot.blob_key for shot in tracklet.best_shots}


def test_frames_in_batches_or_alone_give_the_same() -> None:
    """How frames were cut into batches changes nothing."""
    whole = pipeline(Everywhere(), Crops(), CLOCK).process([View(frame_ref(seq)) for seq in range(30)], {})
    known: dict[str, CameraFollowing] = {}
    told = []
    for seq in range(30):
        outcome = pipeline(Everywhere(), Crops(), CLOCK).process([View(frame_ref(seq))], known)
        known |= outcome.followings
        told += outcome.tracklets
    assert told == whole.tracklets
    assert known["gate-1"].people == whole.followings["gate-1"].people


def test_seen_again_late_and_unreadable_frames_have_their_fate() -> None:
    """A frame counts once: a repeated one is TOO_OLD, one that cannot be read is UNREADABLE, and neither is detected in."""
    detector = Everywhere()
    views = [View(frame_ref(1)), View(frame_ref(1)), View(frame_ref(0)), View(frame_ref(2), broken=True), View(frame_ref(3))]
    fates = Counter((ref.seq, reason) for ref, reason in pipeline(detector, Crops(), CLOCK).process(views, {}).fates)
    assert fates == {(0, None): 1, (1, None): 1, (1, DropReason.TOO_OLD): 1, (2, DropReason.UNREADABLE): 1, (3, None): 1}
    assert detector.batches == [3]


def test_frame_that_breaks_when_looked_at_closely_changes_nothing() -> None:
    """A JPEG whose rest is damaged is UNREADABLE and leaves the camera as it was."""
    views = [View(frame_ref(seq), whole_broken=seq == 2) for seq in range(4)]
    outcome = pipeline(Everywhere(), Crops(), CLOCK).process(views, {})
    assert [reason for _, reason in outcome.fates] == [None, None, DropReason.UNREADABLE, None]
    assert [track.n_detections for track in outcome.followings["gate-1"].tracker.tracks] == [3]


def test_failure_leaves_nothing_behind() -> None:
    """When the network is away the error is Transient and the same frames can be given again."""

    def away() -> list[Detection]:
        raise Transient("Triton is away.")

    known: dict[str, CameraFollowing] = {}
    with pytest.raises(Transient):
        pipeline(Everywhere(away), Crops(), CLOCK).process([View(frame_ref(0))], known)
    assert known == {}
    assert pipeline(Everywhere(), Crops(), CLOCK).process([View(frame_ref(0))], known).fates[0][1] is None


def test_closing_ends_everybody() -> None:
    """Closing a silent camera gives one closed tracklet a person, and none the second time."""
    flow = pipeline(Everywhere(), Crops(), CLOCK)
    open_ones = flow.process([View(frame_ref(seq)) for seq in range(5)], {}).followings
    outcome = flow.close(open_ones)
    assert [tracklet.closed for tracklet in outcome.tracklets] == [True]
    assert flow.close(outcome.followings).tracklets == []


def test_nobody_is_told_of_for_boxes_that_never_get_sure() -> None:
    """Weak boxes end as `n_passing`, without tracklet or crop."""
    crops, flow = Crops(), pipeline(Everywhere(lambda: [Detection(Box(50, 50, 90, 150), 0.42)]), Crops(), CLOCK)
    outcome = flow.process([View(frame_ref(seq)) for seq in range(20)], {})
    closed: Outcome = flow.close(outcome.followings)
    assert (outcome.tracklets, closed.tracklets, closed.n_passing, crops) == ([], [], 1, {})
