"""What words of time mean one by one. Days are counted in the operator's own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class DaysAgo:
    """A whole day, counted back from today."""

    n: int


@dataclass(frozen=True, slots=True)
class WeeksAgo:
    """A week from Monday to Sunday, counted back from this one."""

    n: int


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week (Monday is 0): the latest, with `before_today` not today; several days for a weekend."""

    first: int
    n_days: int = 1
    before_today: bool = False


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A date; what is left out is the latest that has begun. `last_month`: the one before this."""

    day: int
    month: int | None = None
    year: int | None = None
    last_month: bool = False


Day = DaysAgo | WeeksAgo | Weekday | MonthDay


@dataclass(frozen=True, slots=True)
class DayPart:
    """A part of the day in hours from midnight; beyond 24 is the next day. `half`: which half of the clock its hours are in."""

    start: int
    end: int
    half: str | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A time on the clock as it was said. `half`: whether "am" or "pm" stands with it, or "24" where it is of 24 hours."""

    hour: int
    minute: int | None = None
    half: str | None = None


@dataclass(frozen=True, slots=True)
class Ago:
    """A moment counted back from now, and how exactly that is meant."""

    back: timedelta
    give: timedelta


@dataclass(frozen=True, slots=True)
class Latest:
    """The stretch of time that ends now."""

    length: timedelta


class Mark(StrEnum):
    """What holds moments together."""

    ABOUT = "about"
    SINCE = "since"  # 부터, from, after
    UNTIL = "until"  # 까지, to, before
    BETWEEN = "between"  # 사이; that the moments are the two ends of a window
    AND = "and"  # "~", "-", "and": only between two moments


@dataclass(frozen=True, slots=True)
class Moments:
    """Several pieces that one group of words holds: "2~4시"."""

    pieces: tuple[Piece, ...]


Piece = DaysAgo | WeeksAgo | Weekday | MonthDay | DayPart | Clock | Ago | Latest | Mark | Moments
