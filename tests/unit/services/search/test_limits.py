"""Callers may ask in bursts, and steadily."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from haetae.errors import Refused
from services.search.limits import Buckets
from services.search.shapes import window_between
from tests.kit.builders import T0, at


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        """T0 and the seconds since."""
        return at(self.seconds)

    def monotonic_s(self) -> float:
        """The seconds since T0."""
        return self.seconds


def test_a_burst_empties_the_bucket_and_time_fills_it() -> None:
    """Three at once, then one every two seconds; whoever is refused is told when to come back, and then succeeds."""
    clock = HandClock()
    buckets = Buckets(per_minute=30, at_once=3, clock=clock)
    assert [buckets.take("kim") for _ in range(4)] == [0, 0, 0, 2]
    clock.seconds = 2.0
    assert [buckets.take("kim") for _ in range(2)] == [0, 2]


def test_callers_do_not_share_a_bucket() -> None:
    """One who asks too much does not stop the others."""
    buckets = Buckets(per_minute=1, at_once=1, clock=HandClock())
    assert [buckets.take(name) for name in ("kim", "kim", "lee")] == [0, 60, 0]


def test_windows_are_bounded() -> None:
    """Ten years are refused, naming the limit; open ends are filled; a reversed window is refused."""
    clock, longest = HandClock(), timedelta(days=31)
    assert window_between(None, None, longest=longest, clock=clock).end == T0
    assert window_between(at(-60), None, longest=longest, clock=clock).length == longest
    assert window_between(None, at(-60), longest=longest, clock=clock).start == at(-60) - longest
    with pytest.raises(Refused, match="31 days") as refused:
        window_between(T0 - timedelta(days=3650), T0, longest=longest, clock=clock)
    assert (refused.value.status, refused.value.kind) == (422, "window-too-long")
    with pytest.raises(Refused) as refused:
        window_between(T0, T0, longest=longest, clock=clock)
    assert refused.value.kind == "window-reversed"
