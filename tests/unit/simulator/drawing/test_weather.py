"""What falls from the sky, and the sensor's noise."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.simulator.drawing.response import CameraResponse
from haetae.simulator.drawing.sensor import through_lens, with_noise
from haetae.simulator.drawing.weather import Weather, fallen, weather

GREY = np.full((90, 160, 3), 100, np.uint8)


def test_rain_and_snow_brighten_some_pixels() -> None:
    """Drops add light and take none away; clear weather changes nothing."""
    for kind in ("rain", "snow"):
        out = fallen(GREY, weather(kind, np.random.default_rng(1)), np.random.default_rng(2))
        assert out.min() == 100
        assert out.max() > 110
    assert fallen(GREY, Weather(), np.random.default_rng(2)) is GREY


def test_drops_are_elsewhere_in_the_next_frame() -> None:
    """Two frames of the same rain differ."""
    rng, rain = np.random.default_rng(5), Weather("rain", 1.0)
    assert not np.array_equal(fallen(GREY, rain, rng), fallen(GREY, rain, rng))


def test_noise_has_the_deviation_it_is_asked_for() -> None:
    """Noise is unbiased and as strong as the sensor says."""
    out = with_noise(np.full((240, 320, 3), 100, np.uint8), 4.0, np.random.default_rng(1)).astype(float)
    assert out.std() == pytest.approx(4.0, rel=0.08)
    assert out.mean() == pytest.approx(100.0, abs=0.2)


def test_a_lens_keeps_an_even_picture_even() -> None:
    """Sharpening and blur together neither darken nor brighten."""
    assert np.array_equal(through_lens(GREY, CameraResponse(sharpness=0.7)), GREY)
