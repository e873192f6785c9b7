"""Cameras for tests: the simulator's RTSP server with short clips that are made here, so that no file is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from haetae.domain.camera import Camera, SourceKind, Transport
from haetae.domain.ids import CameraId
from haetae.media.address import AddressPolicy
from haetae.media.source import Deadlines, Site
from haetae.simulator.serving.clip import Clip, load_clip
from haetae.simulator.serving.rtsp_server import RtspServer

LOOPBACK = ("127.0.0.0/8",)


def write_clip(
    path: Path, *, codec: str = "h264", size: tuple[int, int] = (320, 192), rate_hz: int = 15, seconds: float = 4.0
) -> Path:
    """A bright square that moves over a quiet background, with a key frame each second."""
    width, height = size
    library = {"h264": "libx264", "h265": "libx265"}[codec]
    with av.open(str(path), "w") as sink:
        stream = sink.add_stream(library, rate=rate_hz)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        x265 = f"log-level=none:keyint={rate_hz}:bframes=0"
        stream.options = {"preset": "ultrafast", "bf": "0", "g": str(rate_hz), "x265-params": x265}
        for n in range(round(rate_hz * seconds)):
            image = np.full((height, width, 3), 60, np.uint8)
            x = n * 5 % (width - 64)
            image[height // 4 : height // 4 + 96, x : x + 40] = (40, 200, 220)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = n, Fraction(1, rate_hz)
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    return path


@contextmanager
def rtsp_server(**clips: Path | Clip) -> Iterator[RtspServer]:
    """A server on a free port that serves each clip under its keyword."""
    with RtspServer() as server:
        for name, clip in clips.items():
            server.add(name, clip if isinstance(clip, Clip) else load_clip(clip))
        yield server


def rtsp_camera(server: RtspServer, name: str, transport: Transport = Transport.TCP, **changes: object) -> Camera:
    """The camera `name` of the server."""
    return Camera(CameraId(name), name, SourceKind.RTSP, server.url(name), transport, **changes)  # type: ignore[arg-type]


def site(*folders: Path, frame_s: float = 3.0) -> Site:
    """A site whose cameras are on this machine."""
    return Site(AddressPolicy(LOOPBACK, folders), Deadlines(connect_s=1.0, answer_s=1.5, frame_s=frame_s, first_s=4.0))
