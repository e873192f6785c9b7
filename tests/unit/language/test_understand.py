"""What an understanding holds besides its slots: spans, reasons, places, and nothing dropped."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from haetae.domain.ids import CameraId
from haetae.errors import Refused
from haetae.language.tokens import tokens
from haetae.language.understand import MOST_CHARACTERS, SEOUL, understand, zone_of
from haetae.language.understanding import NamedPlace, Reason, Understanding
from tests.unit.language.scoring import NOW, PLACES, slots

PIECES = [
    "빨간",
    "패딩",
    "에",
    " ",
    "모자",
    "안 썼음",
    "어제",
    "3시",
    "부터",
    "5시",
    "근처",
    "ㅋㅋ",
    "red",
    "hat",
    "no",
    "between",
    ",",
    "-",
    "살",
    "99",
    "두",
    "시간 전",
    "'s",
    "é",
    "漢",
    "\x00",
    "5/31",
    "2월",
    "30일",
    "말고",
    "or",
    "one",
    "긴",
    "머리",
    "80대",
    "to",
]
SENTENCES = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))


def words(found: Understanding, name: str) -> list[str]:
    """The words of the sentence that a condition on the attribute comes from."""
    (look,) = [look for look in found.looks if look.condition.name == name]
    return [found.text[span.start : span.end] for span in look.spans]


def test_each_slot_tells_its_words() -> None:
    """Spans lead from a slot to the words it comes from, those that deny included."""
    found = understand("빨간 패딩에 청바지, 8살쯤 여자아이, 어제 오후 3시쯤 수성못 근처, 모자 안 썼음", now=NOW, places=PLACES)
    assert words(found, "upper_colour") == ["빨간 패딩"]
    assert words(found, "age_band") == ["8살", "여자아이"]
    assert words(found, "hat") == ["모자 안"]
    assert found.window is not None
    assert [found.text[span.start : span.end] for span in found.window.spans] == ["어제 오후 3시쯤"]
    (place,) = found.places
    assert [found.text[span.start : span.end] for span in place.spans] == ["수성못"]


def test_unknown_words_are_told_from_unsearchable_ones() -> None:
    """A word nobody has told us of is one thing, the colour of a bag another; both are shown."""
    found = understand("검은 백팩, 뚜르르한 표정", now=NOW)
    assert [(shown.text, shown.reason) for shown in found.not_understood] == [
        ("검은", Reason.NOT_SEARCHABLE),
        ("뚜르르한 표정", Reason.UNKNOWN_WORD),
    ]


def test_decomposed_letters_are_understood() -> None:
    """Text in Unicode normal form D, as some systems send it, is the same sentence."""
    sentence = "빨간 패딩 입은 아이"
    assert understand(unicodedata.normalize("NFD", sentence), now=NOW) == understand(sentence, now=NOW)


def test_places_lead_to_cameras() -> None:
    """A place is every name with a word that begins as it does; a denied place takes its cameras out."""
    known = [
        NamedPlace("수성못 남측", (CameraId("s-1"),)),
        NamedPlace("수성못 북측", (CameraId("s-2"),)),
        NamedPlace("동대구역", (CameraId("d"),)),
    ]
    assert understand("수성못 근처", now=NOW, places=known).cameras == ("s-1", "s-2")
    assert understand("수성못 말고 동대구역", now=NOW, places=known).cameras == ("d",)
    (place,) = understand("대구 쪽", now=NOW, places=known).places
    assert place.known == ()


def test_the_zone_decides_what_yesterday_is() -> None:
    """Days are those of the zone; the window is in UTC."""
    now = datetime(2026, 5, 6, 20, tzinfo=UTC)  # 05:00 of the 7th in Seoul
    seoul, berlin = (
        understand("yesterday", now=now).window,
        understand("yesterday", now=now, zone=zone_of("Europe/Berlin")).window,
    )
    assert seoul is not None
    assert berlin is not None
    assert seoul.window.start == datetime(2026, 5, 6, tzinfo=SEOUL)
    assert seoul.window.start.tzinfo == UTC
    assert berlin.window.start == datetime(2026, 5, 4, 22, tzinfo=UTC)
    with pytest.raises(Refused, match="no time zone"):
        zone_of("../etc")


def test_assumptions_are_told() -> None:
    """An hour without its half of the day, a time without its day: how they were taken is said."""
    said = understand("어제 오후 3시", now=NOW).window
    open_half = understand("어제 3시", now=NOW).window
    open_day = understand("오후 3시", now=NOW).window
    assert said is not None
    assert open_half is not None
    assert open_day is not None
    assert said.assumed == ""
    assert "afternoon" in open_half.assumed
    assert "no day" in open_day.assumed


def test_a_denial_gives_way_to_what_is_asked() -> None:
    """ "Not the red jacket, the blue one" asks for a jacket."""
    asked = slots(understand("빨간 점퍼 말고 파란 점퍼", now=NOW))
    assert sorted(asked) == ["not upper_colour=red", "outerwear=coat", "upper_colour=blue"]


def test_a_long_sentence_is_refused() -> None:
    """A sentence is no document."""
    with pytest.raises(Refused):
        understand("가" * (MOST_CHARACTERS + 1), now=NOW)


@given(SENTENCES)
@settings(max_examples=60, deadline=None)
def test_every_letter_is_in_one_token(sentence: str) -> None:
    """The cut drops nothing: all that is no space is in exactly one token, in order."""
    cut = tokens(unicodedata.normalize("NFC", sentence))
    spans = [token.span for token in cut]
    assert all(before.end <= after.start for before, after in pairwise(spans))
    text = unicodedata.normalize("NFC", sentence)
    covered = {at for span in spans for at in range(span.start, span.end)}
    assert all(text[at].isspace() or at in covered for at in range(len(text)))


@given(SENTENCES)
@example("BETWEEN부터어제")
@settings(max_examples=60, deadline=None)
def test_any_text_is_understood_somehow(sentence: str) -> None:
    """No text is too strange: spans lie in it, a window begins before it ends, twice is the same."""
    found = understand(sentence, now=NOW, places=PLACES)
    assert found == understand(sentence, now=NOW, places=PLACES)
    spans = [span for look in found.looks for span in look.spans] + [shown.span for shown in found.not_understood]
    spans += [span for place in found.places for span in place.spans]
    assert all(0 <= span.start < span.end <= len(found.text) for span in spans)
    assert found.window is None or found.window.window.start < found.window.window.end
