"""Frames of clips or of a camera, spread over their time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import av

from haetae.domain.camera import Camera, Credentials, SourceKind
from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.domain.ids import CameraId
from haetae.domain.timing import SystemClock
from haetae.errors import Misconfigured
from haetae.media.files import RecordedFile, RecordedStream
from haetae.media.picture import Picture, Renderer
from haetae.media.source import Site, open_source
from haetae.media.trouble import CameraTrouble

_ENDINGS = {".mp4", ".mkv", ".avi", ".mov", ".ts", ".m4v"}
_WIDEST_PX = 800
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # clips are not dated here


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame, at most 800 px wide. `source` counts clips from 0; `place` is where in its clip (or recording) it lies, 0-1."""

    source: int
    place: float
    pixels: Pixels


class Frames(Protocol):
    """Where frames come from."""

    @property
    def facts(self) -> str:
        """What decides them: equal facts are not read and labelled again."""

    @property
    def names(self) -> list[str]:
        """Of the sources."""

    def shots(self) -> Iterator[Shot]:
        """Frames source by source, in order. Raises Misconfigured where nothing can be seen."""


@dataclass(frozen=True, slots=True)
class Clips:
    """Every clip of a folder (or one clip), `rate_hz` frames a second, fewer where that would be more than `at_most` in all."""

    path: Path
    rate_hz: float
    at_most: int

    @property
    def files(self) -> list[Path]:
        """Raises Misconfigured where there is no clip."""
        found = [self.path] if self.path.is_file() else sorted(self.path.rglob("*")) if self.path.is_dir() else []
        clips = [file for file in found if file.suffix.lower() in _ENDINGS]
        if not clips:
            raise Misconfigured(f"There is no clip in {self.path}: files are to end in {', '.join(sorted(_ENDINGS))}.")
        return clips

    @property
    def facts(self) -> str:
        return repr((self.rate_hz, self.at_most, [(file.name, file.stat().st_size) for file in self.files]))

    @property
    def names(self) -> list[str]:
        return [file.stem for file in self.files]

    def shots(self) -> Iterator[Shot]:
        files = self.files
        lengths_s = [_length_s(file) for file in files]
        rate_hz = min(self.rate_hz, self.at_most / max(sum(lengths_s), 1e-3))
        for source, file in enumerate(files):
            stream = RecordedStream(CameraId(f"clip-{source}"), [RecordedFile(file, _EPOCH)], SystemClock())
            try:
                for place, pixels in _sampled(stream, rate_hz):
                    yield Shot(source, min(1.0, place / max(lengths_s[source], 1e-3)), pixels)
            except CameraTrouble as trouble:
                raise Misconfigured(f"{file.name} cannot be read: {trouble.message}") from trouble


@dataclass(frozen=True, slots=True)
class LiveCamera:
    """A camera, `rate_hz` frames a second until there are `at_most`. `site` says which addresses are allowed."""

    url: str
    kind: SourceKind
    rate_hz: float
    at_most: int
    site: Site
    credentials: Credentials | None = None

    @property
    def facts(self) -> str:
        return repr((self.url, self.rate_hz, self.at_most))

    @property
    def names(self) -> list[str]:
        return ["camera"]

    def shots(self) -> Iterator[Shot]:
        source = open_source(Camera(CameraId("camera"), "camera", self.kind, self.url), self.credentials, self.site)
        n = 0
        try:
            for _, pixels in _sampled(source, self.rate_hz):
                yield Shot(0, n / self.at_most, pixels)
                n += 1
                if n >= self.at_most:
                    return
        except CameraTrouble as trouble:
            if n == 0:
                raise Misconfigured(f"The camera shows nothing: {trouble.message}") from trouble
        finally:
            source.close()


def digest_of_facts(*facts: object) -> str:
    """Twelve hexadecimal digits."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def _sampled(stream: Iterable[Picture], rate_hz: float) -> Iterator[tuple[float, Pixels]]:
    """Seconds and pixels."""
    renderer, next_s = Renderer(), 0.0
    for picture in stream:
        if picture.pts_s + 1e-3 < next_s:
            continue
        next_s = max(next_s + 1.0 / rate_hz, picture.pts_s)
        size = picture.size
        if size.width > _WIDEST_PX:
            size = ImageSize(width=_WIDEST_PX, height=round(size.height * _WIDEST_PX / size.width))
        yield picture.pts_s, renderer.pixels(picture, size)


def _length_s(file: Path) -> float:
    try:
        with av.open(str(file)) as container:
            return float(container.duration or 0) / 1e6
    except (av.error.FFmpegError, OSError) as error:
        raise Misconfigured(f"{file.name} cannot be read: {error}") from error
