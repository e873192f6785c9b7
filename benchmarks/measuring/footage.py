"""Clips for measurements: made of real footage, encoded as a camera would."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from haetae.domain.frame import Pixels

NOISE_LEVELS = 2.0
"""Standard deviation of the sensor noise that is laid over still frames, of 255."""


def street_clip(
    source: Path, target: Path, *, moving_share: float, rate_hz: int = 15, width: int = 1280, height: int = 720
) -> None:
    """`source` as a camera of this size and rate sees it, with people moving during `moving_share` of the time.

    The rest of the time the last picture stands still but for sensor noise: there is something to look at, and nothing moves.
    """
    with av.open(str(source)) as container, av.open(str(target), "w") as sink:
        stream = sink.add_stream("libx264", rate=rate_hz)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "24", "bf": "0", "g": str(2 * rate_hz)}
        pictures = _with_stillness(_sampled(container, rate_hz, width, height), moving_share)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, rate_hz)
            sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))


def _sampled(container: av.container.InputContainer, rate_hz: int, width: int, height: int) -> Iterator[Pixels]:
    """The container's pictures at `rate_hz` frames a second of its own time."""
    due_s = 0.0
    for frame in container.decode(video=0):
        if frame.time is not None and frame.time >= due_s:
            yield frame.reformat(width=width, height=height).to_ndarray(format="bgr24")
            due_s += 1.0 / rate_hz


def _with_stillness(moving: Iterator[Pixels], moving_share: float) -> Iterator[Pixels]:
    n, last = 0, None
    for picture in moving:
        n, last = n + 1, picture
        yield picture
    if last is None:
        return
    rng = np.random.default_rng(7)
    for _ in range(round(n * (1.0 / moving_share - 1.0))):
        noise = rng.normal(0.0, NOISE_LEVELS, size=last.shape[:2]).astype(np.int16)
        yield np.clip(last.astype(np.int16) + noise[..., None], 0, 255).astype(np.uint8)
