"""Where a tracked person was, thinned: about a point a second, and never more than a bounded number."""

from __future__ import annotations

from dataclasses import dataclass

from haetae.domain.geometry import Box
from haetae.domain.timing import from_us
from haetae.domain.tracklet import Waypoint

MAX_POINTS = 300
"""A person who stays for an hour has a point every 16 s."""


@dataclass(frozen=True, slots=True)
class Path:
    """Points `spacing_us` apart or more; `boxes` holds x1, y1, x2, y2 of each in a row. `end` is always the newest."""

    times_us: tuple[int, ...]
    boxes: tuple[float, ...]
    end_us: int
    end: Box
    spacing_us: int = 1_000_000

    @classmethod
    def begun(cls, at_us: int, box: Box) -> Path:
        """The path of somebody just seen."""
        return cls((at_us,), (box.x1, box.y1, box.x2, box.y2), at_us, box)

    def to(self, at_us: int, box: Box) -> Path:
        """The path with the person now at `box`."""
        if at_us - self.times_us[-1] < self.spacing_us:
            return Path(self.times_us, self.boxes, at_us, box, self.spacing_us)
        times, boxes = (*self.times_us, at_us), (*self.boxes, box.x1, box.y1, box.x2, box.y2)
        if len(times) < MAX_POINTS:
            return Path(times, boxes, at_us, box, self.spacing_us)
        fewer = tuple(value for i in range(0, len(times), 2) for value in boxes[4 * i : 4 * i + 4])
        return Path(times[::2], fewer, at_us, box, 2 * self.spacing_us)

    def waypoints(self) -> tuple[Waypoint, ...]:
        """The points and the newest one, in order of time."""
        points = [Waypoint(from_us(t), Box(*self.boxes[4 * i : 4 * i + 4])) for i, t in enumerate(self.times_us)]
        if self.end_us > self.times_us[-1]:
            points.append(Waypoint(from_us(self.end_us), self.end))
        return tuple(points)
