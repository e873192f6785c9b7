"""Frames that are shown more than once."""

from __future__ import annotations

import numpy as np

from haetae.domain.geometry import ImageSize
from haetae.training.detection.data import shown_again
from haetae.training.detection.labels import PERSON, LabelledFrame


def test_frame_shown_again_is_mirrored_and_its_boxes_with_it() -> None:
    """The person stays in the box, at another size, on the other side."""
    pixels = np.zeros((200, 400, 3), np.uint8)
    pixels[40:120, 50:90] = 255
    frame = LabelledFrame(pixels, np.array([[50, 40, 90, 120]], np.float32), np.array([PERSON], np.int8), np.array([0], np.int8))
    again = shown_again(np.random.default_rng(0), frame, ImageSize(width=200, height=160))
    assert again.pixels.shape == (160, 200, 3)
    np.testing.assert_allclose(again.boxes, [[155, 32, 175, 96]])
    light = again.pixels.astype(int).sum(axis=2)
    assert light[34:94, 157:173].min() > light[:30].max()
    np.testing.assert_array_equal(frame.boxes, [[50, 40, 90, 120]])
