"""World to pixels and back."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.geometry import ImageSize
from haetae.simulator.drawing.view import View

VIEW = View((1.0, 2.0, 4.0), yaw_deg=30.0, pitch_deg=20.0, focal_px=500.0, size=ImageSize(640, 360))


def test_a_floor_point_projects_to_the_pixel_that_sees_it() -> None:
    """`floor_at` is the inverse of `project` on the floor."""
    point = VIEW.floor_at(200.0, 300.0)
    assert point is not None
    x, y, depth = VIEW.project([point])[0]
    assert (x, y) == pytest.approx((200.0, 300.0), abs=0.01)
    assert depth > 0


def test_above_the_horizon_there_is_no_floor() -> None:
    """A pixel that looks at the sky has no floor point."""
    assert VIEW.floor_at(320.0, -200.0) is None


def test_left_in_the_world_is_left_in_the_picture() -> None:
    """+y lies left of a camera that looks along +x, up lies above, and what is behind has no positive depth."""
    ahead = View((0.0, 0.0, 1.0), 0.0, 0.0, 500.0, ImageSize(640, 360))
    left, up, behind = ahead.project(np.array([(10.0, 1.0, 1.0), (10.0, 0.0, 2.0), (-5.0, 0.0, 1.0)]))
    assert left[0] == pytest.approx(270.0)
    assert up[1] == pytest.approx(130.0)
    assert behind[2] < 0
