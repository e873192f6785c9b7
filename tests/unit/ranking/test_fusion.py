"""Evidence of several kinds becomes one order that can be explained."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.attributes import AttributeCondition, AttributeName, Attributes
from haetae.ranking.fusion import evidence, fuse_photos, order_value
from tests.kit.builders import attributes

RED = AttributeCondition(AttributeName.UPPER_COLOUR, ("red",))
NO_BACKPACK = AttributeCondition(AttributeName.BAG, ("backpack",), negated=True)


def test_photos_count_by_their_quality() -> None:
    """A photo of three times the quality moves the distance three times as far."""
    distances = np.array([[0.0, 0.4], [0.4, 0.0]], np.float32)
    assert fuse_photos(distances, [0.9, 0.3]) == pytest.approx([0.1, 0.3], abs=1e-6)


def test_a_poor_photo_still_counts() -> None:
    """Photos of quality 0 do not make distances of nothing."""
    assert fuse_photos(np.array([[0.2], [0.4]], np.float32), [0.0, 0.0]) == pytest.approx([0.3])


def test_evidence_is_the_mean_over_conditions() -> None:
    """Red speaks for with 0.8, "not a backpack" with 1 - 0.75; an attribute nobody read with 0.5."""
    assert evidence([RED], attributes()) == pytest.approx(0.8)
    assert evidence([RED, NO_BACKPACK], attributes()) == pytest.approx((0.8 + 0.25) / 2)
    assert evidence([RED], Attributes()) == 0.5
    assert evidence([], attributes()) is None


def test_order_without_one_kind_of_evidence_is_the_other() -> None:
    """Photos alone order by distance, attributes alone by evidence, both by their weighted mean."""
    assert order_value(0.4, None, 0.2) == 0.4
    assert order_value(None, 0.9, 0.2) == pytest.approx(0.1)
    assert order_value(0.4, 0.9, 0.2) == pytest.approx(0.8 * 0.4 + 0.2 * 0.1)
