"""Cameras that misbehave (R2): each fault ends in the right reason, in time, and the camera is seen again when it is over."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import pytest

from haetae.domain.camera import Transport
from haetae.media.picture import Picture
from haetae.media.source import open_source
from haetae.media.trouble import CameraTrouble, TroubleKind
from haetae.simulator.serving.clip import Clip, load_clip
from haetae.simulator.serving.faults import Faults
from haetae.simulator.serving.rtsp_server import RtspServer
from tests.kit.cameras import rtsp_camera, site, write_clip

pytestmark = pytest.mark.integration

LONGEST_S = 8.0  # until any trouble is told, with the deadlines of `site()`


Meanwhile = Callable[[int], None]


def attempt(
    server: RtspServer, n: int, transport: Transport = Transport.TCP, meanwhile: Meanwhile = lambda _: None
) -> list[Picture]:
    """Up to `n` pictures; `meanwhile` is told how many came. Raises CameraTrouble."""
    source = open_source(rtsp_camera(server, "a", transport), None, site(frame_s=2.0))
    pictures = []
    try:
        for picture in source:
            pictures.append(picture)
            meanwhile(len(pictures))
            if len(pictures) == n:
                break
    finally:
        source.close()
    return pictures


def put(**switches: object) -> Callable[[Faults], None]:
    """Turns these switches."""

    def apply(faults: Faults) -> None:
        for name, value in switches.items():
            setattr(faults, name, value)

    return apply


AT_OPENING = {
    "accepts and says nothing": (put(silent=True), TroubleKind.NO_ANSWER),
    "plays and sends nothing": (put(play_without_media=True), TroubleKind.NO_MEDIA),
    "401 without a password": (put(describe_status=401), TroubleKind.UNAUTHORISED),
    "403": (put(describe_status=403), TroubleKind.REFUSED),
    "404": (put(describe_status=404), TroubleKind.REFUSED),
    "454 at SETUP": (put(setup_status=454), TroubleKind.REFUSED),
    "455 at PLAY": (put(play_status=455), TroubleKind.REFUSED),
    "500": (put(describe_status=500), TroubleKind.REFUSED),
    "301": (put(describe_status=301, location="rtsp://127.0.0.1:9/a"), TroubleKind.REDIRECTED),
    "302": (put(describe_status=302, location="rtsp://127.0.0.1:9/a"), TroubleKind.REDIRECTED),
    "SETUP takes for ever": (put(setup_delay_s=60.0), TroubleKind.NO_ANSWER),
    "the description lies": (put(lying_sdp=True), TroubleKind.UNREADABLE),
    "nothing but noise": (put(garbage=1.0), TroubleKind.UNREADABLE),
}

IN_FLIGHT = {
    "stalls": (put(stalled=True), TroubleKind.NO_MEDIA),
    "stalls in the middle of a picture": (put(half_unit=True), TroubleKind.NO_MEDIA),
    "resets the connection": (put(reset=True), TroubleKind.LOST),
    "one packet a second": (put(trickle=True), TroubleKind.NO_MEDIA),  # no picture in time, though the line is alive
}


@pytest.mark.parametrize("fault", AT_OPENING)
def test_camera_that_cannot_be_opened(clips: dict[str, Clip], fault: str) -> None:
    """The reason is told in time; when the fault is over the next attempt succeeds."""
    switch, kind = AT_OPENING[fault]
    with RtspServer() as server:
        faults = server.add("a", clips["h264"])
        switch(faults)
        began_s = time.monotonic()
        with pytest.raises(CameraTrouble) as trouble:
            attempt(server, 5)
        assert trouble.value.kind is kind
        assert time.monotonic() - began_s < LONGEST_S
        for name in Faults.__dataclass_fields__:
            setattr(faults, name, getattr(Faults(), name))
        assert len(attempt(server, 5)) == 5


@pytest.mark.parametrize("transport", list(Transport))
@pytest.mark.parametrize("fault", IN_FLIGHT)
def test_camera_that_fails_while_it_is_watched(clips: dict[str, Clip], fault: str, transport: Transport) -> None:
    """After ten good pictures the fault begins: told in time, and over when it is over."""
    switch, kind = IN_FLIGHT[fault]
    with RtspServer() as server:
        faults = server.add("a", clips["h264"])
        began_s = 0.0

        def begin(n: int) -> None:
            nonlocal began_s
            if n == 10:
                switch(faults)
                began_s = time.monotonic()

        with pytest.raises(CameraTrouble) as trouble:
            attempt(server, 10_000, transport, begin)
        assert trouble.value.kind in (kind, TroubleKind.UNREADABLE)
        assert time.monotonic() - began_s < LONGEST_S
        faults.stalled = faults.reset = faults.trickle = False
        assert len(attempt(server, 5, transport)) == 5


def test_camera_that_is_not_there(clips: dict[str, Clip]) -> None:
    """Nothing listens: told at once."""
    with RtspServer() as server:
        server.add("a", clips["h264"])
        server.stop()
        with pytest.raises(CameraTrouble) as trouble:
            attempt(server, 1)
        assert trouble.value.kind is TroubleKind.UNREACHABLE
        server.start()
        assert len(attempt(server, 3)) == 3


def test_camera_that_answers_its_keep_alive_with_454(clips: dict[str, Clip]) -> None:
    """A camera that forgot the session says so on the next keep-alive: the stream ends, and a new one can begin."""
    with RtspServer() as server:
        faults = server.add("a", clips["h264"])
        faults.session_status = 454
        with pytest.raises(CameraTrouble) as trouble:
            attempt_with_short_keep_alive(server)
        assert trouble.value.kind is TroubleKind.LOST


def attempt_with_short_keep_alive(server: RtspServer) -> None:
    """Watches until the camera ends it."""
    source = open_source(rtsp_camera(server, "a"), None, site())
    source._packets._alive_every_s = 0.3  # type: ignore[attr-defined]
    try:
        for n, _ in enumerate(source):
            assert n < 100
    finally:
        source.close()


@pytest.mark.parametrize("transport", list(Transport))
def test_lossy_and_shuffled_network(clips: dict[str, Clip], transport: Transport) -> None:
    """With a tenth of the packets lost and a fifth reordered pictures go on coming, in order of capture."""
    with RtspServer() as server:
        faults = server.add("a", clips["h264"])
        faults.packet_loss, faults.reordering = 0.1, 0.2
        pictures = attempt(server, 40, transport)
    times = [picture.captured_at for picture in pictures]
    assert times == sorted(set(times))


def test_some_noise_between_good_pictures(clips: dict[str, Clip]) -> None:
    """Pictures that cannot be decoded are counted; the others go on."""
    with RtspServer() as server:
        faults = server.add("a", clips["h264"])
        faults.garbage = 0.1
        assert len(attempt(server, 40)) == 40


def test_timestamps_that_go_backwards(clips: dict[str, Clip]) -> None:
    """RTP time stamps that jump back by ten seconds break nothing; within a boot captured_at only grows."""
    with RtspServer() as server:
        faults = server.add("a", clips["h264"])
        faults.sender_reports = False
        pictures = attempt(server, 40, meanwhile=lambda n: setattr(faults, "timestamp_offset_s", -10.0) if n == 15 else None)
    for boot in {picture.boot for picture in pictures}:
        times = [picture.captured_at for picture in pictures if picture.boot == boot]
        assert times == sorted(set(times))
    assert abs((pictures[-1].captured_at - pictures[-1].received_at).total_seconds()) < 1


def test_size_changes_in_mid_stream(clips: dict[str, Clip], tmp_path_factory: pytest.TempPathFactory) -> None:
    """A camera whose resolution is changed while it is watched goes on in its new size."""
    larger = load_clip(write_clip(tmp_path_factory.mktemp("larger") / "l.mp4", size=(640, 384), seconds=2))
    with RtspServer() as server:
        server.add("a", clips["h264"])
        widths = [
            picture.size.width
            for picture in attempt(server, 60, meanwhile=lambda n: server.switch("a", larger) if n == 10 else None)
        ]
    assert set(widths) == {320, 640}


def test_codec_changes_in_mid_stream(clips: dict[str, Clip]) -> None:
    """A camera that goes over to another codec without a word is noticed, and seen when it is opened anew."""
    with RtspServer() as server:
        server.add("a", clips["h264"])
        with pytest.raises(CameraTrouble):
            attempt(server, 10_000, meanwhile=lambda n: server.switch("a", clips["h265"]) if n == 10 else None)
        assert len(attempt(server, 5)) == 5


def test_reconnecting_leaves_nothing_behind(clips: dict[str, Clip]) -> None:
    """Sixty reconnects, good and bad: no thread and no file descriptor more than before."""
    with RtspServer() as server:
        faults = server.add("a", clips["h264"])
        attempt(server, 2)
        time.sleep(0.3)
        before = len(os.listdir("/proc/self/fd")), threading.active_count()
        for n in range(60):
            faults.describe_status = 404 if n % 3 == 0 else None
            try:
                attempt(server, 2, Transport.UDP if n % 2 else Transport.TCP)
            except CameraTrouble:
                continue
        time.sleep(0.5)
        assert (len(os.listdir("/proc/self/fd")), threading.active_count()) == before
