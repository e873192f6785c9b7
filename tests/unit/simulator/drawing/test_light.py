"""Lights and camera responses."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.simulator.drawing.light import LIGHT_KINDS, LightKind, light
from haetae.simulator.drawing.response import CameraResponse, response, tone_picture


@pytest.mark.parametrize("kind", LIGHT_KINDS)
def test_a_light_is_decided_by_its_seed(kind: LightKind) -> None:
    """The same seed gives the same light, another seed another, and it comes from above."""
    one, same, other = (light(kind, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one.direction, same.direction)
    assert not np.array_equal(one.sky, other.sky)
    assert one.direction[2] > 0
    assert np.linalg.norm(one.direction) == pytest.approx(1.0)


def test_somebody_under_a_lamp_is_lit_from_above() -> None:
    """At night a person takes light from the nearest lamps: more the nearer they are."""
    night = light("night", np.random.default_rng(3))
    x, y = night.lamps[0, :2]
    under, away = night.at(x, y), night.at(x - 60.0, y)
    assert under.colour.mean() > 3 * away.colour.mean()
    assert under.direction[2] > 0.8


def test_tone_rises_with_light_and_ends_at_white() -> None:
    """More light never gives a lower level; far too much gives white."""
    linear = np.linspace(0, 4, 64, dtype=np.float32)[None, :, None].repeat(3, axis=2)
    out = np.empty(linear.shape, np.uint8)
    tone_picture(linear, CameraResponse().tone(), out)
    assert np.all(np.diff(out[0, :, 1].astype(int)) >= 0)
    assert out[0, 0, 1] == 0
    assert out[0, -1, 1] == 255


def test_white_balance_tints_grey() -> None:
    """A camera with a high blue gain shows grey bluish."""
    grey = np.full((1, 1, 3), 0.2, np.float32)
    out = np.empty((1, 1, 3), np.uint8)
    tone_picture(grey, CameraResponse(white_balance=(1.3, 1.0, 0.8)).tone(), out)
    assert out[0, 0, 0] > out[0, 0, 1] > out[0, 0, 2]


def test_cameras_differ() -> None:
    """Responses drawn from different seeds differ; the same seed repeats."""
    assert response(np.random.default_rng(1)) == response(np.random.default_rng(1))
    assert response(np.random.default_rng(1)) != response(np.random.default_rng(2))
