"""Words of time that are no numbers."""

from __future__ import annotations

from datetime import timedelta

from haetae.language.lexicon.entry import Entries, every, forms
from haetae.language.times.pieces import Clock, DayPart, DaysAgo, Latest, Mark, Moments, Weekday, WeeksAgo

NIGHT = DayPart(20, 26)
EVENING = DayPart(17, 21, "pm")
AFTERNOON = DayPart(12, 18, "pm")
FORENOON = DayPart(6, 12, "am")
MORNING = DayPart(6, 10, "am")
LUNCH = DayPart(11, 14)
SMALL_HOURS = DayPart(0, 6, "am")
DAYTIME = DayPart(10, 17)
_KOREAN_WEEKDAYS = "월화수목금토일"
_ENGLISH_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def entries() -> list[tuple[str, object]]:
    """All of them."""
    return every(_days(), _weeks(), _parts(), _marks())


def _days() -> Entries:
    yield from forms("오늘, 금일, today", DaysAgo(0))
    yield from forms("어제, 어저께, 전날, 작일, yesterday", DaysAgo(1))
    yield from forms("그저께, 그제, 엊그제, 엊그저께, 그저깨, the day before yesterday, day before yesterday", DaysAgo(2))
    yield from forms("그끄저께, 그끄제", DaysAgo(3))
    for text, days in (
        ("하루", 1),
        ("이틀", 2),
        ("사흘", 3),
        ("나흘", 4),
        ("닷새", 5),
        ("엿새", 6),
        ("이레", 7),
        ("여드레", 8),
        ("아흐레", 9),
        ("열흘", 10),
        ("보름", 15),
    ):
        yield f"{text} 전", DaysAgo(days)
        yield f"{text}전", DaysAgo(days)
    yield from forms("어젯밤, 간밤, 지난밤, 엊저녁 밤, last night, yesterday night, overnight", Moments((DaysAgo(1), NIGHT)))
    yield from forms("엊저녁, 어제 저녁, yesterday evening", Moments((DaysAgo(1), EVENING)))
    yield from forms("tonight, 오늘밤", Moments((DaysAgo(0), NIGHT)))
    yield from forms("this morning", Moments((DaysAgo(0), FORENOON)))
    yield from forms("this afternoon", Moments((DaysAgo(0), AFTERNOON)))
    yield from forms("this evening", Moments((DaysAgo(0), EVENING)))
    yield from forms(
        "방금, 방금 전, 조금 전, 조금전, 막, 좀 전, just now, a moment ago, moments ago", Latest(timedelta(minutes=30))
    )
    yield from forms("아까, earlier, a while ago, 얼마 전", Latest(timedelta(hours=3)))


def _weeks() -> Entries:
    yield from forms("지난주, 지난 주, 저번주, 저번 주, 전주에, last week, previous week", WeeksAgo(1))
    yield from forms("이번주, 이번 주, 금주, this week", WeeksAgo(0))
    yield from forms("지지난주, 지지난 주, 저저번주, 저저번 주, week before last, the week before last", WeeksAgo(2))
    yield from forms("주말, weekend, the weekend", Weekday(5, n_days=2))
    yield from forms("지난 주말, 저번 주말, 지난주말, last weekend, past weekend", Weekday(5, n_days=2, before_today=True))
    yield from forms("이번 주말, this weekend", Weekday(5, n_days=2))
    for number, (korean, english) in enumerate(zip(_KOREAN_WEEKDAYS, _ENGLISH_WEEKDAYS, strict=True)):
        yield f"{korean}요일", Weekday(number)
        for last in ("지난", "저번"):
            yield f"{last} {korean}요일", Weekday(number, before_today=True)
        yield english, Weekday(number)
        for last in ("last", "past", "previous"):
            yield f"{last} {english}", Weekday(number, before_today=True)
        short = english[:3]
        if short not in {"sun", "sat", "wed"}:
            yield short, Weekday(number)


def _parts() -> Entries:
    yield from forms("새벽, 이른 새벽, 새벽녘, dawn, early morning, early in the morning, small hours", SMALL_HOURS)
    yield from forms("아침, 아침나절, 이른 아침, 아침결", MORNING)
    yield from forms("오전, 오전중, 오전 중, morning, in the morning, am, a.m.", FORENOON)
    yield from forms("점심, 점심때, 점심 때, 점심시간, 점심 시간, 점심무렵, lunchtime, lunch time, lunch, midday", LUNCH)
    yield from forms("낮, 대낮, 한낮, 낮시간, daytime, during the day", DAYTIME)
    yield from forms("오후, 오후 중, afternoon, in the afternoon, pm, p.m.", AFTERNOON)
    yield from forms("저녁, 저녁때, 저녁 때, 저녁나절, 저녁무렵, 해질녘, 저녁시간, evening, in the evening, dusk", EVENING)
    yield from forms("밤, 밤중, 한밤중, 심야, 밤늦게, 늦은 밤, 야간, 오밤중, night, at night, late at night, late night", NIGHT)
    yield from forms("정오, noon", Clock(12, None, "pm"))
    yield from forms("자정, midnight", Clock(24))


def _marks() -> Entries:
    yield from forms(
        "쯤, 경, 께, 무렵, 즈음, 정도, 약, 대략, about, around, approximately, approx, circa, roughly, some time around",
        Mark.ABOUT,
    )
    yield from forms("부터, 이후, 이후로, 이후에, 부터는, 지나서, 넘어서, since, after, later than, from", Mark.SINCE)
    yield from forms("까지, 이전, 이전에, 전에, 전까지, until, till, before, up to, by, to, earlier than", Mark.UNTIL)
    yield from forms("사이, 사이에, between, 사이에서", Mark.BETWEEN)
    yield from forms("~, -, –, —, 에서, and, ∼, 내지, through, thru", Mark.AND)
