"""Tracks as MOTChallenge text: frame from 1, id, left, top, width, height in source pixels, score, -1, -1, -1."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping

from haetae.domain.detection import Detection

_PER_ROW = 6  # frame, left, top, width, height, score


class MotRows:
    """The detections of each track, as detected: not smoothed. Kept until it is known who was a person."""

    def __init__(self) -> None:
        self._rows: dict[int, array[float]] = {}

    def add(self, frame: int, number: int, detection: Detection) -> None:
        """Track `number` was seen in `frame` (from 1)."""
        box = detection.box
        row = (float(frame), box.x1, box.y1, box.width_px, box.height_px, detection.score)
        self._rows.setdefault(number, array("d")).extend(row)

    def forget(self, numbers: Iterable[int]) -> None:
        """These were nobody."""
        for number in numbers:
            self._rows.pop(number, None)

    def lines(self, ids: Mapping[int, int]) -> Iterator[str]:
        """The rows of the tracks in `ids` (id by number), in order of frame and id."""
        rows = [
            (int(values[i]), id, values[i + 1 : i + _PER_ROW])
            for number, id in ids.items()
            if (values := self._rows.get(number)) is not None
            for i in range(0, len(values), _PER_ROW)
        ]
        for frame, id, (left, top, width, height, score) in sorted(rows, key=lambda row: row[:2]):
            yield f"{frame},{id},{left:.2f},{top:.2f},{width:.2f},{height:.2f},{score:.4f},-1,-1,-1\n"
