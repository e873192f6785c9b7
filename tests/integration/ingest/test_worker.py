"""The worker against real Redis, PostgreSQL and RTSP: cameras come, go, and are accounted for."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from haetae.domain.camera import CameraState, Credentials, Sampling
from haetae.domain.frame import ClockSource
from haetae.simulator.serving.clip import Clip
from haetae.simulator.serving.rtsp_server import RtspServer
from tests.integration.ingest.rig import Rig, until
from tests.kit.cameras import rtsp_camera

pytestmark = pytest.mark.integration

LIVE = CameraState.LIVE


def test_camera_is_picked_up_live_sampled_and_accounted_for(rig: Rig, moving: Clip) -> None:
    """A camera added while the worker runs is live within seconds; received = published + drops; changes are followed."""
    with RtspServer() as server:
        server.add("gate", moving)
        rig.start()
        rig.add(rtsp_camera(server, "gate"))
        until(lambda: rig.state("gate") is LIVE)
        time.sleep(4)
        with rig.store.begin() as transaction:
            transaction.cameras.replace(rtsp_camera(server, "gate", enabled=False))
        until(lambda: rig.state("gate") is CameraState.DISABLED)
        until(lambda: server.n_sessions("gate") == 0)
        time.sleep(1.5)
    frames, counts = rig.frames(), rig.ledger("gate")
    assert counts["published"] == len(frames)
    assert counts["received"] == sum(n for fate, n in counts.items() if fate != "received")
    assert 0.25 < counts["published"] / counts["received"] < 0.42  # 5 of 15 a second
    for boot in {frame.ref.boot for frame in frames}:
        times = [frame.ref.captured_at for frame in frames if frame.ref.boot == boot]
        assert times == sorted(set(times))
    assert all(frame.ref.clock_source is ClockSource.RTCP for frame in frames)
    assert all(frame.jpeg[:2] == b"\xff\xd8" for frame in frames)


def test_two_workers_never_read_one_camera(rig: Rig, moving: Clip) -> None:
    """Six cameras are shared by two workers; when one is killed the other takes over; never two sessions at a camera."""
    names = [f"c{i}" for i in range(6)]
    most: Counter[str] = Counter()
    with RtspServer() as server:
        for name in names:
            server.add(name, moving)
            rig.add(rtsp_camera(server, name))

        def all_live_by(n_workers: int) -> bool:
            for name in names:
                most[name] = max(most[name], server.n_sessions(name))
            fresh = {id: report for id, report in rig.reports().items() if report.state is LIVE}
            return len(fresh) == 6 and all(server.n_sessions(name) == 1 for name in names) and len(_holders(rig)) == n_workers

        first = rig.start("w1", lease_ttl_s=4)
        until(lambda: all_live_by(1), 60)
        rig.start("w2", lease_ttl_s=4)
        until(lambda: all_live_by(2), 60)
        first.stop(kill=True)
        until(lambda: all_live_by(1), 60)
    assert max(most.values()) == 1


def _holders(rig: Rig) -> set[str]:
    holders = [key.decode().rsplit(":", 1)[-1] for key in rig.redis.keys("haetae.lease.ingest.of.camera:*")]  # type: ignore[union-attr]
    return {report.worker for id, report in rig.reports().items() if id in holders}


def test_camera_that_goes_and_returns(rig: Rig, moving: Clip) -> None:
    """A camera that loses its power is stale within 10 s and live again within 5 s of its return; the others do not notice."""
    with RtspServer() as gone, RtspServer() as there:
        gone.add("gone", moving)
        there.add("there", moving)
        rig.start()
        for server, name in ((gone, "gone"), (there, "there")):
            rig.add(rtsp_camera(server, name))
        until(lambda: rig.state("gone") is LIVE and rig.state("there") is LIVE)
        gone.stop()
        assert until(lambda: rig.state("gone") in (CameraState.STALE, CameraState.BACKING_OFF)) < 10
        until(lambda: rig.state("gone") is CameraState.BACKING_OFF)
        gone.start()
        assert until(lambda: rig.state("gone") is LIVE) < 5 + 3  # this machine may be busy with other tests
        assert there.n_sessions("there") == 1
        since = rig.reports()
    assert [id for id, report in since.items() if "there" in id and report.state is LIVE]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_reader_that_dies_or_freezes_is_replaced(rig: Rig, moving: Clip, number: signal.Signals) -> None:
    """A reader process that is killed or frozen is replaced, and its cameras are live again."""
    with RtspServer() as server:
        server.add("gate", moving)
        rig.add(rtsp_camera(server, "gate"))
        worker = rig.start(beat_s=2)
        until(lambda: rig.state("gate") is LIVE)
        (reader,) = worker.readers()
        n_before = len(rig.frames())
        os.kill(reader.pid, number)
        until(lambda: [each.pid for each in worker.readers()] not in ([], [reader.pid]))
        until(lambda: len({frame.ref.boot for frame in rig.frames()[n_before:]}) > 0 and rig.state("gate") is LIVE)
        boots = {frame.ref.boot for frame in rig.frames()}
        until(lambda: len({frame.ref.boot for frame in rig.frames()}) >= 2)
        assert boots


def test_credentials_are_seen_nowhere(rig: Rig, moving: Clip, tmp_path: Path) -> None:
    """A camera's password is in no log, no command line, no environment and no report, also when the camera refuses it."""
    secret = "k4n4ry-Pa55"
    with RtspServer() as server:
        server.add("good", moving, username="u", password=secret)
        server.add("bad", moving, username="u", password="another")
        for name in ("good", "bad"):
            rig.add(rtsp_camera(server, name), Credentials("u", secret))
        worker = rig.start()
        until(lambda: rig.state("good") is LIVE and rig.state("bad") is CameraState.BACKING_OFF)
        seen = [" ".join(each.cmdline()) + str(each.environ()) for each in worker.readers()]
        seen += [report.detail for report in rig.reports().values()]
        worker.stop()
    seen += [rig.logs()]
    assert seen
    assert all(secret not in text for text in seen)


def test_redis_frozen_for_a_while_loses_no_frame(rig: Rig, moving: Clip) -> None:
    """While Redis does not answer frames wait in the reader; afterwards every number of the boot is published or counted."""
    with RtspServer() as server:
        server.add("gate", moving)
        rig.add(rtsp_camera(server, "gate", sampling=Sampling(rate_hz=0, motion_gate=False)))
        rig.start()
        until(lambda: rig.state("gate") is LIVE)
        rig.redis.client_pause(8000)
        time.sleep(14)
        with rig.store.begin() as transaction:
            transaction.cameras.remove(rtsp_camera(server, "gate").id)
        until(lambda: server.n_sessions("gate") == 0)
        time.sleep(1.5)
    frames, counts = rig.frames(), rig.ledger("gate")
    numbers = sorted(frame.ref.seq for frame in frames)
    assert len({frame.ref.boot for frame in frames}) == 1
    assert len(numbers) == len(set(numbers)) == counts["published"]
    missing = set(range(numbers[0], numbers[-1])) - set(numbers)
    assert len(missing) <= counts["superseded"]
    assert counts["received"] == sum(n for fate, n in counts.items() if fate != "received")


def test_full_stream_drops_the_newest_and_counts_them(rig: Rig, moving: Clip) -> None:
    """With nobody detecting, a shard never holds much more than its bound; the rest is counted as backlog_full."""
    with RtspServer() as server:
        server.add("gate", moving)
        rig.add(rtsp_camera(server, "gate", sampling=Sampling(rate_hz=0, motion_gate=False)))
        rig.start(max_backlog=20)
        until(lambda: rig.ledger("gate")["backlog_full"] > 20)
    assert len(rig.frames()) < 20 + 16
