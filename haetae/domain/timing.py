"""Clocks and windows of time. All instants are timezone-aware UTC."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What tells the time: passed in, so that tests decide what time it is."""

    def now(self) -> datetime:
        """The current instant, UTC, aware."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that only grow, for intervals."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """From `start` (inclusive) to `end` (exclusive)."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def overlaps(self, started_at: datetime, ended_at: datetime) -> bool:
        """Whether something that lasted from `started_at` to `ended_at` touches the window."""
        return started_at < self.end and ended_at >= self.start


def to_us(instant: datetime) -> int:
    """Microseconds since 1970-01-01 UTC, exact."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def from_us(us: int) -> datetime:
    """The inverse of `to_us`."""
    return _EPOCH + timedelta(microseconds=us)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
