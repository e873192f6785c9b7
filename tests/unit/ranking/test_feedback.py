"""What a rejection does to the order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from haetae.ranking.feedback import pushed_back

SHARES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 2), st.floats(0, 2)), min_size=1, max_size=30)


@given(SHARES)
def test_nobody_comes_nearer_and_who_is_nearer_to_the_asked_stays(rows: list[tuple[float, float, float]]) -> None:
    """Distances stay within 0-1 and never shrink; without being nearer to a rejected person nothing changes."""
    distances, asked, rejected = (np.array(column, np.float32) for column in zip(*rows, strict=True))
    after = pushed_back(distances, asked, rejected)
    assert after.dtype == np.float32
    assert (after >= distances).all()
    assert (after <= 1).all()
    stays = asked <= rejected
    np.testing.assert_array_equal(after[stays], distances[stays])


def test_the_nearer_to_the_rejected_the_further_back() -> None:
    """Of two who were equally near the one who looks more like the rejected person comes last."""
    after = pushed_back(np.array([0.4, 0.4, 0.4], np.float32), np.full(3, 0.3), np.array([0.5, 0.25, 0.05]))
    assert after[0] < after[1] < after[2]
