"""Two readings of one sentence, slot by slot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from haetae.domain.attributes import condition
from haetae.domain.timing import TimeWindow
from haetae.language.opinion.comparison import Agreement, compared
from haetae.language.opinion.opinion import Opinion
from haetae.language.understanding import AskedLook, AskedPlace, AskedWindow, Understanding

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def looks(*words: str) -> list[AskedLook]:
    """Conditions as people write them."""
    return [AskedLook(condition(one), ()) for one in words]


def window(hours: float) -> AskedWindow:
    """From noon, so long."""
    return AskedWindow(TimeWindow(NOON, NOON + timedelta(hours=hours)), ())


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        (["hat=hat"], ["hat=hat"], Agreement.AGREES),
        (["bag=bag|backpack"], ["bag=backpack|bag"], Agreement.AGREES),
        (["not bag=backpack|handbag|crossbody|bag"], ["bag=none"], Agreement.AGREES),
        (["not upper_colour=red", "upper_colour=blue"], ["upper_colour=blue", "not upper_colour=red"], Agreement.AGREES),
        (["hat=hat"], ["not hat=hat"], Agreement.DIFFERS),
        (["hat=hat"], ["hat=hat|helmet"], Agreement.DIFFERS),
        ([], ["hat=hat"], Agreement.ADDS),
        (["hat=hat"], [], Agreement.LEAVES_OUT),
    ],
)
def test_conditions_agree_by_what_they_leave_possible(ours: list[str], theirs: list[str], verdict: Agreement) -> None:
    """One slot an attribute, however many conditions; order and ways to say the same do not count, a denial does."""
    (slot,) = compared(Understanding("", looks(*ours)), Opinion(looks(*theirs)))
    assert slot.verdict is verdict
    assert (slot.ours is None, slot.theirs is None) == (not ours, not theirs)


def test_windows_agree_to_the_instant() -> None:
    """Another end is another window; a window that only one has is added or left out."""
    pairs = [(window(1), window(1)), (window(1), window(2)), (None, window(1)), (window(1), None)]
    found = [compared(Understanding("", window=ours), Opinion(window=theirs))[0].verdict for ours, theirs in pairs]
    assert found == [Agreement.AGREES, Agreement.DIFFERS, Agreement.ADDS, Agreement.LEAVES_OUT]
    assert compared(Understanding(""), Opinion()) == []


def test_places_are_one_where_their_words_are() -> None:
    """수성못 and 수성못 입구 are one place; each of theirs stands against one of ours; not there is another meaning."""
    lake, gate, station = (AskedPlace(text, (), ()) for text in ("수성못", "수성못 입구", "대구역"))
    away = AskedPlace("대구역", (), (), negated=True)
    slots = compared(Understanding("", places=[lake, station]), Opinion(places=[gate, away, gate]))
    assert [slot.verdict for slot in slots] == [Agreement.AGREES, Agreement.DIFFERS, Agreement.ADDS]
