from __future__ import annotations

import numpy as np

from haetae.domain.pose import Keypoint
from haetae.training.pose.crops import MIRRORED, cut, mapped, square_map


def dot_at(x: int, y: int, size: int = 200) -> np.ndarray:
    picture = np.zeros((size, size, 3), np.uint8)
    picture[y - 3 : y + 4, x - 3 : x + 4] = 255
    return picture


def test_points_move_with_the_pixels() -> None:
    """Wherever the square lies, however it is turned, mirrored and scaled, a joint stays on its pixels."""
    for turned, mirrored, side in ((0.0, False, 160.0), (73.0, False, 300.0), (-140.0, True, 90.0)):
        to_cut = square_map((90.0, 110.0), side, 128, turned=turned, mirrored=mirrored)
        joints = mapped(np.array([[100.0, 95.0, 2.0]] * 17, np.float32), to_cut, mirrored=mirrored)
        rows, columns = np.nonzero(cut(dot_at(100, 95), to_cut, 128)[:, :, 0] > 100)
        np.testing.assert_allclose([columns.mean(), rows.mean()], joints[0, :2], atol=1.0)


def test_a_positive_turn_is_anticlockwise() -> None:
    """A quarter turn takes what is right of the middle to the top."""
    to_cut = square_map((50.0, 50.0), 100.0, 100, turned=90.0)
    right = mapped(np.array([[80.0, 50.0, 1.0]] * 17, np.float32), to_cut)
    np.testing.assert_allclose(right[0, :2], [50.0, 20.0], atol=1e-4)


def test_a_mirror_exchanges_left_and_right() -> None:
    """The nose stays the nose."""
    assert MIRRORED[Keypoint.NOSE] == Keypoint.NOSE
    assert MIRRORED[Keypoint.LEFT_ANKLE] == Keypoint.RIGHT_ANKLE
    np.testing.assert_array_equal(MIRRORED[MIRRORED], np.arange(17))
