"""Sources without RTSP: an RTP sender that an SDP file describes, files, and things that only look like them."""

from __future__ import annotations

import base64
import contextlib
import random
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from haetae.domain.camera import Camera, SourceKind
from haetae.domain.frame import ClockSource
from haetae.domain.geometry import ImageSize
from haetae.domain.ids import CameraId
from haetae.errors import Refused
from haetae.imaging import jpeg
from haetae.media.address import PinnedAddress
from haetae.media.picture import Picture, Renderer
from haetae.media.rtsp import RtspSession, RtspTarget
from haetae.media.source import open_source
from haetae.media.trouble import CameraTrouble, TroubleKind
from haetae.simulator.serving.clip import CLOCK_HZ, Clip
from haetae.simulator.serving.packets import rtp_packet, sender_report
from tests.kit.cameras import site

pytestmark = pytest.mark.integration

START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def camera(kind: SourceKind, url: Path, recorded_from: datetime | None = None) -> Camera:
    return Camera(CameraId("c"), "c", kind, str(url), recorded_from=recorded_from)


def pictures_of(source_camera: Camera, folder: Path, n: int = 10_000) -> list[Picture]:
    source = open_source(source_camera, None, site(folder))
    try:
        return list(islice(source, n))
    finally:
        source.close()


def send(clip: Clip, port: int, stop: threading.Event) -> None:
    """An encoder that sends to us, with a report before each loop."""
    sender, sequence, began_s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0, time.monotonic()
    for loop in range(100):
        sender.sendto(sender_report(9, time.time(), loop * clip.duration, 0, 0), ("127.0.0.1", port + 1))
        for unit in clip.units:
            if stop.wait(max(0.0, began_s + (loop * clip.duration + unit.due) / CLOCK_HZ - time.monotonic())):
                sender.close()
                return
            for i, payload in enumerate(unit.payloads):
                last = i == len(unit.payloads) - 1
                sender.sendto(rtp_packet(payload, sequence, loop * clip.duration + unit.pts, 9, marker=last), ("127.0.0.1", port))
                sequence += 1


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_rtp_with_a_description(clips: dict[str, Clip], codec: str, tmp_path: Path) -> None:
    """What an SDP file describes is received on its port, with the sender's clock."""
    port, clip = random.randrange(10_000, 30_000) * 2, clips[codec]
    sets = [base64.b64encode(each).decode() for each in clip.parameter_sets]
    names = ("sprop-vps", "sprop-sps", "sprop-pps")
    named = ";".join(f"{name}={each}" for name, each in zip(names, sets, strict=False))
    described = f"sprop-parameter-sets={','.join(sets)}" if codec == "h264" else named
    sdp = tmp_path / "encoder.sdp"
    sdp.write_text(
        f"v=0\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\na=rtpmap:96 {codec.upper()}/90000\na=fmtp:96 {described}\n"
    )
    stop = threading.Event()
    thread = threading.Thread(target=send, args=(clip, port, stop))
    source = open_source(camera(SourceKind.RTP, sdp), None, site(tmp_path))
    thread.start()
    try:
        pictures = list(islice(source, 50))
    finally:
        stop.set()
        thread.join()
        source.close()
    assert pictures[-1].clock_source is ClockSource.RTCP
    assert abs((pictures[-1].captured_at - pictures[-1].received_at).total_seconds()) < 0.5


def test_file_has_the_time_that_was_said(clip_files: dict[str, Path]) -> None:
    """Capture time is the start plus PTS; read again, boots and numbers are the same."""
    path = clip_files["h265"]
    first, again = (pictures_of(camera(SourceKind.FILE, path, START), path.parent) for _ in range(2))
    assert [each.captured_at for each in first] == pytest.approx(
        [START + timedelta(seconds=i / 15) for i in range(45)], abs=timedelta(milliseconds=1)
    )
    assert [(each.boot, each.number) for each in first] == [(each.boot, each.number) for each in again]
    other = pictures_of(camera(SourceKind.FILE, path, START + timedelta(days=1)), path.parent, 1)
    assert other[0].boot != first[0].boot


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://169.254.169.254/a.ts\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"",
        bytes(5000),
        b"a text",
    ],
)
def test_what_only_looks_like_a_video_is_refused(content: bytes, tmp_path: Path) -> None:
    """Play lists, which could name other files or the network, and rubbish: unreadable, quickly."""
    path = tmp_path / "v.mp4"
    path.write_bytes(content)
    with pytest.raises(CameraTrouble) as trouble:
        pictures_of(camera(SourceKind.FILE, path, START), tmp_path)
    assert trouble.value.kind is TroubleKind.UNREADABLE
    with pytest.raises(Refused):
        pictures_of(camera(SourceKind.FILE, path, START), tmp_path / "elsewhere")


def test_file_that_breaks_off_gives_what_it_has(clip_files: dict[str, Path], tmp_path: Path) -> None:
    """Half of a transport stream, as a recorder leaves it that lost its power, is read as far as it goes."""
    import av

    whole, half = tmp_path / "whole.ts", tmp_path / "half.ts"
    with av.open(str(clip_files["h264"])) as source, av.open(str(whole), "w", format="mpegts") as sink:
        out = sink.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = out
                sink.mux(packet)
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert 10 < len(pictures_of(camera(SourceKind.FILE, half, START), tmp_path)) < 44


def test_picture_is_rendered_true_to_colour(clip_files: dict[str, Path]) -> None:
    """The JPEG from the planes, decoded, has the colours of the pixels, within what JPEG and 4:2:0 lose; smaller on demand."""
    path = clip_files["h264"]
    picture = pictures_of(camera(SourceKind.FILE, path, START), path.parent, 10)[-1]
    renderer = Renderer()
    pixels, decoded = renderer.pixels(picture), jpeg.decode(renderer.jpeg(picture, 1280, 95))
    assert pixels.shape == decoded.shape == (192, 320, 3)
    assert np.abs(pixels.astype(int) - decoded.astype(int)).mean() < 2.0
    assert jpeg.size_of(renderer.jpeg(picture, 160)) == ImageSize(width=160, height=96)
    assert renderer.luma(picture).shape == (90, 160)


@contextlib.contextmanager
def babbler(data: bytes) -> Iterator[int]:
    """A TCP server that says `data` to everyone, without end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def babble() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, contextlib.suppress(OSError):
                        for _ in range(200):
                            connection.sendall(data)

        threading.Thread(target=babble, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 99999999\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: -1\r\n\r\n",
        b"RTSP/1.0 \r\n\r\n",
        b"RTSP/1.0 301 Moved\r\nCSeq: 1\r\nLocation: rtsp://127.0.0.1:1/\r\n\r\n",
        b"$\x00\xff\xff",
        bytes(4096),
        b"A" * 4096,
        random.Random(1).randbytes(8192),
        b"OPTIONS rtsp://x RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    ],
)
def test_babble_is_no_camera(data: bytes) -> None:
    """Whatever answers at the port: a reason within the deadline, and no more memory than a message may have."""
    with babbler(data) as port:
        began_s = time.monotonic()
        with pytest.raises(CameraTrouble):
            RtspSession(
                RtspTarget(f"rtsp://127.0.0.1:{port}/a", PinnedAddress("rtsp", "127.0.0.1", "127.0.0.1", port)),
                connect_s=1.0,
                answer_s=1.5,
            )
        assert time.monotonic() - began_s < 8
