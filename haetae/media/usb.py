"""A camera at this machine's USB, through Video4Linux."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import av

from haetae.domain.frame import ClockSource
from haetae.domain.timing import Clock
from haetae.media.picture import Picture
from haetae.media.trouble import CameraTrouble, TroubleKind


class UsbStream:
    """Iterates over the pictures of /dev/video<N>, captured when they arrive. Raises CameraTrouble when the device is gone."""

    live = True

    def __init__(self, device: str, clock: Clock, *, open_s: float, frame_s: float) -> None:
        self._clock = clock
        self.n_unreadable = 0
        try:
            self._container: Any = av.open(device, format="v4l2", timeout=(open_s, frame_s))
            self._stream = self._container.streams.video[0]
        except (av.error.FFmpegError, OSError, IndexError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise CameraTrouble(f"The device cannot be opened: {reason}.", TroubleKind.UNREACHABLE) from None
        self._stream.thread_count, self._stream.thread_type = 1, "NONE"
        self.codec = str(self._stream.codec_context.name)

    def __iter__(self) -> Iterator[Picture]:
        boot, number, began_at, last_at = uuid4().hex[:12], 0, None, None
        try:
            for packet in self._container.demux(self._stream):
                for image in self._decoded(packet):
                    now = self._clock.now()
                    began_at = began_at or now
                    captured_at = now if last_at is None else max(now, last_at + timedelta(microseconds=1))
                    last_at = captured_at
                    pts_s = (captured_at - began_at).total_seconds()
                    yield Picture(image, boot, number, captured_at, now, pts_s, ClockSource.ARRIVAL)
                    number += 1
        except (av.error.FFmpegError, OSError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise CameraTrouble(f"The device was lost: {reason}.", TroubleKind.LOST) from None
        raise CameraTrouble("The device ended its stream.", TroubleKind.LOST)

    def close(self) -> None:
        self._container.close()

    def _decoded(self, packet: Any) -> Iterator[Any]:
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            self.n_unreadable += 1
