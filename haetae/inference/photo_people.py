"""Finds the people in photos of any shape: whole scenes, portraits, and crops that are nothing but their person.

A detector has learnt people of moderate size with something around them. In a photo that its person fills it boxes half of them,
or finds nobody. So each photo is looked at twice: closely, for small people; and from afar within a grey border, for those who
fill it. Of a person seen both ways the whole counts for more than its parts.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from haetae.domain.detection import Detection
from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, ImageSize
from haetae.inference.detector import PersonDetector

BORDER = 0.35  # of the photo's longer side
SMALLEST_SIDE_PX = 8.0  # of a person that can be told from another at all
CLOSE_AREA_PX = 640 * 384
FAR_AREA_PX = 320 * 320
_GREY = (114, 114, 114)  # what detectors are padded with
_PART = 0.7  # of a box that lies in another: a part of the same person
_SAME = 0.8  # the IoU of two boxes of one whole person; upper halves have .6-.7
_SMALLEST_INPUT_PX = 64


class PhotoPeople:
    """Looks at each photo twice: closely, at an input of `close_area_px`, and from afar within a border."""

    def __init__(self, detector: PersonDetector, *, close_area_px: int = CLOSE_AREA_PX) -> None:
        self._detector = detector
        self._close_area_px = close_area_px

    def find(self, photos: Sequence[Pixels]) -> list[list[Detection]]:
        """The people in each photo, best first, boxes in its pixels and within it. Raises Transient."""
        close = self._look(photos, self._close_area_px)
        afar = self._look([_bordered(photo) for photo in photos], FAR_AREA_PX)
        people = []
        for photo, parts, wholes in zip(photos, close, afar, strict=True):
            border, size = _border_px(photo), _size(photo)
            near = [_moved(person, 0, size) for person in parts]
            far = [_moved(person, -border, size) for person in wholes]
            people.append([person for person in _whole(near, far) if _wide_enough(person.box)])
        return people

    def _look(self, photos: Sequence[Pixels], area_px: int) -> list[list[Detection]]:
        return self._detector.detect_each(photos, [detector_input_for(_size(photo), area_px) for photo in photos])


def detector_input_for(photo: ImageSize, area_px: int = CLOSE_AREA_PX) -> ImageSize:
    """A detector input with the photo's proportions and about `area_px`, no larger than the photo."""
    scale = min(1.0, (area_px / photo.area_px) ** 0.5)
    return ImageSize(
        width=max(_SMALLEST_INPUT_PX, round(photo.width * scale)), height=max(_SMALLEST_INPUT_PX, round(photo.height * scale))
    )


def _whole(near: Sequence[Detection], far: Sequence[Detection]) -> list[Detection]:
    """Those seen closely, but one seen from afar in place of what is only parts of them."""
    people = list(near)
    for whole in far:
        parts = [p for p in people if p.box.intersection_px(whole.box) >= _PART * p.box.area_px]
        if all(part.box.iou(whole.box) < _SAME for part in parts):
            people = [*(person for person in people if person not in parts), whole]
    return sorted(people, key=lambda person: -person.score)


def _moved(person: Detection, by_px: float, size: ImageSize) -> Detection:
    box = person.box
    return Detection(Box(box.x1 + by_px, box.y1 + by_px, box.x2 + by_px, box.y2 + by_px).clipped(size), person.score)


def _wide_enough(box: Box) -> bool:
    return min(box.width_px, box.height_px) >= SMALLEST_SIDE_PX


def _size(pixels: Pixels) -> ImageSize:
    return ImageSize(width=pixels.shape[1], height=pixels.shape[0])


def _border_px(pixels: Pixels) -> int:
    return round(BORDER * float(max(pixels.shape[:2])))


def _bordered(pixels: Pixels) -> Pixels:
    width = _border_px(pixels)
    around = cv2.copyMakeBorder(pixels, width, width, width, width, cv2.BORDER_CONSTANT, value=_GREY)
    return np.asarray(around, dtype=np.uint8)
