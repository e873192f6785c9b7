"""Cameras that behave: both codecs and transports, clocks, authentication; our server checked by libav's client too."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import av
import pytest

from haetae.domain.camera import Credentials, Transport
from haetae.domain.frame import ClockSource
from haetae.media.picture import Picture
from haetae.media.probe import probe
from haetae.media.source import open_source
from haetae.media.trouble import CameraTrouble, TroubleKind
from haetae.simulator.serving.clip import Clip
from haetae.simulator.serving.rtsp_server import RtspServer
from tests.kit.cameras import rtsp_camera, site

pytestmark = pytest.mark.integration


def watch(server: RtspServer, name: str, n: int, transport: Transport = Transport.TCP) -> list[Picture]:
    """The first `n` pictures of a camera."""
    source = open_source(rtsp_camera(server, name, transport), None, site())
    pictures = []
    try:
        for picture in source:
            pictures.append(picture)
            if len(pictures) == n:
                return pictures
    finally:
        source.close()
    return pictures


@pytest.mark.parametrize("transport", list(Transport))
@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_pictures_come_over_both_transports(clips: dict[str, Clip], codec: str, transport: Transport) -> None:
    """Every picture of two loops of the clip comes, in order, at its rate, across the seam of the loop."""
    with RtspServer() as server:
        server.add("a", clips[codec])
        pictures = watch(server, "a", 100, transport)
    assert [picture.number for picture in pictures] == list(range(100))
    gaps = {round((b.pts_s - a.pts_s) * 15, 3) for a, b in pairwise(pictures)}
    assert gaps == {1.0}


@pytest.mark.parametrize("transport", list(Transport))
def test_captured_at_is_the_camera_clock_though_it_is_an_hour_wrong(clips: dict[str, Clip], transport: Transport) -> None:
    """captured_at equals the server's own NTP time within a few milliseconds, from its sender reports."""
    with RtspServer() as server:
        faults = server.add("a", clips["h264"])
        faults.clock_offset_s = 3600.0
        pictures = watch(server, "a", 40, transport)
        simulated = server._cameras["a"]
        for picture in pictures:
            ticks = _ticks_of(picture, simulated.base, simulated.clip.duration)
            truth = datetime.fromtimestamp(simulated.wall_s(simulated.began_s + ticks / 90_000), UTC)
            assert picture.clock_source is ClockSource.RTCP
            assert abs((picture.captured_at - truth).total_seconds()) < 0.003


def _ticks_of(picture: Picture, base: int, duration: int) -> int:
    """Ticks since the camera began: libav's picture still carries its RTP time stamp."""
    return int(picture.image.pts - base) % (1 << 32)


@pytest.mark.parametrize(("onvif", "reports", "expected"), [(True, True, ClockSource.ONVIF), (False, False, ClockSource.ARRIVAL)])
def test_clock_that_the_camera_offers_is_used(clips: dict[str, Clip], onvif: bool, reports: bool, expected: ClockSource) -> None:
    """The picture's own time goes before the reports; without any the arrival counts."""
    with RtspServer() as server:
        faults = server.add("a", clips["h264"])
        faults.onvif_time, faults.sender_reports, faults.clock_offset_s = onvif, reports, 1800.0 if onvif else 0.0
        pictures = watch(server, "a", 20)
    offset = pictures[-1].captured_at - pictures[-1].received_at
    assert {picture.clock_source for picture in pictures} == {expected}
    assert abs(offset - timedelta(seconds=1800 if onvif else 0)) < timedelta(seconds=0.5)


def test_jump_of_the_camera_clock_begins_a_new_boot(clips: dict[str, Clip]) -> None:
    """Within one boot captured_at only grows; a clock that is set back by an hour begins a new boot and breaks nothing."""
    with RtspServer() as server:
        faults = server.add("a", clips["h264"])
        source = open_source(rtsp_camera(server, "a"), None, site())
        seen: dict[str, list[datetime]] = {}
        for n, picture in enumerate(source):
            seen.setdefault(picture.boot, []).append(picture.captured_at)
            if n == 15:
                faults.clock_offset_s = -3600.0
            if n > 15 and len(seen) == 2 and len(seen[picture.boot]) > 5:
                break
            assert n < 200
        source.close()
    assert all(times == sorted(set(times)) for times in seen.values())


def test_camera_asks_who_we_are(clips: dict[str, Clip]) -> None:
    """With the right password pictures come; with a wrong one, or none, the reason is told, without the password."""
    with RtspServer() as server:
        server.add("a", clips["h264"], username="admin", password="s3cret: \"'@/")
        camera = rtsp_camera(server, "a")
        good = open_source(camera, Credentials("admin", "s3cret: \"'@/"), site())
        assert next(iter(good)).size.width == 320
        good.close()
        for credentials in (None, Credentials("admin", "wr0ng")):
            with pytest.raises(CameraTrouble) as trouble:
                open_source(camera, credentials, site())
            assert trouble.value.kind is TroubleKind.UNAUTHORISED
            assert "wr0ng" not in str(trouble.value)


def test_session_is_given_back(clips: dict[str, Clip]) -> None:
    """A camera has few session slots: closing frees ours at once."""
    with RtspServer() as server:
        server.add("a", clips["h264"])
        watch(server, "a", 3)
        ends_s = time.monotonic() + 2
        while server.n_sessions("a"):
            assert time.monotonic() < ends_s
            time.sleep(0.02)


def test_probe_tells_what_a_camera_shows(clips: dict[str, Clip]) -> None:
    """Size, codec, rate and clock of a good camera; a reason for a bad one; from a process that can be killed."""
    with RtspServer() as server:
        faults = server.add("a", clips["h265"])
        report = probe(rtsp_camera(server, "a"), None, site())
        faults.silent = True
        silent = probe(rtsp_camera(server, "a"), None, site())
    assert (report.ok, report.codec, report.width, report.height, report.clock_source) == (True, "h265", 320, 192, "rtcp")
    assert abs(report.rate_hz - 15) < 0.5
    assert (silent.ok, silent.kind) == (False, "no-answer")


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_libav_can_watch_our_server(clips: dict[str, Clip], codec: str, transport: str) -> None:
    """Our server is judged by a client that nobody here wrote, and its reports by libav's reading of them."""
    with RtspServer() as server:
        server.add("a", clips[codec])
        options = {"rtsp_transport": transport, "probesize": "32", "analyzeduration": "0"}
        with av.open(server.url("a"), options=options, timeout=(5.0, 5.0)) as container:
            frames = list(islice(container.decode(video=0), 20))
            assert not any(frame.is_corrupt for frame in frames)
            assert abs(container.start_time_realtime / 1e6 - time.time()) < 10
