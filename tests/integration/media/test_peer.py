"""Our client against a camera server that nobody here wrote: GStreamer's."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from haetae.domain.camera import Camera, SourceKind, Transport
from haetae.domain.frame import ClockSource
from haetae.domain.ids import CameraId
from haetae.media.source import open_source
from tests.kit.cameras import site

pytestmark = [pytest.mark.integration, pytest.mark.peer]

_PYTHON = "/usr/bin/python3"
_NEEDS = "gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer; Gst.init(None)"
_HAS = "; assert all(map(Gst.ElementFactory.find, ('x264enc', 'x265enc', 'rtph264pay', 'rtph265pay', 'videotestsrc')))"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a running server, or a skip with the reason."""
    try:
        subprocess.run([_PYTHON, "-c", f"import gi; {_NEEDS}{_HAS}"], check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("no gst-rtsp-server: gir1.2-gst-rtsp-server-1.0, python3-gi, gstreamer1.0-plugins-{base,good,bad,ugly}")
    server = subprocess.Popen([_PYTHON, str(Path(__file__).with_name("gst_server.py"))], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield int(server.stdout.readline())
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


@pytest.mark.parametrize("transport", list(Transport))
@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_pictures_of_a_foreign_server(port: int, codec: str, transport: Transport) -> None:
    """Both codecs come over both transports, at their rate, in order, and soon with the server's own clock."""
    camera = Camera(CameraId("peer"), "peer", SourceKind.RTSP, f"rtsp://127.0.0.1:{port}/{codec}", transport)
    source = open_source(camera, None, site(frame_s=6.0))
    try:
        pictures = list(islice(source, 75))
    finally:
        source.close()
    assert {picture.size.width for picture in pictures} == {320}
    assert 4.0 < pictures[-1].pts_s - pictures[0].pts_s < 6.0
    assert pictures[-1].clock_source in (ClockSource.RTCP, ClockSource.ARRIVAL)
    assert abs((pictures[-1].captured_at - pictures[-1].received_at).total_seconds()) < 2.0
    times = [picture.captured_at for picture in pictures]
    assert times == sorted(set(times))
    assert source.n_unreadable == 0
