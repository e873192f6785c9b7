"""How a city is filmed, and how what is seen is written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.simulator.city.city import City
from haetae.simulator.city.filming import Seen

SEGMENT_S = 20.0  # what an interrupted recording loses at most, of each camera that was being drawn
POSES_EVERY_S = 1.0
LEAST_VISIBILITY = 0.02


@dataclass(frozen=True, slots=True)
class Shooting:
    """Size and rate of the films. Raises Misconfigured for those that no camera has."""

    size: ImageSize = field(default_factory=lambda: ImageSize(1280, 720))
    rate_hz: float = 15.0

    def __post_init__(self) -> None:
        width, height = self.size.width, self.size.height
        if width % 2 or height % 2 or not (64 <= width <= 3840 and 64 <= height <= 2160):
            raise Misconfigured(f"Films are 64x64 to 3840x2160 pixels with even sides, not {width}x{height}")
        if not 1 <= self.rate_hz <= 60:
            raise Misconfigured(f"Films have 1 to 60 frames a second, not {self.rate_hz:g}")

    def n_frames(self, city: City) -> int:
        """Of each film."""
        return round(city.duration_s * self.rate_hz)

    def segments(self, city: City) -> list[tuple[int, int]]:
        """(first, end) frames of the pieces that are drawn and kept one by one."""
        n, step = self.n_frames(city), max(1, round(SEGMENT_S * self.rate_hz))
        return [(first, min(first + step, n)) for first in range(0, n, step)]


def mot_row(frame: int, seen: Seen, size: ImageSize) -> str | None:
    """A line of MOT16 ground truth; None for whoever shows nothing. Boxes are the full extent and may leave the picture."""
    x1, y1, x2, y2 = seen.box
    if seen.visibility < LEAST_VISIBILITY or x2 <= 0 or y2 <= 0 or x1 >= size.width or y1 >= size.height:
        return None
    return f"{frame},{seen.number},{x1:.1f},{y1:.1f},{x2 - x1:.1f},{y2 - y1:.1f},1,1,{seen.visibility:.3f}"


def pose_row(at_s: float, seen: Seen) -> dict[str, Any]:
    """How somebody stands, as city.json has it: key points are x px, y px and 0 outside, 1 hidden, 2 seen."""
    points = [[round(float(x)), round(float(y)), int(v)] for x, y, v in seen.keypoints]
    box = [round(v, 1) for v in seen.box]
    act, share = seen.state.act.name.lower(), round(seen.visibility, 3)
    return {"at_s": round(at_s, 3), "id": seen.number, "box": box, "act": act, "visibility": share, "keypoints": points}
