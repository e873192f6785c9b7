"""Fakes of detect's ports: a scripted detector, views without pixels, crops in a dictionary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import numpy as np

from haetae.domain.detection import Detection
from haetae.domain.frame import FrameRef, Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.errors import Poison
from haetae.tracking.best_shots import BestShots
from haetae.tracking.follower import Follower
from haetae.tracking.tracker import Tracker
from services.detect.admission import Admission, AgeLimit
from services.detect.pipeline import DetectPipeline
from tests.kit.builders import T0, pixels

SMALL = ImageSize(width=640, height=360)
PERSON = Box(50, 50, 90, 150)  # in pixels of SMALL


class StillClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return T0 + timedelta(seconds=self.seconds)

    def monotonic_s(self) -> float:
        return self.seconds


class View:
    """A frame whose pixels are a smooth pattern; `broken` cannot be read, `whole_broken` only small."""

    def __init__(self, ref: FrameRef, *, broken: bool = False, whole_broken: bool = False) -> None:
        self.ref = ref
        self._broken = broken
        self._whole_broken = whole_broken
        self.n_whole = 0

    def small(self) -> Pixels:
        if self._broken:
            raise Poison("These bytes are not a readable JPEG.")
        return np.zeros((SMALL.height, SMALL.width, 3), dtype=np.uint8)

    def whole(self) -> Pixels:
        if self._whole_broken:
            raise Poison("These bytes are not a readable JPEG.")
        self.n_whole += 1
        return pixels(self.ref.size)


class Everywhere:
    """A detector that finds the same person in every image, and counts its calls."""

    def __init__(self, find: Callable[[], list[Detection]] = lambda: [Detection(PERSON, 0.8)]) -> None:
        self.batches: list[int] = []
        self._find = find

    def detect_each(self, images: Sequence[Pixels], input_sizes: Sequence[ImageSize]) -> list[list[Detection]]:
        self.batches.append(len(images))
        return [self._find() for _ in images]


class Crops(dict[str, bytes]):
    """Blobs in memory."""

    def put(self, key: str, data: bytes) -> None:
        self[key] = data


def pipeline(detector: Everywhere, crops: Crops, clock: StillClock, limit: AgeLimit | None = None) -> DetectPipeline:
    """The flow of detect over these ports."""
    admission = Admission(clock, limit or AgeLimit())
    return DetectPipeline(detector, Follower(Tracker(), BestShots()), crops, admission)
