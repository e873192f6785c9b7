"""Readings of attributes become log odds that no single error can abuse."""

from __future__ import annotations

import math

import pytest

from haetae.domain.attributes import VALUES, AttributeCondition, AttributeName, Attributes
from haetae.ranking.evidence import (
    MOST,
    TOLD_WRONGLY,
    UNMEASURED,
    AttributeReliability,
    Reliability,
    holding,
    likelihoods,
    log_odds,
    probability,
)

GENDER, BAG, COLOUR = AttributeName.GENDER, AttributeName.BAG, AttributeName.UPPER_COLOUR
GIRL = AttributeCondition(GENDER, ("female",))
RED = AttributeCondition(COLOUR, ("red",))
MEASURED = Reliability({GENDER: AttributeReliability((0.5, 0.5), ((0.9, 0.1), (0.2, 0.8)))})


def worth(condition: AttributeCondition, scores: dict[str, float], reliability: Reliability = MEASURED) -> float:
    """The log odds of one condition."""
    return log_odds([condition], Attributes({condition.name: scores}), reliability)[condition]


def test_a_certain_reading_speaks_by_its_likelihood_ratio() -> None:
    """Read as female: 0.8 of women are, 0.1 of men."""
    for scores, expected in (({"male": 0.0, "female": 1.0}, 0.8 / 0.1), ({"male": 1.0, "female": 0.0}, 0.2 / 0.9)):
        assert holding(GIRL, Attributes({GENDER: scores}), MEASURED) == pytest.approx(math.log(expected), abs=1e-4)


def test_worth_is_the_reading_of_the_person_against_that_of_anybody() -> None:
    """Of the person it is told rightly but for TOLD_WRONGLY; anybody is female as often as people are."""
    told_rightly = 1 - TOLD_WRONGLY
    for scores, of_women, of_men in (({"male": 0.0, "female": 1.0}, 0.8, 0.1), ({"male": 1.0, "female": 0.0}, 0.2, 0.9)):
        of_person = told_rightly * of_women + TOLD_WRONGLY * of_men
        assert worth(GIRL, scores) == pytest.approx(math.log(of_person / (0.5 * of_women + 0.5 * of_men)), abs=1e-4)


def test_what_is_rare_says_more_than_what_is_common() -> None:
    """A helmet that is read where it was told of says more than no hat where none was told of."""
    rows = ((0.9, 0.05, 0.05), (0.05, 0.9, 0.05), (0.05, 0.05, 0.9))
    hats = Reliability({AttributeName.HAT: AttributeReliability((0.1, 0.05, 0.85), rows)})
    helmet, none = ({v: float(v == told) for v in VALUES[AttributeName.HAT]} for told in ("helmet", "none"))
    has_helmet, has_none = (AttributeCondition(AttributeName.HAT, (told,)) for told in ("helmet", "none"))
    assert worth(has_helmet, helmet, hats) > 1.5 > worth(has_none, none, hats) > 0


def test_what_is_unknown_is_exactly_neutral() -> None:
    """An attribute that was not read, one read without any of the values asked for, and one of which every score is 0.5: 0."""
    assert log_odds([GIRL, RED], Attributes(), MEASURED) == {GIRL: 0.0, RED: 0.0}
    assert worth(RED, {"blue": 0.9}) == 0.0
    for reliability in (MEASURED, UNMEASURED):
        assert worth(GIRL, {"male": 0.5, "female": 0.5}, reliability) == 0.0
        assert worth(RED, dict.fromkeys(VALUES[COLOUR], 0.5), reliability) == 0.0


def test_doubtful_readings_say_less() -> None:
    """The worth grows with the score, from against over 0 to for."""
    worths = [worth(GIRL, {"male": 1 - score, "female": score}) for score in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)]
    assert worths == sorted(worths)
    assert worths[0] < 0 < worths[-1]
    assert len(set(worths)) == len(worths)


def test_one_wrong_reading_costs_no_more_than_having_been_told_wrongly() -> None:
    """Whatever the confusion and the scores: one wrong "gender" costs a child at most log(TOLD_WRONGLY), "not" as well."""
    sure = Reliability({GENDER: AttributeReliability((0.5, 0.5), ((0.9999, 0.0001), (0.0001, 0.9999)), 4.0)})
    boy = {"male": 1.0, "female": 0.0}
    assert holding(GIRL, Attributes({GENDER: boy}), sure) == -MOST
    for condition in (GIRL, AttributeCondition(GENDER, ("male",), negated=True)):
        assert math.log(TOLD_WRONGLY) < worth(condition, boy, sure) < -1


def test_not_is_any_of_the_others() -> None:
    """ "Not red" is "any other colour", and speaks against as far as "red" speaks for."""
    scores = {"red": 0.9, "blue": 0.1}
    not_red = AttributeCondition(COLOUR, ("red",), negated=True)
    others = AttributeCondition(COLOUR, tuple(value for value in VALUES[COLOUR] if value != "red"))
    assert worth(not_red, scores) == pytest.approx(worth(others, scores), abs=1e-6)
    assert worth(not_red, scores) < 0
    told = Attributes({COLOUR: scores})
    assert holding(not_red, told, MEASURED) == pytest.approx(-holding(RED, told, MEASURED), abs=2e-6)


def test_several_values_are_any_of_them() -> None:
    """Red or pink is likelier than red alone when pink was read; all values together say nothing."""
    pink = dict.fromkeys(VALUES[COLOUR], 0.1) | {"pink": 0.9}
    assert worth(AttributeCondition(COLOUR, ("red", "pink")), pink) > 0 > worth(RED, pink)
    assert worth(AttributeCondition(GENDER, VALUES[GENDER]), {"male": 1.0, "female": 0.0}) == 0.0
    assert likelihoods(AttributeCondition(GENDER, VALUES[GENDER]), MEASURED) is None


def test_several_values_count_by_how_many_people_have_them() -> None:
    """Of a set of values the commoner one decides how it is read."""
    rows = ((0.9, 0.05, 0.05), (0.05, 0.9, 0.05), (0.05, 0.05, 0.9))
    short = AttributeReliability((0.6, 0.3, 0.1), rows)
    read = likelihoods(AttributeCondition(AttributeName.HAT, ("hat", "helmet")), Reliability({AttributeName.HAT: short}))
    assert read is not None
    assert read.holds == pytest.approx((0.9 * 2 / 3 + 0.05 / 3, 0.9 / 3 + 0.05 * 2 / 3, 0.05))
    assert read.fails == rows[2]
    assert read.share == pytest.approx(0.9)


def test_scores_of_one_value_alone_are_understood() -> None:
    """ "Red 0.05" and nothing else speaks against red, "red 0.95" for it; scores out of bounds are taken as the bounds."""
    assert worth(RED, {"red": 0.05}) < 0 < worth(RED, {"red": 0.95})
    assert worth(RED, {"red": 7.0}) == worth(RED, {"red": 1.0})
    assert worth(RED, {"red": -1.0}) == worth(RED, {"red": 0.0})


def test_a_condition_given_twice_counts_once() -> None:
    """Repeating oneself is no further evidence."""
    attributes = Attributes({COLOUR: {"red": 0.9}})
    assert log_odds([RED, RED], attributes, UNMEASURED) == log_odds([RED], attributes, UNMEASURED)


def test_probability_is_one_half_at_nothing_known() -> None:
    """0 log odds are 0.5; the ends are reached, never passed."""
    assert probability(0.0) == 0.5
    assert probability(math.log(4)) == pytest.approx(0.8)
    assert [probability(-1e9), probability(1e9)] == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize(
    "wrong",
    [
        ((0.5, 0.5), ((1.0, 0.0), (0.5, 0.5))),
        ((0.5, 0.6), ((0.5, 0.5), (0.5, 0.5))),
        ((1.0,), ((1.0,),)),
        ((0.5, 0.5), ((1.0,),)),
    ],
)
def test_what_is_no_reliability_is_refused(wrong: tuple[tuple[float, ...], tuple[tuple[float, ...], ...]]) -> None:
    """Shares of 0, rows that do not sum to 1, and tables of the wrong shape."""
    with pytest.raises(ValueError):
        AttributeReliability(*wrong)
