"""Fits of log odds, and whether probabilities keep what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.training.calibration.logistic import (
    balanced,
    calibration_error,
    log_loss,
    logistic,
    reliability_diagram,
    sigmoid,
)


def test_the_fit_finds_what_made_the_data() -> None:
    """Intercept and coefficients of a known model, on features of very different scale."""
    rng = np.random.default_rng(7)
    features = np.stack([rng.normal(0.4, 0.1, 20_000), rng.normal(0, 50, 20_000)], axis=1)
    holds = rng.random(20_000) < sigmoid(4 - 12 * features[:, 0] + 0.02 * features[:, 1])
    assert logistic(features, holds, np.ones(20_000)) == pytest.approx([4, -12, 0.02], rel=0.1)


def test_classes_that_fall_apart_still_give_finite_numbers() -> None:
    """Where a threshold parts them entirely."""
    features = np.linspace(0, 1, 100)[:, None]
    found = logistic(features, features[:, 0] > 0.5, np.ones(100))
    assert np.isfinite(found).all()
    assert found[1] > 0


def test_balanced_weights_make_both_classes_weigh_half() -> None:
    """However rare one of them is."""
    holds = np.array([True] + [False] * 9)
    weights = balanced(holds)
    assert weights[holds].sum() == pytest.approx(weights[~holds].sum())
    assert weights.sum() == pytest.approx(10)


def test_calibration_is_the_gap_between_said_and_held() -> None:
    """0.7 said and 0.5 held is 0.2 off; what is kept is 0. Saying 0.5 of everything loses ln 2."""
    said, weights = np.full(1000, 0.7), np.ones(1000)
    held = np.arange(1000) % 2 == 0
    [row] = reliability_diagram(said, held, weights)
    assert row == {"said": 0.7, "held": 0.5, "share": 1.0}
    assert calibration_error([row]) == pytest.approx(0.2)
    assert calibration_error(reliability_diagram(said, np.arange(1000) % 10 < 7, weights)) == pytest.approx(0, abs=1e-4)
    assert log_loss(np.full(1000, 0.5), held, weights) == pytest.approx(np.log(2))
