from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.pose import Keypoint
from haetae.training.pose.figures import correct, height_of_head, separation


def standing(turned: float = 0.0) -> np.ndarray:
    """(1, 17, 2): a person of height 1 with a torso of .3, turned by so many degrees."""
    points = np.zeros((17, 2))
    heights = {"NOSE": 0.93, "EYE": 0.95, "EAR": 0.94, "SHOULDER": 0.82, "ELBOW": 0.63, "WRIST": 0.47}
    heights |= {"HIP": 0.52, "KNEE": 0.28, "ANKLE": 0.0}
    for keypoint in Keypoint:
        points[keypoint] = (0.1 if "LEFT" in keypoint.name else -0.1, -heights[keypoint.name.split("_")[-1]])
    angle = np.radians(turned)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.asarray((points @ turn)[None])


def test_a_joint_counts_within_a_fifth_of_the_torso() -> None:
    """The torso is .3, so .05 away is right and .07 is not."""
    truth = standing()
    assert correct(truth + np.array([0.05, 0.0]), truth).all()
    assert not correct(truth + np.array([0.07, 0.0]), truth).any()


def test_the_height_of_the_head_tells_who_lies() -> None:
    """Most of the person's length when upright, nearly nothing across the view."""
    assert height_of_head(standing())[0] > 0.8
    assert height_of_head(standing(90.0))[0] < 0.1


def test_separation_is_the_share_of_pairs_in_order() -> None:
    """1 where all are apart, .5 where nothing can be told."""
    assert separation(np.array([0.0, 0.1]), np.array([0.2, 0.3])) == 1.0
    assert separation(np.array([0.0, 0.2]), np.array([0.1, 0.2])) == pytest.approx(0.625)
