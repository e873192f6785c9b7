"""Crops with a part covered."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.imaging.occlusion import without_stripes
from tests.kit.builders import HD, pixels


def test_each_copy_lacks_one_stripe_and_together_they_lack_all() -> None:
    """Rows are covered once each, from the top down, by the mean colour; the crop itself stays."""
    crop = pixels(HD)[:100, :50].copy()
    before = crop.copy()
    covered = np.stack([(one != crop).any(axis=(1, 2)) for one in without_stripes(crop, 6)])
    assert (covered.sum(axis=0) == 1).all()
    assert [int(np.flatnonzero(row)[0]) for row in covered] == sorted(int(np.flatnonzero(row)[0]) for row in covered)
    np.testing.assert_array_equal(crop, before)
    first = without_stripes(crop, 6)[0]
    np.testing.assert_allclose(first[0, 0], crop.reshape(-1, 3).mean(axis=0), atol=1)


def test_a_crop_without_so_many_rows_is_refused() -> None:
    """There are no stripes of nothing."""
    with pytest.raises(ValueError):
        without_stripes(np.zeros((5, 4, 3), np.uint8), 6)
