"""Coded pictures to decoded ones, one thread a camera: more threads cost a tenth and give a server with many cameras nothing."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av

_LIBRARY = {"h264": "h264", "h265": "hevc"}


class Decoder:
    """Decodes one stream of Annex B pictures. `n_unreadable` counts those that gave no picture."""

    def __init__(self, codec: str, clock_hz: int) -> None:
        self._context = av.CodecContext.create(_LIBRARY[codec], "r")
        self._context.thread_count = 1
        self._context.thread_type = "NONE"
        self._time_base = Fraction(1, clock_hz)
        self.n_unreadable = 0

    def decode(self, data: bytes, pts: int) -> Iterator[Any]:
        """The pictures that are now ready to show, in the order of showing, as av.VideoFrame with their pts."""
        packet = av.Packet(data)
        packet.pts, packet.time_base = pts, self._time_base
        try:
            yield from self._context.decode(packet)
        except av.error.FFmpegError:
            self.n_unreadable += 1
