"""Finding people again over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from haetae.domain.frame import Pixels
from haetae.training.reid.over_time import Appearance, over_time


def _seen(person: int, frame: int, x: float, colour: int) -> Appearance:
    return Appearance(person, frame, (x, 0, x + 10, 30), np.full((30, 10, 3), colour, np.uint8))


def _by_colour(crops: Sequence[Pixels]) -> np.ndarray:
    """Colour as an angle: near colours, near vectors."""
    angles = np.array([crop.mean() / 255 * np.pi / 2 for crop in crops])
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def test_only_what_is_far_in_time_is_asked_for() -> None:
    """Frames nearer than asked are neither right nor wrong: the neighbour in time of the same colour does not help."""
    people = [_seen(0, 0, 0, 10), _seen(0, 5, 0, 12), _seen(1, 100, 0, 40), _seen(0, 100, 50, 90)]
    found = over_time(_by_colour, people, apart_frames=50)
    assert found.n_queries == 3  # nobody else is person 1
    assert found.rank1 == pytest.approx(1 / 3)  # asked from frame 100, frame 5 and frame 0 are the only ones
    assert found.rank1_by_person == pytest.approx(1 / 3)


def test_standing_still_can_be_left_out() -> None:
    """With `moved`, the same person at the same place is no answer; who then has no answer does not ask."""
    people = [_seen(0, 0, 0, 10), _seen(0, 100, 1, 10), _seen(1, 100, 40, 60), _seen(1, 0, 200, 60)]
    assert over_time(_by_colour, people, apart_frames=50).n_queries == 4
    moved = over_time(_by_colour, people, apart_frames=50, moved=True)
    assert moved.n_queries == 2
    assert moved.rank1 == 1.0
    assert moved.mean_average_precision == 1.0
