"""When and by which cameras many sightings were seen, without an object for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from haetae.domain.ids import CameraId
from haetae.domain.timing import to_us


@dataclass(frozen=True, slots=True, eq=False)
class Stays:
    """n stays: `camera` (n,) counts in `cameras`; `started_us` and `ended_us` (n,) int64, microseconds since 1970."""

    cameras: Sequence[CameraId]
    camera: NDArray[np.intp]
    started_us: NDArray[np.int64]
    ended_us: NDArray[np.int64]

    @classmethod
    def of(cls, stays: Iterable[tuple[CameraId, datetime, datetime]]) -> Stays:
        """Camera, beginning and end of each, in their order."""
        numbers: dict[CameraId, int] = {}
        rows = [(numbers.setdefault(camera, len(numbers)), to_us(since), to_us(until)) for camera, since, until in stays]
        columns = np.array(rows, np.int64).reshape(-1, 3)
        return cls(list(numbers), columns[:, 0].astype(np.intp), columns[:, 1], columns[:, 2])

    def __len__(self) -> int:
        return len(self.camera)

    def at(self, places: NDArray[np.intp]) -> Stays:
        """Those at these places, in this order."""
        return Stays(self.cameras, self.camera[places], self.started_us[places], self.ended_us[places])

    def seen_by(self) -> list[CameraId]:
        """The camera of each."""
        return [self.cameras[number] for number in self.camera.tolist()]
