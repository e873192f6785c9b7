"""Pictures into H.264, as a camera's own encoder does it: constant quality, a key frame every two seconds, no reordering."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from haetae.domain.geometry import ImageSize

KEY_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Coding:
    """`quality` is x264's crf: 23 good, 30 like a cheap recorder; `effort` its preset."""

    size: ImageSize
    rate_hz: float
    quality: int = 26
    effort: str = "veryfast"

    def apply(self, stream: Any) -> None:
        """Sets up a video stream or a codec context."""
        stream.width, stream.height, stream.pix_fmt = self.size.width, self.size.height, "yuv420p"
        stream.options = {
            "preset": self.effort,
            "crf": str(self.quality),
            "tune": "zerolatency",
            "bf": "0",
            "g": str(max(1, round(self.rate_hz * KEY_EVERY_S))),
            "sc_threshold": "0",
            "threads": "1",
        }

    @property
    def rate(self) -> Fraction:
        return Fraction(self.rate_hz).limit_denominator(1001)


class Movie:
    """An MP4 file in the making; the file appears under its name when the block ends without an error."""

    def __init__(self, path: Path, coding: Coding) -> None:
        self._path, self._coding = path, coding
        self._unfinished = path.with_name(f".{path.name}.part")
        self._n = 0

    def __enter__(self) -> Movie:
        self._sink = av.open(str(self._unfinished), "w", format="mp4")
        self._stream = self._sink.add_stream("libx264", rate=self._coding.rate)
        self._coding.apply(self._stream)
        return self

    def add(self, picture: NDArray[np.uint8]) -> None:
        """The next frame, (h, w, 3) uint8 BGR."""
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame.pts, frame.time_base = self._n, 1 / self._coding.rate
        self._n += 1
        self._sink.mux(self._stream.encode(frame))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._sink.mux(self._stream.encode(None))
        self._sink.close()
        if kind is None:
            self._unfinished.replace(self._path)
        else:
            self._unfinished.unlink(missing_ok=True)


def joined(parts: list[Path], into: Path, rate: Fraction) -> None:
    """Films of one camera one after the other, packets copied; frame k shows at exactly k / rate seconds."""
    unfinished = into.with_name(f".{into.name}.part")
    n = 0
    with av.open(str(parts[0])) as first, av.open(str(unfinished), "w", format="mp4") as sink:
        out = sink.add_stream_from_template(first.streams.video[0])
        for packet in _packets(parts):
            packet.pts = packet.dts = n
            packet.time_base, packet.duration = 1 / rate, 1
            packet.stream = out
            sink.mux(packet)
            n += 1
    unfinished.replace(into)


def _packets(parts: list[Path]) -> Iterator[Any]:
    for part in parts:
        with av.open(str(part)) as source:
            yield from (packet for packet in source.demux(video=0) if packet.size)


class LiveEncoder:
    """H.264 pictures one by one, each behind start codes and each key frame with its parameter sets."""

    def __init__(self, coding: Coding) -> None:
        self._context: Any = av.CodecContext.create("libx264", "w")
        self._context.framerate, self._context.time_base = coding.rate, 1 / coding.rate
        coding.apply(self._context)

    def encode(self, picture: NDArray[np.uint8], number: int) -> tuple[bytes, bool]:
        """(packet, whether it is a key frame) of the picture with this number; numbers must grow."""
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame.pts = number
        packets = self._context.encode(frame)
        return b"".join(bytes(packet) for packet in packets), any(packet.is_keyframe for packet in packets)
