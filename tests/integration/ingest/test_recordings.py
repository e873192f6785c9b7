"""Recordings and file cameras: read once, to their end, as fast as detection takes them, the same each time."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from haetae.bus import topics
from haetae.domain.camera import Camera, CameraState, Sampling, SourceKind
from haetae.domain.frame import ClockSource
from haetae.domain.ids import CameraId
from haetae.domain.recording import Recording, RecordingState
from tests.integration.ingest.rig import Rig, until
from tests.kit.cameras import write_clip

pytestmark = pytest.mark.integration

START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def file_camera(kind: SourceKind, url: Path, **changes: object) -> Camera:
    """A camera whose pictures are on disk; every fifth of a second is looked at, moving or not."""
    return Camera(CameraId("disk"), "disk", kind, str(url), sampling=Sampling(motion_gate=False), **changes)  # type: ignore[arg-type]


def drained(rig: Rig) -> None:
    """Stands in for detect: takes everything away."""
    for shard in range(8):
        rig.redis.xtrim(topics.frames(shard), maxlen=0)


def test_recording_is_read_to_its_end_with_back_pressure(rig: Rig) -> None:
    """All samples of a recording come, none is dropped though nobody takes them for a while; its state tells how far it is."""
    path = write_clip(rig.folder / "r.mp4", seconds=20)
    rig.add(file_camera(SourceKind.USB, Path("/dev/video99"), enabled=False))
    recording = Recording(uuid4(), CameraId("disk"), str(path), START)
    with rig.store.begin() as transaction:
        transaction.recordings.add(recording)
    rig.start(recording_backlog=20)

    def now() -> Recording:
        with rig.store.begin() as transaction:
            return transaction.recordings.get(recording.id)

    until(lambda: len(rig.frames()) >= 20)
    time.sleep(2)
    assert len(rig.frames()) <= 20 + 16
    assert now().state is RecordingState.READING
    seen = []
    while now().state is not RecordingState.FINISHED:
        seen += rig.frames()
        drained(rig)
        time.sleep(0.2)
    seen += rig.frames()
    assert now().progress == 1.0
    assert len(seen) == 100
    assert len({(frame.ref.boot, frame.ref.seq) for frame in seen}) == 100
    assert {frame.ref.clock_source for frame in seen} == {ClockSource.RECORDING}
    assert sorted(frame.ref.captured_at for frame in seen) == [START + timedelta(seconds=i / 5) for i in range(100)]
    counts = rig.ledger("disk")
    assert counts["received"] == 300 == counts["published"] + counts["not_sampled"]


def test_recording_read_again_gives_the_same_frames(rig: Rig) -> None:
    """A reader that is killed in the middle begins again with the same boot and numbers: what comes twice can be known."""
    path = write_clip(rig.folder / "20261120_093000.mp4", seconds=12)
    rig.add(file_camera(SourceKind.FILE, path))
    worker = rig.start(recording_backlog=10)
    until(lambda: len(rig.frames()) >= 10)
    (reader,) = worker.readers()
    os.kill(reader.pid, signal.SIGKILL)
    seen = rig.frames()
    while rig.state("disk") is not CameraState.FINISHED:
        seen += rig.frames()
        drained(rig)
        time.sleep(0.2)
    seen += rig.frames()
    assert len({frame.ref.boot for frame in seen}) == 1
    assert {frame.ref.seq: frame.ref.captured_at for frame in seen} == {
        3 * i: START + timedelta(seconds=i / 5) for i in range(60)
    }


def test_folder_of_a_recorder_is_read_in_order_and_once(rig: Rig) -> None:
    """Files come in the order of the starts in their names, in the site's time; a restarted worker does not read them again."""
    folder = rig.folder / "nvr"
    folder.mkdir()
    write_clip(folder / "20261120_183010.mp4", seconds=2)
    write_clip(folder / "20261120_183000.mp4", seconds=2)
    (folder / "notes.txt").write_text("no video")
    rig.add(file_camera(SourceKind.FOLDER, folder))
    worker = rig.start(time_zone="Asia/Seoul")
    until(lambda: rig.state("disk") is CameraState.FINISHED)
    times = [frame.ref.captured_at for frame in rig.frames()]
    assert times == sorted(times)
    assert (times[0], times[-1]) == (START, START + timedelta(seconds=11.8))
    worker.stop()
    rig.start("w2", time_zone="Asia/Seoul")
    time.sleep(6)
    assert len(rig.frames()) == len(times)


def test_recording_that_is_none_fails_with_a_reason(rig: Rig) -> None:
    """A text file, and a file outside of the import folders: failed, with words for the operator; the worker goes on."""
    (rig.folder / "text.mp4").write_text("this is no video")
    rig.add(file_camera(SourceKind.USB, Path("/dev/video99"), enabled=False))
    ids = []
    for path in (str(rig.folder / "text.mp4"), "/etc/passwd"):
        ids.append(uuid4())
        with rig.store.begin() as transaction:
            transaction.recordings.add(Recording(ids[-1], CameraId("disk"), path, START))
    rig.start()

    def found() -> list[Recording]:
        with rig.store.begin() as transaction:
            return [transaction.recordings.get(id) for id in ids]

    until(lambda: all(each.state is RecordingState.FAILED for each in found()))
    assert all(each.detail for each in found())
