"""Days that are named in passing ("last Saturday", "5월 3일") as dates."""

from __future__ import annotations

from datetime import date, timedelta

from haetae.language.times.moments import Moment
from haetae.language.times.pieces import DaysAgo, MonthDay, Weekday

Days = tuple[date, int]
"""The first day, and how many."""

_WEEK = 7


def days_of(moment: Moment, today: date) -> Days | None:
    """The days that the moment names; None where it names none, or one that is in no calendar."""
    if moment.week is not None:
        monday = today - timedelta(days=today.weekday() + _WEEK * moment.week.n)
        if isinstance(moment.day, Weekday):
            return monday + timedelta(days=moment.day.first), moment.day.n_days
        return monday, _WEEK
    match moment.day:
        case DaysAgo(n):
            return today - timedelta(days=n), 1
        case Weekday(first, n_days, before_today):
            back = (today.weekday() - first) % _WEEK
            return today - timedelta(days=_WEEK if before_today and back == 0 else back), n_days
        case MonthDay() as day:
            found = _latest(day, today)
            return None if found is None else (found, 1)
    return None


def _latest(day: MonthDay, today: date) -> date | None:
    """The latest such date that is not after today; what is named in full is taken as it is."""
    if day.year is not None and day.month is not None:
        return _date(day.year, day.month, day.day)
    for months_back in (1,) if day.last_month else range(13):
        year, month = divmod(today.year * 12 + today.month - 1 - months_back, 12)
        found = _date(year, month + 1, day.day)
        if found is not None and found <= today and day.month in (None, month + 1):
            return found
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
