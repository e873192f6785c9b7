"""Recordings: one file, or a folder of them, read once in order; capture time is the start of the file plus its PTS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import av

from haetae.domain.frame import ClockSource
from haetae.domain.ids import CameraId
from haetae.domain.timing import Clock
from haetae.media.picture import Picture
from haetae.media.trouble import CameraTrouble, TroubleKind

# Only containers that hold their own video: a play list could name other files, or the network.
_CONTAINERS = "mov,matroska,avi,mpegts,mpeg,asf,flv,ogg,h264,hevc,mjpeg,ivf,mxf,rm,3gp,wmv"
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _CONTAINERS}


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """One file and the capture time of its first frame."""

    path: Path
    recorded_from: datetime


class RecordedStream:
    """Iterates over the pictures of the files, one after the other, and ends. The same files give the same boots and numbers.

    `progress` (0-1) tells how far it is. Raises CameraTrouble (UNREADABLE) for a file in which no picture can be decoded; a file
    that breaks off in its middle ends there.
    """

    live = False

    def __init__(self, camera_id: CameraId, files: Sequence[RecordedFile], clock: Clock) -> None:
        self._camera_id, self._files, self._clock = camera_id, files, clock
        self._done, self._share = 0, 0.0
        self._container: Any = None
        self.codec = ""
        self.n_unreadable = 0

    @property
    def progress(self) -> float:
        return min(1.0, (self._done + self._share) / max(1, len(self._files)))

    def __iter__(self) -> Iterator[Picture]:
        for index, file in enumerate(self._files):
            self._done, self._share = index, 0.0
            yield from self._pictures(file)
        self._done, self._share = len(self._files), 0.0

    def close(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None

    def _pictures(self, file: RecordedFile) -> Iterator[Picture]:
        boot = boot_of(self._camera_id, file)
        n, first_s, last_at = 0, 0.0, file.recorded_from - timedelta(microseconds=1)
        for image in self._images(file.path):
            at_s = float(image.time) if image.time is not None else n / 25
            first_s = at_s if n == 0 else first_s
            captured_at = max(file.recorded_from + timedelta(seconds=at_s - first_s), last_at + timedelta(microseconds=1))
            last_at = captured_at
            yield Picture(image, boot, n, captured_at, self._clock.now(), at_s - first_s, ClockSource.RECORDING)
            n += 1
        if n == 0:
            raise CameraTrouble(f"{file.path.name} holds no video that can be decoded.", TroubleKind.UNREADABLE)

    def _images(self, path: Path) -> Iterator[Any]:
        try:
            self._container = av.open(f"file:{path}", options=_OPTIONS)
            stream = self._container.streams.video[0]
            stream.thread_count, stream.thread_type = 1, "NONE"
            self.codec = str(stream.codec_context.name)
            length_s = float(self._container.duration or 0) / 1e6
            for packet in self._container.demux(stream):
                for image in self._decoded(packet):
                    if length_s and image.time is not None:
                        self._share = min(1.0, max(0.0, image.time / length_s))
                    yield image
        except (av.error.FFmpegError, OSError, IndexError, ValueError):
            self.n_unreadable += 1  # the file begins or breaks off with something that is no video
        finally:
            self.close()

    def _decoded(self, packet: Any) -> Iterator[Any]:
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            self.n_unreadable += 1


def boot_of(camera_id: CameraId, file: RecordedFile) -> str:
    """The boot of a file's frames: the same camera, file and start give the same again."""
    facts = f"{camera_id}|{file.path}|{file.recorded_from.isoformat()}"
    return "rec-" + sha256(facts.encode()).hexdigest()[:16]
