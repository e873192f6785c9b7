"""Distances as log-odds."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.routing.appearance import Appearance, fitted


def test_the_line_is_found_again() -> None:
    """Pairs drawn by a known line give that line back, more or less."""
    rng = np.random.default_rng(0)
    distances = rng.uniform(0.0, 0.8, 20_000)
    truth = Appearance(even_at=0.3, per_unit=15.0, most=100.0)
    same = rng.random(20_000) < 1 / (1 + np.exp(-truth.log_odds(distances)))
    found = fitted(distances, same)
    assert found.even_at == pytest.approx(0.3, abs=0.02)
    assert found.per_unit == pytest.approx(15.0, rel=0.1)


def test_log_odds_fall_with_the_distance_within_limits() -> None:
    """The nearer the likelier, never infinite."""
    odds = Appearance().log_odds(np.linspace(0, 2, 50))
    assert (np.diff(odds) <= 0).all()
    assert np.abs(odds).max() <= 8.0


@pytest.mark.parametrize("same", [np.zeros(4, bool), np.ones(4, bool), np.array([False, False, True, True])])
def test_distances_that_say_nothing_are_refused(same: np.ndarray) -> None:
    """One kind only, or the far ones are the same."""
    with pytest.raises(ValueError):
        fitted(np.array([0.1, 0.2, 0.6, 0.7]), same)
