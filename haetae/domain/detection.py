"""One box in one frame, and which of several is meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt

from haetae.domain.geometry import Box, ImageSize


@dataclass(frozen=True, slots=True)
class Detection:
    """A person found in one frame: box in pixels of the source frame, score 0-1."""

    box: Box
    score: float


def meant(people: Sequence[Detection], size: ImageSize) -> Detection:
    """The person that a photo is about: large, central, certain. `people` are at least one, in a photo of `size`."""

    def importance(person: Detection) -> float:
        box = person.box
        aside = hypot((box.x1 + box.x2) / size.width - 1.0, (box.y1 + box.y2) / size.height - 1.0) / hypot(1.0, 1.0)
        return person.score * sqrt(box.area_px) * (1.0 - 0.7 * aside)

    return max(people, key=importance)
