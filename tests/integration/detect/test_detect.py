"""Frames in, tracklets out, through the program, Redis and Triton: each person once, whatever happens in between."""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from haetae.domain.frame import ClockSource
from haetae.domain.tracklet import Tracklet
from tests.integration.detect.rig import Rig, clip_frames, recording
from tests.kit.waiting import until

pytestmark = pytest.mark.integration


def closed(told: list[Tracklet]) -> list[Tracklet]:
    return [tracklet for tracklet in told if tracklet.closed]


def wait_for_closed(rig: Rig, camera_id: str, n: int) -> list[Tracklet]:
    """The closed tracklets, in the order of their start."""
    until(lambda: len(closed(rig.told(camera_id))) >= n, f"{n} tracklets are closed", within_s=30)
    return sorted(closed(rig.told(camera_id)), key=lambda t: (t.started_at, t.path[0].box.x1))


def test_killed_worker_goes_on_where_it_was(rig: Rig, clips_folder: Path) -> None:
    """A worker killed twice in the middle gives the tracklets that an unharmed one gives; no revision comes twice, every
    frame is counted once, and every crop is there."""
    sampled = clip_frames(clips_folder / "bodypose.mp4", 5.0, 60)
    rig.start()
    rig.send(recording(sampled, "calm"))
    rig.wait_until_done()
    calm = wait_for_closed(rig, "calm", 3)
    rig.kill_all()

    rig.send(recording(sampled, "harmed"))
    for done in (20, 40):
        worker = rig.start()
        until(lambda done=done: rig.backlog() <= 60 - done, f"{done} frames are done", within_s=60, every_s=0.002)  # type: ignore[misc]
        worker.kill()
        worker.wait()
    rig.start()
    rig.wait_until_done()
    harmed = wait_for_closed(rig, "harmed", len(calm))

    assert [(t.n_detections, t.started_at, t.ended_at) for t in harmed] == [
        (t.n_detections, t.started_at, t.ended_at) for t in calm
    ]
    told = rig.told("harmed")
    assert [t.revision for t in harmed] == [t.revision for t in calm]
    assert len({(t.id, t.revision) for t in told}) == len(told)
    assert {t.id for t in told} == {t.id for t in harmed}
    assert rig.fates("harmed") == {"received": 60, "processed": 60, "tracklets_closed": 3}
    assert all((rig.folder / "blobs" / shot.blob_key).is_file() for t in told for shot in t.best_shots)


def test_live_camera_that_falls_silent_closes_its_people(rig: Rig, clips_folder: Path) -> None:
    """When nothing comes any more the tracklets close by themselves, also after the worker was killed meanwhile."""
    sampled = clip_frames(clips_folder / "bodypose.mp4", 5.0, 10)
    now = datetime.now(UTC) - timedelta(seconds=2)
    live = recording(sampled, "silent", clock_source=ClockSource.RTCP, captured_from=now)
    worker = rig.start()
    rig.send(live)
    rig.wait_until_done()
    assert len({tracklet.id for tracklet in rig.told("silent")}) == 3
    assert not closed(rig.told("silent"))
    worker.kill()
    worker.wait()
    rig.start("detect-b")
    people = wait_for_closed(rig, "silent", 3)
    assert {t.ended_at for t in people} == {live[-1].ref.captured_at}
    assert len(closed(rig.told("silent"))) == 3


def test_frames_seen_before_or_too_old_are_counted_and_change_nothing(rig: Rig, clips_folder: Path) -> None:
    """A recording read again and live frames that waited for a minute are TOO_OLD; bytes that are no JPEG are UNREADABLE."""
    sampled = clip_frames(clips_folder / "bodypose.mp4", 5.0, 5)
    old = datetime.now(UTC) - timedelta(seconds=60)
    once = recording(sampled, "again")
    rig.start()
    rig.send([*once, *once, replace(recording(sampled, "broken")[0], jpeg=b"no JPEG")])
    rig.send(recording(sampled, "late", clock_source=ClockSource.RTCP, captured_from=old))
    rig.wait_until_done()
    assert rig.fates("again") == {"received": 10, "processed": 5, "too_old": 5}
    assert rig.fates("broken") == {"received": 1, "unreadable": 1}
    assert rig.fates("late") == {"received": 5, "too_old": 5}


def test_two_workers_share_the_cameras_and_one_takes_over(rig: Rig, clips_folder: Path) -> None:
    """Two workers read every camera once between them; when one ends, the other goes on with its cameras and its people."""
    sampled = clip_frames(clips_folder / "bodypose.mp4", 5.0, 20)
    cameras = [f"cam-{i}" for i in range(4)]
    all_frames = {camera: recording(sampled, camera) for camera in cameras}
    first, _ = rig.start("detect-a"), rig.start("detect-b")
    for camera in cameras:
        rig.send(all_frames[camera][:10])
    rig.wait_until_done()
    first.send_signal(signal.SIGTERM)
    assert first.wait(timeout=20) == 0
    for camera in cameras:
        rig.send(all_frames[camera][10:])
    rig.wait_until_done()
    for camera in cameras:
        people = wait_for_closed(rig, camera, 3)
        assert [tracklet.n_detections for tracklet in people] == [20, 20, 20]
        assert rig.fates(camera) == {"received": 20, "processed": 20, "tracklets_closed": 3}
