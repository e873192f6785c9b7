"""Flat drawn places and the sizes of people in them."""

from __future__ import annotations

import warnings

import numpy as np

from haetae.domain.geometry import ImageSize
from haetae.training.detection.composing.grounds import ground, lying, surface
from haetae.training.detection.composing.interiors import interior
from haetae.training.detection.composing.slope import Slope


def test_places_are_the_same_for_a_seed_and_differ_between_seeds() -> None:
    """Banks are made once and kept by their seed: the seed decides every pixel. No pixel is undefined."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for draw in (ground, interior):
            ones = [draw(np.random.default_rng(seed)) for seed in range(4)]
            assert all(one.shape == (360, 576, 3) and one.dtype == np.uint8 for one in ones)
            assert np.array_equal(ones[2], draw(np.random.default_rng(2)))
            assert all(np.abs(one.astype(int) - ones[0]).mean() > 5 for one in ones[1:])


def test_row_of_pixels_on_the_horizon_is_defined() -> None:
    """A horizon that falls on a row of pixels (this seed) leaves numbers there."""
    rng = np.random.default_rng(125)
    horizon = int(rng.uniform(-0.1, 0.45) * 360)
    assert np.isfinite(lying(rng, surface(rng), horizon)).all()


def test_people_on_level_ground_are_taller_the_nearer_their_feet() -> None:
    """With a rate above 0 the height grows in proportion to the distance from the horizon, up to a little over the frame's."""
    rng, size = np.random.default_rng(1), ImageSize(width=640, height=384)
    slope = Slope(size, horizon_px=50.0, rate=0.5)
    seen = [slope.somewhere(rng) for _ in range(300)]
    grown = [(y, high) for _, y, high in seen if abs(high - 0.5 * (y - 50)) < 1e-6]
    assert len(grown) > 250
    anywhere = [Slope(size, 0.0, 0.0).somewhere(rng)[2] for _ in range(600)]
    assert min(anywhere) >= 18
    assert 384 < max(anywhere) <= 1.15 * 384 + 1e-6
