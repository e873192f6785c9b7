"""Backgrounds: rays, depth, determinism, every scene."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.simulator.drawing.background import background
from haetae.simulator.drawing.light import light
from haetae.simulator.drawing.noise import volume
from haetae.simulator.drawing.response import CameraResponse
from haetae.simulator.drawing.scenes import SCENES, Stage
from haetae.simulator.drawing.solids import NOBODY, is_blocked, nearest
from haetae.simulator.drawing.view import View
from haetae.simulator.drawing.weather import Weather

SIZE = ImageSize(96, 54)


def a_stage() -> Stage:
    return Stage(np.random.default_rng(0), light("overcast", np.random.default_rng(0)))


@pytest.mark.parametrize(
    ("kind", "expected"), [("box", 4.0), ("drum", 4.5), ("rod", 4.5), ("ball", 4.0)], ids=["box", "drum", "rod", "ball"]
)
def test_a_ray_meets_each_solid_where_it_stands(kind: str, expected: float) -> None:
    """A solid of radius 1 (rods .5) around (5, 0, 1), looked at along x from the origin's height."""
    stage = a_stage()
    grey = stage.paint((128, 128, 128))
    if kind == "box":
        stage.box((4, -1, 0), (6, 1, 2), grey)
    elif kind == "ball":
        stage.ball((5, 0, 1), (1, 1, 1), grey)
    elif kind == "drum":
        stage.drum((5, 0, 0), (5, 0, 2), 0.5, grey)
    else:
        stage.rod((5, 0, 0), (5, 0, 2), 0.5, grey)
    stage.box((50, 50, 0), (51, 51, 1), grey)
    solids = stage.place().solids
    reach, number = nearest(solids, volume(), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0), 100.0)
    assert reach == pytest.approx(expected, abs=1e-3)
    assert number != NOBODY
    assert is_blocked(solids, volume(), (0.0, 0.0, 1.0), (1.0, 0.0, 0.0), 100.0)
    assert not is_blocked(solids, volume(), (0.0, 0.0, 1.0), (0.0, 0.0, 1.0), 100.0)


def test_the_tree_finds_what_a_search_through_all_finds() -> None:
    """Many random boxes: the nearest hit is the least of those of each box alone."""
    rng, stage = np.random.default_rng(4), a_stage()
    grey = stage.paint((90, 90, 90))
    lows = rng.uniform(-10, 10, (60, 3))
    highs = lows + rng.uniform(0.2, 2.0, (60, 3))
    for low, high in zip(lows, highs, strict=True):
        stage.box(tuple(low), tuple(high), grey)
    solids = stage.place().solids
    for way in rng.normal(size=(40, 3)):
        d = way / np.linalg.norm(way)
        enter, leave = (np.sort(np.stack([lows / d, highs / d]), axis=0)[k] for k in (0, 1))
        first, last = enter.max(axis=1), leave.min(axis=1)
        hits = first[(first <= last) & (first > 1e-4)]
        reach, _ = nearest(solids, volume(), (0.0, 0.0, 0.0), tuple(d), 1e9)
        assert reach == pytest.approx(hits.min() if len(hits) else 1e9, rel=1e-4)


@pytest.mark.parametrize("name", sorted(SCENES))
def test_every_scene_can_be_drawn_and_walked_in(name: str) -> None:
    """Each scene fills the picture and shows floor where people walk."""
    scene, rng = SCENES[name], np.random.default_rng(5)
    sky = light("indoor", rng) if scene.is_indoor else light("day", rng)
    drawn = background(name, scene.a_view(rng, SIZE), sky, Weather(), CameraResponse(), rng)
    assert drawn.pixels.shape == (54, 96, 3)
    assert drawn.depth.shape == drawn.floor.shape == (54, 96)
    assert drawn.pixels.std() > 8
    assert np.mean(drawn.floor > 0) > 0.1


def test_a_place_is_decided_by_its_seed() -> None:
    """The same seed gives the same pixels, another seed another place."""
    view = SCENES["plaza"].a_view(np.random.default_rng(1), SIZE)
    sky = light("overcast", np.random.default_rng(1))
    one, same, other = (
        background("plaza", view, sky, Weather(), CameraResponse(), np.random.default_rng(seed)).pixels for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert np.abs(one.astype(int) - other).mean() > 5


def test_depth_and_floor_agree_with_the_view() -> None:
    """Where the floor is seen, its depth is that of the floor point of the pixel."""
    view = View((0.0, 0.0, 4.0), 0.0, 30.0, 80.0, SIZE)
    drawn = background(
        "plaza", view, light("overcast", np.random.default_rng(1)), Weather(), CameraResponse(), np.random.default_rng(1)
    )
    y, x = 50, 48
    assert drawn.floor[y, x] > 0
    point = view.floor_at(x + 0.5, y + 0.5)
    assert point is not None
    assert drawn.depth[y, x] == pytest.approx(view.project([point])[0, 2], rel=0.05)


def test_snow_whitens_and_fog_dims_the_distance() -> None:
    """Snow makes the ground brighter than rain does; fog brings far and near closer to one colour."""
    view, sky = View((0.0, 0.0, 4.0), 0.0, 15.0, 80.0, SIZE), light("overcast", np.random.default_rng(1))

    def drawn(weather: Weather) -> np.ndarray:
        return background("street", view, sky, weather, CameraResponse(), np.random.default_rng(3)).pixels

    clear, snow, fog = drawn(Weather()), drawn(Weather("snow", 1.0, white=1.0)), drawn(Weather("fog", 1.0, fog_per_m=0.1))
    assert snow[40:].std() < clear[40:].std() + 10
    assert fog[:20].std() < 0.6 * clear[:20].std()


def test_an_unknown_scene_is_said() -> None:
    """A wrong name is refused with the names there are."""
    rng = np.random.default_rng(0)
    view = View((0.0, 0.0, 4.0), 0.0, 15.0, 80.0, SIZE)
    with pytest.raises(Misconfigured, match="plaza"):
        background("moon", view, light("day", rng), Weather(), CameraResponse(), rng)
