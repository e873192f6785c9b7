"""Patterns of times: dates, hours, and what is counted back from now. Each gives what a match means."""

from __future__ import annotations

import re
from datetime import timedelta

from haetae.language.lexicon.entry import Pattern
from haetae.language.meanings import Beyond, Glue, GlueKind
from haetae.language.numerals import ENGLISH_NUMBER, KOREAN_NUMBER, NATIVE, SINO, SINO_TENS, WORDED, number
from haetae.language.times.pieces import Ago, Clock, DaysAgo, Latest, Mark, Moments, MonthDay, Piece

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY, _YEAR = r"(?P<day>3[01]|[12]\d|0?[1-9])", r"(?:,?\s+(?P<year>20\d\d))?"
_END = r"(?![a-z0-9])"
_HALF = r"(?:\s*(?P<half>[ap])\.?m\.?(?![a-z]))"
_NO_UNIT = (
    r"(?!\s*(?:[-:/]|\d|years?|yrs?|yo\b|cm|kg|m\b|met|feet|foot|ft|%|or\b|people|men|women|hours?|min|days?|weeks?"
    r"|살|세|대|년|월|일|시|분|명))"
)
_HOUR = rf"(?:[01]?\d|2[0-4]|{NATIVE}|{SINO_TENS})"
_ENGLISH_UNIT = r"(?P<unit>minutes?|mins?|hours?|hrs?|days?|weeks?)"
_KOREAN_UNIT = r"(?P<unit>시간|분|일|주일|주)"
_UNITS = {
    "분": 1,
    "min": 1,
    "시간": 60,
    "hou": 60,
    "hr": 60,
    "hrs": 60,
    "일": 1440,
    "day": 1440,
    "주": 10080,
    "주일": 10080,
    "wee": 10080,
}
_TO = r"\s*(?:~|-|–|∼|에서|부터|내지)\s*"
_LAST_HOUR_OF_CLOCK, _A_DAY = 24, 1440


def _clock(match: re.Match[str]) -> object:
    found = match.groupdict()
    minute = found.get("minute")
    half = {"a": "am", "p": "pm"}.get(found.get("half") or "")
    minutes = 30 if found.get("halfpast") else number(minute) if minute else None
    if half is None and match["hour"].startswith("0"):
        half = "24"
    return _plausible(Clock(number(match["hour"]), minutes, half))


def _plausible(clock: Clock) -> object:
    return clock if clock.hour <= _LAST_HOUR_OF_CLOCK and (clock.minute or 0) < 60 else Beyond(unknown=True)


def _two_clocks(match: re.Match[str]) -> object:
    """ "2~4시", "3 and 5 pm": what stands with the second hour holds for the first."""
    halves = {"a": "am", "p": "pm"}
    first_half, second_half = match.groupdict().get("half1"), match.groupdict().get("half2")
    first = Clock(number(match["first"]), _minute(match, "minute1"), halves.get(first_half or ""))
    second = Clock(number(match["second"]), _minute(match, "minute2"), halves.get(second_half or ""))
    return Moments((first, Mark.BETWEEN, second))


def _minute(match: re.Match[str], name: str) -> int | None:
    found = match.groupdict().get(name)
    return int(found) if found else None


def _past(match: re.Match[str]) -> object:
    hour, half = number(match["hour"]), match["part"] == "half"
    if match["side"] == "past":
        return Clock(hour, 30 if half else 15, None)
    return Clock((hour - 2) % 12 + 1, 45, None)


def _date(match: re.Match[str]) -> object:
    found = match.groupdict()
    month, year = found.get("month"), found.get("year")
    as_month = None if month is None else int(month) if month.isdigit() else _month(month)
    day = MonthDay(int(match["day"]), as_month, int(year) if year else None)
    plausible = 1 <= day.day <= 31 and (day.month is None or 1 <= day.month <= 12)
    return day if plausible else Beyond(unknown=True)


def _month(name: str) -> int:
    return _MONTHS.index(name[:3]) + 1


def _ago(match: re.Match[str]) -> Piece:
    minutes = _length(match)
    if match.groupdict().get("andhalf"):
        minutes += 30
    if _unit(match) >= _A_DAY:
        return DaysAgo(minutes // _A_DAY)
    return Ago(
        timedelta(minutes=minutes),
        timedelta(minutes=10 if _unit(match) == 1 else 30) * (2 if match.groupdict().get("about") else 1),
    )


def _latest(match: re.Match[str]) -> Piece:
    return Latest(timedelta(minutes=_length(match)))


def _unit(match: re.Match[str]) -> int:
    unit = match["unit"]
    return _UNITS[unit[:3] if unit.isascii() and unit not in _UNITS else unit]


def _length(match: re.Match[str]) -> int:
    return number(match["n"]) * _unit(match)


_FIRST = r"(?P<first>1[0-2]|[1-9])(?::(?P<minute1>[0-5]\d))?(?:\s*(?P<half1>[ap])\.?m\.?)?"
_SECOND = r"(?P<second>1[0-2]|[1-9])(?::(?P<minute2>[0-5]\d))?"
_HALF_OF_SECOND = r"\s*(?P<half2>[ap])\.?m\.?"

PATTERNS: list[Pattern] = [
    (re.compile(pattern), reading)
    for pattern, reading in (
        # dates
        (r"(?P<year>20\d\d)\s*[-./년]\s*(?P<month>\d{1,2})\s*[-./월]\s*(?P<day>\d{1,2})(?!\d)\s*일?", _date),
        (r"(?P<month>\d{1,2})\s*월\s*(?P<day>\d{1,2})\s*일", _date),
        (r"(?<![\d/])(?P<month>1[0-2]|0?[1-9])/(?P<day>3[01]|[12]\d|0?[1-9])(?![\d/])", _date),
        (r"(?<!\d)(?P<day>3[01]|[12]?\d)\s*일(?!\s*(?:전|간|동안))", _date),
        (rf"(?P<month>{_MONTH})\.?\s+{_DAY}(?:st|nd|rd|th)?{_YEAR}{_END}", _date),
        (rf"{_DAY}(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH}){_YEAR}{_END}", _date),
        (r"(?:지난|저번)\s*달\s*(?P<day>3[01]|[12]?\d)\s*일", lambda match: MonthDay(int(match["day"]), last_month=True)),
        (r"\([월화수목금토일](?:요일)?\)", lambda _: Glue(GlueKind.FILLER)),
        (rf"(?:the\s+){_DAY}(?:st|nd|rd|th){_END}", _date),
        # times on the clock
        (rf"(?P<first>{_HOUR}){_TO}(?P<second>{_HOUR})\s*시(?!간)", _two_clocks),
        (rf"(?P<hour>{_HOUR})\s*시(?!간|장|청|민|내|계)(?:\s*(?P<minute>\d{{1,2}}|{SINO})\s*분|\s*(?P<halfpast>반))?", _clock),
        (rf"(?<![\d:])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::\d\d)?(?!\d){_HALF}?", _clock),
        (rf"(?<![\d:])(?P<hour>1[0-2]|0?[1-9]){_HALF}", _clock),
        (rf"(?P<hour>{WORDED}|1[0-2]|[1-9])\s*o'?\s*clock{_HALF}?", _clock),
        (rf"(?P<hour>{WORDED}){_HALF}", _clock),
        (rf"(?P<part>half|quarter)\s+(?P<side>past|to)\s+(?P<hour>{WORDED}|1[0-2]|[1-9]){_END}", _past),
        (rf"between\s+{_FIRST}\s+and\s+{_SECOND}(?:{_HALF_OF_SECOND})?{_END}{_NO_UNIT}", _two_clocks),
        (rf"(?:from\s+)?{_FIRST}\s*(?:to|until|till|-|–)\s*{_SECOND}{_HALF_OF_SECOND}{_END}", _two_clocks),
        (rf"(?<=at )(?P<hour>1[0-2]|[1-9]){_END}{_NO_UNIT}", _clock),
        (rf"(?:(?<=around )|(?<=about ))(?P<hour>1[0-2]|[1-9]){_END}{_NO_UNIT}", _clock),
        # counted back from now
        (rf"(?P<n>{KOREAN_NUMBER})\s*{_KOREAN_UNIT}\s*(?P<andhalf>반)?(?:\s*(?P<about>쯤|정도|가량))?\s*전", _ago),
        (rf"(?P<n>{ENGLISH_NUMBER})\s+{_ENGLISH_UNIT}\s+(?:ago|earlier|before){_END}", _ago),
        (rf"half\s+an\s+hour\s+ago{_END}", lambda _: Ago(timedelta(minutes=30), timedelta(minutes=10))),
        (rf"(?:최근|지난)\s*(?P<n>{KOREAN_NUMBER})\s*{_KOREAN_UNIT}(?!\s*전)(?:\s*동안|\s*간|\s*사이|\s*이내)?", _latest),
        (rf"(?:in|within|over|during|for)?\s*(?:the\s+)?(?:last|past)\s+"
         rf"(?P<n>{ENGLISH_NUMBER})\s+{_ENGLISH_UNIT}{_END}", _latest),
        (r"(?:in|within|over|during)?\s*(?:the\s+)?(?:last|past)\s+hour", lambda _: Latest(timedelta(hours=1))),
    )
]  # fmt: skip
