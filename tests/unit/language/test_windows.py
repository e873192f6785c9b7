"""Words of time as windows."""

from __future__ import annotations

import pytest

from haetae.language.understand import understand
from tests.unit.language.scoring import NOW, slots

WINDOWS = {
    "어제": "2026-05-05T00:00/2026-05-06T00:00",
    "오늘": "2026-05-06T00:00/2026-05-06T10:00",  # nothing ends after now
    "오늘 6시": "2026-05-06T05:30/2026-05-06T06:30",  # 18:00 is still to come
    "어제 22시부터 오늘 2시까지": "2026-05-05T22:00/2026-05-06T02:00",
    "그저께 22시부터 어제 2시까지": "2026-05-04T22:00/2026-05-05T02:00",
    "밤 10시부터 새벽 1시": "2026-05-05T22:00/2026-05-06T01:00",
    "한 시간쯤 전": "2026-05-06T08:00/2026-05-06T10:00",
    "일주일 전 토요일": "2026-05-02T00:00/2026-05-03T00:00",
    "지난달 30일 저녁": "2026-04-30T17:00/2026-04-30T21:00",
    "2월 29일": "",  # the latest one is more than a year ago
    "half an hour ago": "2026-05-06T09:20/2026-05-06T09:40",
    "a quarter past nine this morning": "2026-05-06T09:00/2026-05-06T09:30",
    "Friday 1 May 2026 from 22:30 to 23:45": "2026-05-01T22:30/2026-05-01T23:45",
    "10 am to 1 pm yesterday": "2026-05-05T10:00/2026-05-05T13:00",
    "from 8 am until noon yesterday": "2026-05-05T08:00/2026-05-05T12:00",
    "5월 7일 10시": "2025-05-07T09:30/2025-05-07T10:30",  # the latest such day that has begun
}


@pytest.mark.parametrize("sentence", WINDOWS)
def test_windows(sentence: str) -> None:
    """Days, parts of the day, hours and ranges of them, as they are said; nothing where no calendar has the day."""
    expected = [f"window={WINDOWS[sentence]}"] if WINDOWS[sentence] else []
    assert slots(understand(sentence, now=NOW)) == expected


@pytest.mark.parametrize("sentence", ["어디서 오시는 길", "다시 한 번", "구세대", "일시", "may be a man", "sun hat"])
def test_words_that_only_look_like_times(sentence: str) -> None:
    """Syllables that could be numbers of hours, and names of months that are other words, make no window."""
    assert understand(sentence, now=NOW).window is None
