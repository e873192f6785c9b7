"""The video again, with boxes and ids drawn in, as H.264."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.errors import Misconfigured

_TIME_BASE = Fraction(1, 90_000)
_COLOURS = (
    (80, 175, 76),
    (54, 67, 244),
    (243, 150, 33),
    (7, 193, 255),
    (176, 39, 156),
    (136, 150, 0),
    (34, 87, 255),
    (72, 85, 121),
)


class AnnotatedVideo:
    """Writes frames of one size, each at its own time. Use as a context manager. Raises Misconfigured where it cannot write."""

    def __init__(self, path: Path, size: ImageSize) -> None:
        try:
            self._container = av.open(str(path), "w", format="mp4")
        except (av.error.FFmpegError, OSError) as error:
            raise Misconfigured(f"{path} cannot be written: {error.strerror}.") from error
        self._stream = self._container.add_stream("libx264", options={"preset": "veryfast", "crf": "23"})
        self._stream.width, self._stream.height = size.width // 2 * 2, size.height // 2 * 2
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = _TIME_BASE

    def __enter__(self) -> AnnotatedVideo:
        return self

    def __exit__(self, *ended: object) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def write(self, pixels: Pixels, at_s: float, people: Sequence[tuple[int, Box]]) -> None:
        """A frame at `at_s` seconds with these ids and boxes; the pixels are not changed."""
        drawn = pixels.copy()
        for id, box in people:
            _draw(drawn, id, box)
        even = np.ascontiguousarray(drawn[: self._stream.height, : self._stream.width])
        frame = av.VideoFrame.from_ndarray(even, format="bgr24")
        frame.pts, frame.time_base = round(at_s / _TIME_BASE), _TIME_BASE
        self._container.mux(self._stream.encode(frame))


def _draw(pixels: Pixels, id: int, box: Box) -> None:
    colour, thick = _COLOURS[id % len(_COLOURS)], max(1, round(pixels.shape[0] / 360))
    scale = 0.5 * thick
    left, top = round(box.x1), round(box.y1)
    cv2.rectangle(pixels, (left, top), (round(box.x2), round(box.y2)), colour, thick)
    (width, height), _ = cv2.getTextSize(str(id), cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
    bottom = max(top, height + 4)
    cv2.rectangle(pixels, (left, bottom - height - 4), (left + width + 4, bottom), colour, cv2.FILLED)
    cv2.putText(pixels, str(id), (left + 2, bottom - 3), cv2.FONT_HERSHEY_SIMPLEX, scale, (255, 255, 255), thick, cv2.LINE_AA)
