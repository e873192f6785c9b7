"""A photo of somebody, taken out of a clip's own frames: what a family or an officer would hand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.errors import Misconfigured
from haetae.imaging.crop import crop
from haetae.imaging.jpeg import encode
from haetae.imaging.quality import assess
from haetae.inference.detector import PersonDetector

_EVERY_S = 1.0
_LOOK_AT = 20  # frames of a clip
_MARGIN = 0.5  # of the box, on each side
_LEAST_SCORE = 0.6
_LEAST_HEIGHT_PX = 120


@dataclass(frozen=True, slots=True)
class Photo:
    """One person. `jpeg` is the crop with some surroundings, `box` the person in it, `in_frame` the same in the frame."""

    clip: Path
    at_s: float
    jpeg: bytes
    box: Box
    in_frame: Box
    frame_size: ImageSize
    quality: float


def best_photo(clip: Path, detector: PersonDetector) -> Photo | None:
    """The best-looking person in about the first 20 s of the clip; None when it shows nobody clearly. Raises Misconfigured."""
    best: Photo | None = None
    for at_s, pixels in _frames(clip):
        people = [found for found in detector.detect([pixels])[0] if found.score >= _LEAST_SCORE]
        size = ImageSize(width=pixels.shape[1], height=pixels.shape[0])
        for i, person in enumerate(people):
            others = [other.box for j, other in enumerate(people) if j != i]
            quality = assess(person.box, size, others, crop(pixels, person.box)).total
            if person.box.height_px >= _LEAST_HEIGHT_PX and (best is None or quality > best.quality):
                best = _photo(clip, at_s, pixels, person.box, size, quality)
    return best


def _photo(clip: Path, at_s: float, pixels: Pixels, box: Box, size: ImageSize, quality: float) -> Photo:
    left = max(0.0, box.x1 - _MARGIN * box.width_px)
    top = max(0.0, box.y1 - _MARGIN * box.height_px)
    inside = Box(box.x1 - int(left), box.y1 - int(top), box.x2 - int(left), box.y2 - int(top))
    return Photo(clip, at_s, encode(crop(pixels, box, _MARGIN), 95), inside, box, size, quality)


def _frames(clip: Path) -> Iterator[tuple[float, Pixels]]:
    """(seconds from the start, (h, w, 3) uint8 BGR), about one a second."""
    try:
        with av.open(str(clip)) as container:
            stream = container.streams.video[0]
            due_s, n = 0.0, 0
            for frame in container.decode(stream):
                at_s = float(frame.time or 0.0)
                if at_s >= due_s and n < _LOOK_AT:
                    due_s, n = at_s + _EVERY_S, n + 1
                    yield at_s, np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)
                if n >= _LOOK_AT:
                    return
    except (av.error.FFmpegError, IndexError) as error:
        raise Misconfigured(f"No video can be read: {error}", path=clip) from error


def duration_s(clip: Path) -> float:
    """How long the clip plays; 0 when its container does not say. Raises Misconfigured."""
    try:
        with av.open(str(clip)) as container:
            return float(container.duration or 0) / 1e6
    except av.error.FFmpegError as error:
        raise Misconfigured(f"No video can be read: {error}", path=clip) from error
