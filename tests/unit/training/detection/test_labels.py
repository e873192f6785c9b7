"""Frames with boxes."""

import numpy as np

from haetae.training.detection.labels import PERSON, LabelledFrame, overlaps, quarter_turned, shares_within


def _frame() -> LabelledFrame:
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[5:25, 10:18] = 200
    return LabelledFrame(pixels, np.array([[10, 5, 18, 25]], np.float32), np.array([PERSON], np.int8), np.array([-1], np.int8))


def test_boxes_turn_with_their_frame() -> None:
    """However a frame is turned, its box holds the same pixels; four turns change nothing."""
    for turns in range(4):
        turned = quarter_turned(_frame(), turns)
        left, top, right, bottom = turned.boxes[0].astype(int)
        assert (turned.pixels[top:bottom, left:right] == 200).all()
        assert int((turned.pixels[..., 0] == 200).sum()) == (bottom - top) * (right - left)
    assert (quarter_turned(_frame(), 4).pixels == _frame().pixels).all()


def test_overlap_and_share() -> None:
    """A half of a box overlaps it by a half and lies wholly within it; boxes that do not touch share nothing."""
    whole, half = np.array([[0, 0, 10, 10]], np.float32), np.array([[0, 0, 5, 10], [20, 20, 30, 30]], np.float32)
    assert np.allclose(overlaps(half, whole)[:, 0], [0.5, 0.0], atol=1e-4)
    assert np.allclose(shares_within(half, whole)[:, 0], [1.0, 0.0], atol=1e-4)
