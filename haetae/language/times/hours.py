"""Hours as they are said, which leave open what half of the day is meant, as hours from midnight."""

from __future__ import annotations

from haetae.language.times.pieces import Clock, DayPart

_HALF_DAY, _DAY, _LAST_OF_AFTERNOON = 12, 24, 6


def hour_of(clock: Clock, part: DayPart | None) -> tuple[float, bool]:
    """Hours from midnight (beyond 24: the next day), and whether the half of the day was assumed.

    Without a word for it, 1 to 6 are taken to be in the afternoon and 7 to 11 in the morning.
    """
    hours = clock.hour + (clock.minute or 0) / 60
    if clock.hour > _HALF_DAY or clock.half == "24":
        return hours, False
    half = clock.half or (part.half if part is not None else None)
    if half is not None:
        return hours - _HALF_DAY * (clock.hour == _HALF_DAY) + _HALF_DAY * (half == "pm"), False
    if part is not None:
        return _nearest(hours, part), False
    if clock.hour == 0:
        return hours, False
    return hours + _HALF_DAY * (clock.hour <= _LAST_OF_AFTERNOON), clock.hour != _HALF_DAY


def _nearest(hours: float, part: DayPart) -> float:
    """The hour that lies in the part of the day, or closest to it."""
    turns = [hours + turn for turn in (-_HALF_DAY, 0, _HALF_DAY, _DAY)]
    return min(turns, key=lambda turn: max(part.start - turn, turn - part.end, 0))


def hours_of_range(first: tuple[Clock, DayPart | None], last: tuple[Clock, DayPart | None]) -> tuple[float, float, bool]:
    """Both ends of a range; what one of them says of the half of the day holds for the other, the end comes after the start."""
    (start_clock, start_part), (end_clock, end_part) = first, last
    start_known = is_settled(start_clock, start_part)
    if start_known or not is_settled(end_clock, end_part):
        start, assumed = hour_of(start_clock, start_part)
        if is_settled(end_clock, end_part):
            return start, hour_of(end_clock, end_part)[0], False
        return start, _next(end_clock, start), assumed
    end, _ = hour_of(end_clock, end_part)
    said = start_clock.hour + (start_clock.minute or 0) / 60
    turns = [said % _HALF_DAY + turn for turn in (0, _HALF_DAY)]
    return max((turn for turn in turns if turn < end), default=turns[0]), end, False


def is_settled(clock: Clock, part: DayPart | None) -> bool:
    """Whether it is said which half of the day is meant."""
    return part is not None or clock.half is not None or clock.hour > _HALF_DAY


def _next(clock: Clock, start: float) -> float:
    """The first such time after the start of the range."""
    said = clock.hour + (clock.minute or 0) / 60
    return next((turn for turn in (said, said + _HALF_DAY, said + _DAY) if turn > start), said + 3 * _HALF_DAY)
