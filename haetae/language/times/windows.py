"""Moments as a window of time.

A named hour is half an hour around it, a named minute a quarter, minutes ago ten minutes, hours ago half an hour; "about"
doubles that. What has no day is the latest that has begun; nothing ends after now, unless all of it is to come.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from haetae.domain.timing import TimeWindow
from haetae.language.times.calendar import days_of
from haetae.language.times.hours import hour_of, hours_of_range, is_settled
from haetae.language.times.moments import Gathered, Moment
from haetae.language.times.pieces import Mark, MonthDay

_HOUR_GIVE, _MINUTE_GIVE = timedelta(minutes=30), timedelta(minutes=15)
_DAY = timedelta(days=1)
_EVENING = 17  # what begins then and ends on another day, ends in its morning
_AFTERNOON = "the hour was taken to be in the afternoon"
_FORENOON = "the hour was taken to be in the morning"
_LATEST_DAY = "no day was named: the latest was taken"
_SEVERAL = "several times were named: the window holds all of them"
_FUTURE = "the window is still to come"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Local times without a zone; `point` is what "since" and "until" count from."""

    start: datetime
    end: datetime
    first_point: datetime
    last_point: datetime
    assumed: tuple[str, ...] = ()


def window_of(found: Gathered, now: datetime, zone: tzinfo) -> tuple[TimeWindow, str] | None:
    """The window that the moments name, in UTC, and what had to be assumed. None where they name nothing that can be."""
    here = now.astimezone(zone).replace(tzinfo=None)
    linked = found.linked or any(moment.mark == Mark.SINCE for moment in found.complete[:-1])
    moments = _shared_days(found.complete, linked=linked)
    try:
        stretch = _between(moments, here) if linked and len(moments) > 1 else _around_all(moments, here)
    except OverflowError:
        return None
    if stretch is None or stretch.end <= stretch.start:
        return None
    assumed = list(stretch.assumed)
    end = stretch.end
    if stretch.start >= here:
        assumed.append(_FUTURE)
    else:
        end = min(end, here)
    window = TimeWindow(_utc(stretch.start, zone), _utc(end, zone))
    return window, "; ".join(dict.fromkeys(assumed))


def _utc(local: datetime, zone: tzinfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


def _shared_days(moments: list[Moment], *, linked: bool) -> list[Moment]:
    """The moments, those without a day with the day of their neighbour where both are ends of one window."""
    if not linked or len(moments) < 2:
        return moments
    first, last = moments[0], moments[-1]
    if first.day is None and first.week is None and first.ago is None:
        first = replace(first, day=last.day, week=last.week)
    elif last.day is None and last.week is None and last.ago is None and last.clock is not None:
        last = replace(last, day=first.day, week=first.week)
    if isinstance(first.day, MonthDay) and isinstance(last.day, MonthDay) and last.day.month is None:
        last = replace(last, day=replace(last.day, month=first.day.month, year=first.day.year))
    return [first, last]


def _between(moments: list[Moment], here: datetime) -> _Stretch | None:
    """From the first moment to the last."""
    first, last = moments[0], moments[-1]
    if first.clock is not None and last.clock is not None and first.ago is None and last.ago is None:
        return _between_hours(first, last, here)
    start, end = _stretch(first, here), _stretch(last, here)
    if start is None or end is None:
        return None
    return _Stretch(start.first_point, end.last_point, start.first_point, end.last_point, start.assumed + end.assumed)


def _between_hours(first: Moment, last: Moment, here: datetime) -> _Stretch | None:
    assert first.clock is not None
    assert last.clock is not None
    start_h, end_h, assumed = hours_of_range((first.clock, first.part), (last.clock, last.part))
    start_days, end_days = days_of(first, here.date()), days_of(last, here.date())
    notes = (_half_note(start_h),) if assumed else ()
    if start_days is None:
        day = _latest_day(here, start_h)
        notes = (*notes, _LATEST_DAY)
    else:
        day = start_days[0]
    start = _at(day, start_h)
    if end_days is not None and end_days[0] != day and not is_settled(last.clock, last.part):
        end_h = last.clock.hour + (last.clock.minute or 0) / 60 if start_h >= _EVENING else hour_of(last.clock, None)[0]
    end = _at(end_days[0] if end_days is not None else day, end_h)
    while end <= start:
        end += _DAY
    return _Stretch(start, end, start, end, notes)


def _around_all(moments: list[Moment], here: datetime) -> _Stretch | None:
    """The one moment, with what its mark makes of it; of several moments the stretch that holds all."""
    stretches = [marked for moment in moments if (marked := _marked(moment, here)) is not None]
    if not stretches:
        return None
    notes = tuple(note for stretch in stretches for note in stretch.assumed)
    start, end = min(stretch.start for stretch in stretches), max(stretch.end for stretch in stretches)
    return _Stretch(start, end, start, end, (*notes, _SEVERAL) if len(stretches) > 1 else notes)


def _marked(moment: Moment, here: datetime) -> _Stretch | None:
    stretch = _stretch(moment, here)
    if stretch is None or moment.mark is None:
        return stretch
    if moment.mark == Mark.SINCE:
        return replace(stretch, start=stretch.first_point, end=max(here, stretch.end))
    midnight = datetime.combine(stretch.last_point - timedelta(microseconds=1), time())
    return replace(stretch, start=min(midnight, stretch.start), end=stretch.last_point)


def _stretch(moment: Moment, here: datetime) -> _Stretch | None:
    """What one moment covers."""
    if moment.latest is not None:
        return _Stretch(here - moment.latest.length, here, here - moment.latest.length, here)
    if moment.ago is not None:
        centre, give = here - moment.ago.back, moment.ago.give * (1 + moment.about)
        return _Stretch(centre - give, centre + give, centre, centre)
    days = days_of(moment, here.date())
    if days is None and (moment.day is not None or moment.week is not None):
        return None
    if moment.clock is not None:
        return _around_hour(moment, days[0] if days else None, here)
    if moment.part is not None:
        day = days[0] if days else _latest_day(here, moment.part.start)
        start, end = _at(day, moment.part.start), _at(day, moment.part.end)
        return _Stretch(start, end, start, end, () if days else (_LATEST_DAY,))
    assert days is not None
    start = datetime.combine(days[0], time())
    end = start + days[1] * _DAY
    return _Stretch(start, end, start, end)


def _around_hour(moment: Moment, day: date | None, here: datetime) -> _Stretch:
    assert moment.clock is not None
    give = (_HOUR_GIVE if moment.clock.minute is None else _MINUTE_GIVE) * (1 + moment.about)
    hours, assumed = hour_of(moment.clock, moment.part)
    if assumed and day == here.date() and _at(day, hours) > here and hours >= 12:
        hours -= 12  # what has been seen lies behind us
    notes = (_half_note(hours),) if assumed else ()
    if day is None:
        notes = (*notes, _LATEST_DAY)
        day = _latest_day(here, hours)
    centre = _at(day, hours)
    if centre > here and hours >= 24 and day == here.date():
        centre -= _DAY
    return _Stretch(centre - give, centre + give, centre, centre, notes)


def _half_note(hours: float) -> str:
    return _AFTERNOON if hours % 24 >= 12 else _FORENOON


def _latest_day(here: datetime, hours: float) -> date:
    """The latest day on which that hour has been."""
    return here.date() if _at(here.date(), hours) <= here else here.date() - _DAY


def _at(day: date, hours: float) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=round(hours * 60))
