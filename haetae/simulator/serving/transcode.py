"""Clips that cannot be served as they are, encoded once into a cache file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from haetae.domain.geometry import ImageSize


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a clip is encoded: "h264" or "h265", its size and rate (None keeps the clip's own), a key frame each `key_every_s`."""

    codec: str = "h264"
    size: ImageSize | None = None
    rate_hz: float | None = None
    key_every_s: float = 2.0
    max_length_s: float = 120.0


def transcoded(path: Path, cache: Path | None, encoding: Encoding, progress: Callable[[str], None] | None = None) -> Path:
    """The cache file that holds `path` in this encoding; made where it is missing, atomically."""
    folder = cache or Path.home() / ".cache" / "haetae" / "clips"
    facts = path.stat()
    key = hashlib.sha256(f"{path.resolve()}|{facts.st_size}|{facts.st_mtime_ns}|{encoding}".encode()).hexdigest()[:16]
    target = folder / f"{path.stem}-{key}.mp4"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.mp4")
    try:
        _encode(path, unfinished, encoding, progress)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target


def _encode(path: Path, target: Path, encoding: Encoding, progress: Callable[[str], None] | None) -> None:
    library = {"h264": "libx264", "h265": "libx265"}[encoding.codec]
    with av.open(str(path)) as source, av.open(str(target), "w") as sink:
        video = source.streams.video[0]
        rate = Fraction(encoding.rate_hz or float(video.average_rate or 25)).limit_denominator(1001)
        size = encoding.size or ImageSize(video.codec_context.width // 2 * 2, video.codec_context.height // 2 * 2)
        out = sink.add_stream(library, rate=rate)
        out.width, out.height, out.pix_fmt = size.width, size.height, "yuv420p"
        key_every = str(max(1, round(float(rate) * encoding.key_every_s)))
        out.options = {"preset": "veryfast", "crf": "24", "bf": "0", "g": key_every, "x265-params": "log-level=none"}
        out.time_base = 1 / rate
        for number, frame in enumerate(_resampled(source, float(rate), encoding.max_length_s)):
            scaled = frame.reformat(width=size.width, height=size.height, format="yuv420p")
            scaled.pts, scaled.time_base = number, 1 / rate
            scaled.pict_type = 0
            sink.mux(out.encode(scaled))
            if progress and number % 100 == 0:
                progress(f"encoding {path.name}: {number / float(rate):.0f} s")
        sink.mux(out.encode(None))


def _resampled(source: Any, rate_hz: float, max_length_s: float) -> Iterator[Any]:
    """The frames that show at 0, 1/rate, 2/rate ... seconds."""
    number = 0
    for frame in source.decode(video=0):
        while frame.time is not None and frame.time >= number / rate_hz - 1e-6:
            if number / rate_hz >= max_length_s:
                return
            yield frame
            number += 1
