"""What travel times are learned from."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from haetae.domain.timing import TimeWindow
from services.search.travel_times.learning import MOST_SLICES, slices
from tests.kit.builders import T0


@given(st.floats(0.01, 366))
def test_slices_are_few_and_lie_within_the_window(days: float) -> None:
    """However long the window; apart from each other; a window of two days is looked at as a whole."""
    window = TimeWindow(T0 - timedelta(days=days), T0)
    found = slices(window, timedelta(hours=1))
    assert 1 <= len(found) <= MOST_SLICES
    assert found[0].end == window.end
    assert all(window.start <= each.start < each.end <= window.end for each in found)
    assert all(later.start >= earlier.end for later, earlier in pairwise(found))
    if days <= 2:
        assert found[-1].start == window.start


def test_a_month_is_seen_at_all_hours_of_the_day() -> None:
    """Not always at the same hour."""
    found = slices(TimeWindow(T0 - timedelta(days=30), T0), timedelta(hours=1))
    assert {each.start.hour for each in found} == set(range(24))
