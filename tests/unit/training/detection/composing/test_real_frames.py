"""Parts of real frames: boxes stay on the people they belong to."""

from __future__ import annotations

import cv2
import numpy as np

from haetae.domain.geometry import ImageSize
from haetae.training.detection.composing.real_frames import cut, mosaic, quarters, recoloured
from haetae.training.detection.labels import IGNORED, PERSON, LabelledFrame

_SIZE = ImageSize(width=320, height=192)


def _frame() -> LabelledFrame:
    """A bright person on a dark place."""
    pixels = np.full((360, 640, 3), 20, np.uint8)
    cv2.rectangle(pixels, (300, 100), (359, 249), (250, 250, 250), -1)
    box = np.array([[300, 100, 360, 250]], np.float32)
    return LabelledFrame(pixels, box, np.array([PERSON], np.int8), np.array([-1], np.int8))


def test_box_follows_the_person_at_any_scale_and_mirrored() -> None:
    """What is bright lies in the box, and the box holds nothing else, wherever the part was taken."""
    n_seen = 0
    for seed in range(60):
        part = cut(np.random.default_rng(seed), _frame(), _SIZE)
        assert part.pixels.shape == (192, 320, 3)
        for x1, y1, x2, y2 in part.boxes.round().astype(int).tolist():
            inner = part.pixels[y1 + 3 : y2 - 3, x1 + 3 : x2 - 3]
            if inner.size:
                n_seen += 1
                assert inner.min() > 200
        bright = (part.pixels[..., 0] > 200).sum()
        area = sum(float((x2 - x1) * (y2 - y1)) for x1, y1, x2, y2 in part.boxes)
        assert bright <= area * 1.15 + 60
    assert n_seen > 20


def test_somebody_mostly_outside_the_part_is_ignored() -> None:
    """Less than a third of a person is neither asked for nor counted as wrong."""
    flags = []
    for seed in range(200):
        part = cut(np.random.default_rng(seed), _frame(), _SIZE)
        for box, flag in zip(part.boxes, part.flags, strict=True):
            at_edge = box[0] <= 0 or box[1] <= 0 or box[2] >= 320 or box[3] >= 192
            flags.append(int(flag))
            if not at_edge and (box[2:] - box[:2]).max() >= 12:
                assert flag == PERSON
    assert {PERSON, IGNORED} <= set(flags)


def test_mosaic_keeps_every_box_in_its_own_quarter() -> None:
    """Four parts side by side: each box lies within the quarter that its part fills, and on its person."""
    rng = np.random.default_rng(5)
    whole = mosaic(rng, _SIZE, lambda rng, size: cut(rng, _frame(), size))
    assert whole.pixels.shape == (192, 320, 3)
    fields = quarters(np.random.default_rng(5), _SIZE)
    for x1, y1, x2, y2 in whole.boxes.tolist():
        assert any(left <= x1 and top <= y1 and x2 <= right and y2 <= bottom for left, top, right, bottom in fields)
    assert sum((right - left) * (bottom - top) for left, top, right, bottom in fields) == 320 * 192


def test_recoloured_frame_differs_and_keeps_its_shape() -> None:
    """Other light or exchanged colours, as float32 for what follows."""
    pixels = _frame().pixels
    changed = [recoloured(np.random.default_rng(seed), pixels) for seed in range(20)]
    assert all(one.shape == pixels.shape and one.dtype == np.float32 for one in changed)
    assert sum(not np.array_equal(one, pixels) for one in changed) >= 10
