"""Evidence of several kinds becomes one order that can be explained."""

from __future__ import annotations

import math

import numpy as np
import pytest

from haetae.ranking.fusion import LEAST_PLAUSIBLE, Weights, fuse_photos, fused, order_value


def test_photos_count_by_their_quality() -> None:
    """A photo of three times the quality moves the distance three times as far."""
    distances = np.array([[0.0, 0.4], [0.4, 0.0]], np.float32)
    assert fuse_photos(distances, [0.9, 0.3]) == pytest.approx([0.1, 0.3], abs=1e-6)


def test_a_poor_photo_still_counts() -> None:
    """Photos of quality 0 do not make distances of nothing."""
    assert fuse_photos(np.array([[0.2], [0.4]], np.float32), [0.0, 0.0]) == pytest.approx([0.3])


def test_order_is_the_sum_of_what_there_is() -> None:
    """Parts that are missing count nothing, weights scale their part, and more for a candidate brings it forward, within 0-1."""
    nothing = order_value(fused(None, None, None, Weights()))
    assert nothing == 0.5
    both = fused(2.0, -1.0, None, Weights(attributes=0.5))
    assert (both.appearance, both.attributes, both.space_time, both.total) == (2.0, -0.5, None, 1.5)
    orders = [order_value(fused(each, 1.0, 0.0, Weights())) for each in (-900.0, -3.0, 0.0, 3.0, 900.0)]
    assert orders == sorted(orders, reverse=True)
    assert min(orders) >= 0.0
    assert max(orders) <= 1.0


def test_the_impossible_is_bounded() -> None:
    """A sighting that no person could reach stands far back but stays: the camera's clock may be wrong."""
    assert fused(4.0, None, -math.inf, Weights()).total == 4.0 + LEAST_PLAUSIBLE
