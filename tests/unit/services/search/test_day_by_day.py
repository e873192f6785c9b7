"""A window in days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from haetae.domain.query import Scope
from haetae.domain.timing import TimeWindow
from services.search.day_by_day import days_of, scanned
from tests.kit.builders import scope

MAY = datetime(2026, 5, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 8 * 86_400).map(lambda seconds: MAY + timedelta(seconds=seconds))
LENGTHS = st.timedeltas(timedelta(seconds=1), timedelta(days=8))
STAYS = st.lists(st.tuples(INSTANTS, st.integers(0, 40)), max_size=20)


@given(INSTANTS, LENGTHS)
def test_days_are_the_window(start: datetime, length: timedelta) -> None:
    """Put together they are the window, without gaps or overlaps, and none crosses a midnight."""
    window = TimeWindow(start, start + length)
    days = days_of(window)
    assert (days[0].start, days[-1].end) == (window.start, window.end)
    assert all(a.end == b.start for a, b in pairwise(days))
    assert all(day.start < day.end for day in days)
    assert all((day.end - timedelta(microseconds=1)).date() == day.start.date() for day in days)


@given(
    INSTANTS,
    st.timedeltas(timedelta(seconds=1), timedelta(days=8)),
    st.lists(st.tuples(INSTANTS, st.integers(0, 40)), max_size=20),
)
def test_what_touches_the_window_touches_one_of_its_days(
    start: datetime, length: timedelta, stays: list[tuple[datetime, int]]
) -> None:
    """Found day by day, what lasts from one instant to another is found exactly where one look at the whole window finds it."""
    window = TimeWindow(start, start + length)
    spans = [(at, at + timedelta(hours=hours)) for at, hours in stays]
    heard: list[float] = []

    def scan(part: Scope) -> list[tuple[datetime, datetime]]:
        return [span for span in spans if part.window.overlaps(*span)]

    whole = replace(scope(), window=window)
    by_day = scanned(whole, 1, heard.append, scan, worth_it=1)
    assert set(by_day) == set(scan(whole))
    assert scanned(whole, 0, heard.append, scan, worth_it=1) == scan(whole)
    n_days = len(days_of(window))
    assert heard == ([done / n_days for done in range(1, n_days + 1)] if n_days > 1 else [])
