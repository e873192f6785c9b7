"""What is known of people laid on a canvas."""

import numpy as np
import pytest
from numpy.typing import NDArray

from haetae.training.detection.composing.canvas import Canvas, Mood
from haetae.training.detection.composing.things import Cutout
from haetae.training.detection.labels import IGNORED, PERSON


def _mood() -> Mood:
    return Mood(0.0, 0.0, 0.5, 0.0, 1.0, 0.0, np.ones(3, np.float32), 0.0)


def _canvas(mood: Mood | None = None) -> Canvas:
    return Canvas(np.full((120, 160, 3), 100, np.float32), mood or _mood())


def _person(high: int = 60, wide: int = 20) -> Cutout:
    return np.full((high, wide, 4), 255, np.uint8)


def _laid(canvas: Canvas, x: float, y: float, cutout: NDArray[np.uint8] | None = None) -> None:
    canvas.lay_person(np.random.default_rng(0), _person() if cutout is None else cutout, (x, y), 1.0, 2)


def test_a_person_alone_is_boxed_by_its_pixels() -> None:
    """The box of somebody whom nothing covers holds exactly the changed pixels."""
    canvas = _canvas()
    _laid(canvas, 80, 100)
    boxes, flags, postures = canvas.labels()
    y, x = np.nonzero((canvas.pixels != 100).any(axis=2))
    assert boxes[0].tolist() == [x.min(), y.min(), x.max() + 1, y.max() + 1]
    assert flags.tolist() == [PERSON]
    assert postures.tolist() == [2]


def test_behind_a_counter_only_what_is_seen_counts() -> None:
    """A counter over the lower half cuts the box there; over nearly everything the person is ignored."""
    canvas = _canvas()
    _laid(canvas, 80, 100)
    canvas.cover((0, 75, 160, 120), np.zeros((45, 160, 3), np.uint8))
    boxes, flags, _ = canvas.labels()
    assert boxes[0, 3] == 75
    assert flags.tolist() == [PERSON]
    canvas.cover((0, 48, 160, 120), np.zeros((72, 160, 3), np.uint8))
    assert canvas.labels()[1].tolist() == [IGNORED]


def test_behind_another_person_the_whole_counts() -> None:
    """Somebody half hidden by another person keeps the whole box."""
    canvas = _canvas()
    _laid(canvas, 80, 100)
    before = canvas.labels()[0][0]
    _laid(canvas, 88, 102)
    assert (canvas.labels()[0][0] == before).all()


def test_outside_is_nobody() -> None:
    """Somebody beside the frame leaves no label; most of whom is outside is ignored."""
    canvas = _canvas()
    _laid(canvas, -40, 100)
    assert len(canvas.labels()[0]) == 0
    _laid(canvas, -5, 100)
    assert canvas.labels()[1].tolist() == [IGNORED]


@pytest.mark.parametrize("length", [-0.8, 0.8])
def test_shadows_fall_beside_people(length: float) -> None:
    """A cast shadow darkens the floor on its side of the feet, and belongs to nobody's box."""
    mood = Mood(0.0, 0.6, length, 0.3, 1.0, 0.0, np.ones(3, np.float32), 0.0)
    canvas, plain = _canvas(mood), _canvas()
    _laid(canvas, 80, 70)
    _laid(plain, 80, 70)
    dark = np.any(canvas.pixels < plain.pixels - 5, axis=2)
    rows = np.nonzero(np.any(dark, axis=1))[0]
    assert dark.sum() > 100
    assert (rows.mean() > 70) == (length < 0)
    assert (canvas.labels()[0] == plain.labels()[0]).all()
