"""Cameras and recordings: kept exactly, counted when they change, with credentials that nobody can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from haetae.domain.camera import Camera, CameraState, Credentials, Sampling, SourceKind, Transport
from haetae.domain.geometry import ImageSize
from haetae.domain.ids import CameraId
from haetae.domain.recording import Recording, RecordingState
from haetae.errors import Misconfigured, Refused
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher
from haetae.store.store import Store, Transaction
from tests.kit import builders as b

pytestmark = pytest.mark.integration

CANARY = "canary-Pässwort-7f3a"


def test_a_camera_comes_back_as_it_was(store: Store) -> None:
    """Every field of a camera is kept; ids are unique; unknown ones are refused."""
    sampling = Sampling(rate_hz=2.5, motion_gate=False, detector_input=ImageSize(width=320, height=192), max_width_px=640)
    plain = b.camera("a")
    other = Camera(
        CameraId("b"), "정문", SourceKind.FILE, "/clips/a.mp4", Transport.UDP, None, sampling, enabled=False, recorded_from=b.T0
    )
    with store.begin() as t:
        t.cameras.add(plain)
        t.cameras.add(other)
        with pytest.raises(Refused) as taken:
            t.cameras.add(plain)
        with pytest.raises(Refused) as unknown:
            t.cameras.get(CameraId("nobody"))
    with store.begin() as t:
        assert t.cameras.all() == [plain, other]
        assert t.cameras.get(other.id) == other
    assert (taken.value.status, taken.value.kind) == (409, "camera-exists")
    assert (unknown.value.status, unknown.value.kind) == (404, "unknown-camera")


def test_the_revision_grows_with_every_change(store: Store) -> None:
    """Adding, replacing, new credentials and removing are seen by whoever polls; a report is none of these."""
    camera = b.camera("a")
    changes: list[Callable[[Transaction], object]] = [
        lambda t: t.cameras.add(camera),
        lambda t: t.cameras.replace(replace(camera, name="new")),
        lambda t: t.cameras.set_credentials(camera.id, Credentials("u", "p")),
        lambda t: t.cameras.report(b.camera_report("a")),
        lambda t: t.cameras.remove(camera.id),
    ]
    seen = []
    for change in changes:
        with store.begin() as t:
            change(t)
        with store.begin() as t:
            seen.append(t.cameras.revision())
    steps = [after - before for before, after in pairwise(seen)]
    assert steps == [1, 1, 0, 1]


def test_credentials_are_encrypted(store: Store, url: str) -> None:
    """The password is in no column and no representation; it is read with its key, also an older one, and not without."""
    old, new = Cipher.new_key(), Cipher.new_key()
    first, last, other, none = (open_store(url, cipher=Cipher(keys)) for keys in ([old], [new, old], [new], []))
    camera = b.camera("a")
    with first.begin() as t:
        t.cameras.add(camera, Credentials("admin", CANARY))
        row = str(t.session.execute(text("SELECT cameras::text FROM cameras")).scalar_one())
        assert CANARY not in row
        assert CANARY not in repr(t.cameras.credentials(camera.id))
    with last.begin() as t:
        assert t.cameras.credentials(camera.id) == Credentials("admin", CANARY)
        t.cameras.replace(replace(camera, name="renamed"))
        assert t.cameras.credentials(camera.id) == Credentials("admin", CANARY)
    for unable in (other, none):
        with pytest.raises(Misconfigured) as raised, unable.begin() as t:
            t.cameras.credentials(camera.id)
        assert CANARY not in str(raised.value)
    with pytest.raises(Misconfigured), none.begin() as t:
        t.cameras.set_credentials(camera.id, Credentials("admin", "other"))
    with last.begin() as t:
        t.cameras.set_credentials(camera.id, None)
        assert t.cameras.credentials(camera.id) is None
    for opened in (first, last, other, none):
        opened.close()


def test_the_newest_report_of_each_camera_stays(store: Store) -> None:
    """An overtaken report and one of an unknown camera change nothing; after silence a set-back clock counts."""
    live, stale = b.camera_report("a"), b.camera_report("a", CameraState.STALE, since=b.at(10), detail="no frame for 10 s")
    with store.begin() as t:
        t.cameras.add(b.camera("a"))
        assert t.cameras.report(live)
        assert t.cameras.report(stale)
        assert not t.cameras.report(live)
        assert not t.cameras.report(b.camera_report("gone"))
        assert t.cameras.reports() == {CameraId("a"): stale}
        t.session.execute(text("UPDATE camera_reports SET reported_at = reported_at - interval '6 minutes'"))
        earlier = replace(live, since=b.T0 - timedelta(hours=1))
        assert t.cameras.report(earlier)
        assert t.cameras.reports() == {CameraId("a"): earlier}
        t.cameras.remove(CameraId("a"))
        assert t.cameras.reports() == {}


def test_recordings_are_jobs_in_order(store: Store) -> None:
    """Recordings wait in the order of their arrival until they are finished or failed."""
    jobs = [Recording(b.uuid(n), CameraId("a"), f"/import/{n}.mp4", b.at(n)) for n in range(3)]
    with store.begin() as t:
        with pytest.raises(Refused) as unknown:
            t.recordings.add(jobs[0])
        t.cameras.add(b.camera("a"))
        for job in jobs:
            t.recordings.add(job)
        assert t.recordings.waiting_or_reading() == jobs
        t.recordings.progress(jobs[0].id, RecordingState.FINISHED, 1.0)
        t.recordings.progress(jobs[1].id, RecordingState.READING, 0.25, "frame 10")
        reading = replace(jobs[1], state=RecordingState.READING, progress=0.25, detail="frame 10")
        assert t.recordings.waiting_or_reading() == [reading, jobs[2]]
        assert t.recordings.get(jobs[1].id) == reading
        assert len(t.recordings.list()) == len(t.recordings.list(CameraId("a"))) == 3
        assert t.recordings.list(CameraId("b")) == []
        with pytest.raises(Refused) as taken:
            t.recordings.add(jobs[0])
        with pytest.raises(Refused) as missing:
            t.recordings.progress(b.uuid("nobody"), RecordingState.FAILED, 0.0)
    assert [e.value.kind for e in (unknown, taken, missing)] == ["unknown-camera", "recording-exists", "unknown-recording"]
