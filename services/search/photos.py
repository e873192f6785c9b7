"""Finds the people in photos of any shape with the detector of the cameras."""

from __future__ import annotations

from collections.abc import Sequence

from haetae.domain.detection import Detection
from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.inference.detector import PersonDetector


class PhotoDetector:
    """Looks at photos in a square, so that upright ones are not made small. A batch of one each: photos differ in shape."""

    def __init__(self, detector: PersonDetector, *, input_px: int) -> None:
        self._detector = detector
        self._input_size = ImageSize(width=input_px, height=input_px)

    def find(self, photos: Sequence[Pixels]) -> list[list[Detection]]:
        """The people in each photo, boxes in its pixels. Raises Transient."""
        return self._detector.detect(photos, self._input_size)
