"""People in a picture: where they are, what hides them, what is left behind."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.geometry import ImageSize
from haetae.simulator.drawing.background import Background
from haetae.simulator.drawing.light import light
from haetae.simulator.drawing.painter import Canvas, draw_walker, finish, keypoints_now, visibility
from haetae.simulator.drawing.response import CameraResponse
from haetae.simulator.drawing.sprite import sprite
from haetae.simulator.drawing.view import View
from haetae.simulator.drawing.weather import Weather
from haetae.simulator.people.figure import Figure, figure
from haetae.simulator.people.identity import identity
from haetae.simulator.people.mesh import Posed
from haetae.simulator.people.postures import Place, Posture

VIEW = View((0.0, 0.0, 3.0), 0.0, 14.0, 300.0, ImageSize(320, 240))
SUN = light("day", np.random.default_rng(2))


@pytest.fixture(scope="module")
def somebody() -> Figure:
    return figure(identity(5), levels=(0.026,))


def posed(figure: Figure, x: float, y: float = 0.0, heading: float = 180.0) -> Posed:
    return figure.posed(Posture(), Place(x, y, heading))


def a_canvas(wall_m: float = 1e9) -> Canvas:
    """Grey floor everywhere; a wall at a depth, if any."""
    pixels = np.full((240, 320, 3), 128, np.uint8)
    depth = np.full((240, 320), wall_m, np.float32)
    return Canvas(VIEW, Background(pixels, depth, np.ones((240, 320), np.float32)), SUN, CameraResponse(noise=0.0))


def test_somebody_in_the_open_is_wholly_seen(somebody: Figure) -> None:
    """Box around the pixels, visibility 1, the nose of somebody who faces the camera seen within the box."""
    canvas = a_canvas()
    drawn = draw_walker(canvas, posed(somebody, 7.0), 1)
    assert drawn is not None
    assert visibility(canvas, drawn) == pytest.approx(1.0, abs=0.02)
    rows, columns = np.nonzero(canvas.ids == 1)
    assert drawn.box == pytest.approx((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1), abs=1.6)
    x, y, seen = drawn.keypoints[0]
    assert drawn.box[0] < x < drawn.box[2]
    assert y < drawn.box[1] + 0.25 * (drawn.box[3] - drawn.box[1])
    assert seen == 2


def test_a_wall_hides_who_stands_behind_it(somebody: Figure) -> None:
    """Behind something nearer nobody is seen, and the truth says so."""
    canvas = a_canvas(wall_m=5.0)
    drawn = draw_walker(canvas, posed(somebody, 7.0), 1)
    assert drawn is not None
    assert visibility(canvas, drawn) == 0.0
    assert set(drawn.keypoints[:, 2]) == {1.0}


def test_who_stands_in_front_hides_whatever_the_order(somebody: Figure) -> None:
    """The nearer person covers the farther one, drawn before or after; key points then count as hidden."""
    for first, second in ((6.0, 7.0), (7.0, 6.0)):
        canvas = a_canvas()
        pair = {x: draw_walker(canvas, posed(somebody, x), n) for n, x in ((1, first), (2, second))}
        near, far = pair[6.0], pair[7.0]
        assert near is not None
        assert far is not None
        assert visibility(canvas, near) > 0.98
        assert visibility(canvas, far) < 0.7
        assert (keypoints_now(canvas, far)[:, 2] == 1).sum() > 5


def test_the_border_counts_against_visibility(somebody: Figure) -> None:
    """Half outside the picture: the box leaves it, and about half is seen."""
    canvas = a_canvas()
    y_at_border = 160 / 300 * float(VIEW.project([(7.0, 0.0, 1.0)])[0, 2])
    drawn = draw_walker(canvas, posed(somebody, 7.0, y_at_border), 1)
    assert drawn is not None
    assert drawn.box[0] < 0
    assert 0.25 < visibility(canvas, drawn) < 0.75
    assert (drawn.keypoints[:, 2] == 0).any()


def test_nobody_behind_the_camera(somebody: Figure) -> None:
    """Who is behind the camera or far aside is not drawn."""
    canvas = a_canvas()
    assert draw_walker(canvas, posed(somebody, -5.0), 1) is None
    assert draw_walker(canvas, posed(somebody, 7.0, 60.0), 1) is None
    assert np.all(canvas.frame == 128)


def test_a_cleared_canvas_is_as_new(somebody: Figure) -> None:
    """Clearing takes person and shadow away; drawing again gives the same picture."""
    canvas = a_canvas()
    pictures = []
    for _ in range(2):
        canvas.clear()
        assert np.all(canvas.frame == 128)
        assert not canvas.ids.any()
        draw_walker(canvas, posed(somebody, 7.0), 1)
        pictures.append(finish(canvas, Weather(), canvas.response, np.random.default_rng(1)))
    assert np.array_equal(pictures[0], pictures[1])


def test_the_sun_throws_a_shadow_on_the_floor(somebody: Figure) -> None:
    """Beside the person the floor darkens, and nothing gets brighter there."""
    canvas = a_canvas()
    draw_walker(canvas, posed(somebody, 7.0), 1)
    floor = canvas.frame[canvas.ids == 0].astype(int)
    assert (floor[:, 1] < 118).sum() > 30


def test_motion_blurs_along_the_way(somebody: Figure) -> None:
    """With an open shutter, somebody who walks sideways has softer edges."""
    canvas = a_canvas()
    draw_walker(canvas, posed(somebody, 5.0), 1)
    sharp = np.abs(np.diff(canvas.frame[..., 1].astype(int), axis=1)).max()
    canvas.clear()
    draw_walker(canvas, posed(somebody, 5.0), 1, velocity_m_s=(0.0, 6.0), shutter_s=1 / 30)
    assert np.abs(np.diff(canvas.frame[..., 1].astype(int), axis=1)).max() < sharp


def test_a_sprite_has_its_height_and_its_key_points(somebody: Figure) -> None:
    """An upright person of ordinary stature is about as tall as asked; key points lie in the picture; the seed decides."""
    one, same = (sprite(somebody, Posture(), np.random.default_rng(3), height_px=120.0) for _ in range(2))
    assert one is not None
    assert same is not None
    assert np.array_equal(one.bgra, same.bgra)
    height, width = one.bgra.shape[:2]
    assert 60 < height < 160
    assert one.bgra[..., 3].max() == 255
    assert np.all((one.keypoints[:, 0] > -3) & (one.keypoints[:, 0] < width + 3))
    assert one.direction in ("front", "side", "back")
    assert set(np.unique(one.keypoints[:, 2])) <= {1.0, 2.0}
