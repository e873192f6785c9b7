"""Cameras that send unasked: plain RTP to our own receiver, RTSP RECORD to a server that nobody here wrote."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from haetae.domain.camera import Camera, SourceKind
from haetae.domain.frame import ClockSource
from haetae.domain.ids import CameraId
from haetae.errors import Misconfigured, Transient
from haetae.media.source import open_source
from haetae.simulator.serving.clip import Clip, load_clip
from haetae.simulator.serving.playout import SimulatedCamera
from haetae.simulator.serving.push import Push
from tests.kit.cameras import site, write_clip

pytestmark = pytest.mark.integration

_PYTHON = "/usr/bin/python3"
_NEEDS = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer; Gst.init(None)"
_HAS = "; assert all(map(Gst.ElementFactory.find, ('rtph264depay', 'h264parse', 'avdec_h264')))"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return load_clip(write_clip(tmp_path_factory.mktemp("clips") / "c.mp4", seconds=3))


def test_plain_rtp_is_received_with_its_description(clip: Clip, tmp_path: Path) -> None:
    """Whoever has the SDP file receives the pushed stream, with the sender's own clock from its reports."""
    port, sdp = random.randrange(10_000, 30_000) * 2, tmp_path / "camera.sdp"
    push = Push(SimulatedCamera("c", clip), f"rtp://127.0.0.1:{port}")
    push.write_sdp(sdp)
    source = open_source(Camera(CameraId("c"), "c", SourceKind.RTP, str(sdp)), None, site(tmp_path))
    try:
        with push:
            pictures = list(islice(source, 40))
            assert push.is_sending
    finally:
        source.close()
    assert pictures[0].size.width == clip.size.width
    assert pictures[-1].clock_source is ClockSource.RTCP
    assert abs((pictures[-1].captured_at - pictures[-1].received_at).total_seconds()) < 0.5


@pytest.mark.parametrize("target", ["http://127.0.0.1/", "rtp://127.0.0.1", "rtp://127.0.0.1:9001", "rtsp:///in", "x"])
def test_targets_that_are_none_are_refused(clip: Clip, target: str) -> None:
    """A wrong target is named before anything is sent."""
    with pytest.raises(Misconfigured):
        Push(SimulatedCamera("c", clip), target)


def test_a_closed_port_takes_no_stream(clip: Clip) -> None:
    """Where nobody listens, the push does not begin."""
    with pytest.raises(Transient), Push(SimulatedCamera("c", clip), "rtsp://127.0.0.1:9/in"):
        pass


@pytest.fixture(scope="module")
def recorder() -> Iterator[subprocess.Popen[str]]:
    try:
        subprocess.run([_PYTHON, "-c", f"{_NEEDS}{_HAS}"], check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("no gst-rtsp-server: gir1.2-gst-rtsp-server-1.0, python3-gi, gstreamer1.0-plugins-{base,good,bad}, -libav")
    words = [_PYTHON, str(Path(__file__).with_name("gst_recorder.py"))]
    server = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        yield server
    finally:
        server.kill()
        server.wait()
        assert server.stdout is not None
        server.stdout.close()


@pytest.mark.peer
def test_a_foreign_server_records_us(recorder: subprocess.Popen[str], clip: Clip) -> None:
    """GStreamer's server takes ANNOUNCE, SETUP and RECORD, decodes our pictures, and refuses a mount that it does not have."""
    assert recorder.stdout is not None
    port = int(recorder.stdout.readline())
    with pytest.raises(Misconfigured), Push(SimulatedCamera("c", clip), f"rtsp://127.0.0.1:{port}/other"):
        pass
    with Push(SimulatedCamera("c", clip), f"rtsp://127.0.0.1:{port}/in"):
        widths = [int(recorder.stdout.readline()) for _ in range(20)]
    assert set(widths) == {clip.size.width}
