"""Sentences of operators, with the slots that are right for them."""

from __future__ import annotations

from tests.unit.language.scoring import judged, share_right, verdicts

LEAST_OF_DEVELOPMENT = 1.0
LEAST_OF_HELD_OUT = 0.99  # reached: 0.997 of 317 slots


def test_sentences_that_the_grammar_was_written_on() -> None:
    """Every slot of the development part is right, and nothing is added."""
    found = verdicts("development")
    assert len(found) == 216
    wrong = [one for one in found if one.missing or one.extra]
    assert share_right(found) >= LEAST_OF_DEVELOPMENT, wrong


def test_sentences_that_were_held_out() -> None:
    """The part that was written before the grammar and kept from it is understood as well as was measured."""
    found = verdicts("held_out")
    assert len(found) == 107
    assert share_right(found) >= LEAST_OF_HELD_OUT


def test_wrong_slots_count() -> None:
    """A wrong value is one wrong slot; what nobody asked for is wrong too; unknown words must be shown."""
    assert judged("빨간 패딩", ["upper_colour=red", "outerwear=coat"]).n_right == 2
    wrong = judged("빨간 패딩", ["upper_colour=blue", "outerwear=coat"])
    assert (wrong.n_right, wrong.n_slots) == (1, 2)
    added = judged("빨간 패딩 모자", ["upper_colour=red", "outerwear=coat"])
    assert (added.n_right, added.n_slots) == (2, 3)
    hidden = judged("빨간 패딩", ["upper_colour=red", "outerwear=coat", "unknown=목발"])
    assert hidden.missing == ("unknown=목발",)
