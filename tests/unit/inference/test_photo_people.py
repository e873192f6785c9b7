"""Which people are seen in a photo that was looked at closely and from afar."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.geometry import Box, ImageSize
from haetae.inference.detector import PersonDetector
from haetae.inference.photo_people import BORDER, PhotoPeople, detector_input_for
from haetae.inference.port import Array
from tests.kit.networks import FakeInference, detections

PHOTO = np.full((256, 128, 3), 90, np.uint8)
BORDER_PX = round(BORDER * 256)
Row = tuple[float, float, float, float, float]


def _seen(close: list[Row], afar: list[Row]) -> list[tuple[Box, float]]:
    """What is found in PHOTO when the detector sees `close` in it and `afar` in the bordered one, both in the photo's pixels."""

    def answer(images: Array) -> dict[str, Array]:
        if images.shape[1:3] == (256, 128):
            return detections(*close)(images)
        scale = _scale_afar()
        moved = [(*((v + BORDER_PX) * scale for v in row[:4]), row[4]) for row in afar]
        return detections(*((a, b, c, d, e) for a, b, c, d, e in moved))(images)

    found = PhotoPeople(PersonDetector(FakeInference({"rtmdet-nano": answer}), "rtmdet-nano")).find([PHOTO])
    return [(person.box, person.score) for person in found[0]]


def _scale_afar() -> float:
    """Of the bordered photo in the input that it is looked at in: letterboxed, both sides multiples of 32."""
    width, height = 128 + 2 * BORDER_PX, 256 + 2 * BORDER_PX
    size = detector_input_for(ImageSize(width=width, height=height), 320 * 320)
    return min(-(-size.width // 32) * 32 / width, -(-size.height // 32) * 32 / height)


def _near(box: Box, x1: float, y1: float, x2: float, y2: float) -> bool:
    return np.allclose((box.x1, box.y1, box.x2, box.y2), (x1, y1, x2, y2), atol=1.5)


def test_a_whole_person_seen_from_afar_replaces_the_half_seen_closely() -> None:
    """A photo that its person fills: closely only the upper half is boxed."""
    [(box, score)] = _seen(close=[(4, 4, 124, 150, 0.9)], afar=[(2, 2, 126, 254, 0.8)])
    assert _near(box, 2, 2, 126, 254)
    assert score == pytest.approx(0.8)


def test_the_close_look_is_kept_where_both_saw_the_same() -> None:
    """The closer box is the finer one."""
    [(box, score)] = _seen(close=[(10, 10, 110, 250, 0.9)], afar=[(12, 8, 112, 252, 0.8)])
    assert _near(box, 10, 10, 110, 250)
    assert score == pytest.approx(0.9)


def test_small_people_are_kept_beside_a_large_one() -> None:
    """Somebody whom the large person's box does not hold stays."""
    found = _seen(close=[(4, 100, 60, 180, 0.7), (80, 10, 110, 60, 0.6)], afar=[(0, 90, 70, 254, 0.8)])
    assert [score for _, score in found] == pytest.approx([0.8, 0.6])


def test_boxes_end_at_the_photos_edge() -> None:
    """A box that reaches into the border is cut."""
    [(box, _)] = _seen(close=[], afar=[(-40, -40, 170, 300, 0.8)])
    assert _near(box, 0, 0, 128, 256)


def test_nobody_is_an_empty_list() -> None:
    """No photo, no people; a speck at the edge is nobody."""
    assert _seen(close=[], afar=[]) == []
    assert _seen(close=[], afar=[(-60, 10, 4, 200, 0.8)]) == []
    assert PhotoPeople(PersonDetector(FakeInference({}), "rtmdet-nano")).find([]) == []
