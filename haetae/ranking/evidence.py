"""What read attributes are worth: log odds for and against a person, from how often readings are right.

Virtual evidence (Pearl: Probabilistic Reasoning in Intelligent Systems, 1988, section 2.2.2): a reading is not taken for the
truth but for a message about it, whose worth follows from how often such messages are sent for each truth.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from haetae.domain.attributes import UNKNOWN_SCORE, VALUES, AttributeCondition, AttributeName, Attributes

MOST = 4.0
"""The largest log odds of a reading for or against a condition: a factor of 55. On people whom it has not seen none is better."""

TOLD_WRONGLY = 0.05
"""How often what is told of a person is not true of the pictures: misremembered, or the hat was taken off. An assumption."""

FAINTEST = 1e-6
"""The least a value can weigh in a reading: scores of 0 are no proof."""

DECIMALS = 6
"""To which log odds are rounded, so that the database and this program order alike, and what says nothing is exactly 0."""

ASSUMED_RIGHT = 0.7
"""How often a reading is taken to be right where nobody has measured it."""


@dataclass(frozen=True, slots=True)
class AttributeReliability:
    """What is known of how one attribute is read; k values in the order of VALUES.

    `prior` (k,): the share of people with each value; `confusion` (k, k): `confusion[t][r]` is how often people with value t are
    read as r, each row summing to 1, every entry above 0. `sharpness` is the power to which a reading's own certainty is taken:
    0 would ignore it, large ones take the best value for all that was said. Raises ValueError where that is not what it is.
    """

    prior: tuple[float, ...]
    confusion: tuple[tuple[float, ...], ...]
    sharpness: float = 1.0

    def __post_init__(self) -> None:
        k = len(self.prior)
        square = k >= 2 and len(self.confusion) == k and all(len(row) == k for row in self.confusion)
        entries = [*self.prior, *(share for row in self.confusion for share in row)]
        if not square or not all(0.0 < share <= 1.0 for share in entries) or not 0.0 < self.sharpness <= 8.0:
            raise ValueError(f"a prior of k shares, a confusion of k x k above 0 and a sharpness of 0-8, not {self}")
        if any(abs(sum(shares) - 1.0) > 1e-3 for shares in (self.prior, *self.confusion)):
            raise ValueError("a prior and each row of a confusion sum to 1")


@dataclass(frozen=True, slots=True)
class Reliability:
    """How well a network reads each attribute; those that are not told are taken to be right ASSUMED_RIGHT of the time."""

    attributes: Mapping[AttributeName, AttributeReliability] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, name: AttributeName) -> AttributeReliability:
        """Of one attribute, measured or assumed."""
        return self.attributes.get(name) or _assumed(len(VALUES[name]))


UNMEASURED = Reliability()
"""Of a network that nobody has measured."""


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """How often each value of an attribute is read (k,) of those of whom a condition holds, and of whom it does not.

    `share` of all people it holds of.
    """

    holds: tuple[float, ...]
    fails: tuple[float, ...]
    share: float


def likelihoods(condition: AttributeCondition, reliability: Reliability) -> Likelihoods | None:
    """Of "any of the condition's values", or none of them where it is negated; None where it names them all: it says nothing."""
    its, values = reliability.of(condition.name), VALUES[condition.name]
    asked = [(value in condition.values) is not condition.negated for value in values]
    if all(asked) or not any(asked):
        return None
    share = sum(p for p, each in zip(its.prior, asked, strict=True) if each)
    return Likelihoods(_read_given(its, asked), _read_given(its, [not each for each in asked]), share)


def log_odds(
    conditions: Sequence[AttributeCondition], attributes: Attributes, reliability: Reliability
) -> dict[AttributeCondition, float]:
    """By condition: log P(reading | the person of whom it was told) - log P(reading | anybody), natural.

    Of the person it holds but for TOLD_WRONGLY, of anybody as often as of people at large: what many have says little where it is
    read, what few have says much, and no mismatch is worth more than having been told wrongly. 0 where the attribute, or every
    value that is asked for, was not read. The same condition twice counts once. The sum over conditions is their evidence
    together, as far as they are independent.
    """
    return {condition: worth(holding(condition, attributes, reliability), condition, reliability) for condition in conditions}


def holding(condition: AttributeCondition, attributes: Attributes, reliability: Reliability) -> float:
    """log P(reading | the condition holds) - log P(reading | it does not), natural, within -MOST..MOST; 0 where not read."""
    scores = attributes.scores.get(condition.name)
    read = likelihoods(condition, reliability)
    if scores is None or read is None or not any(value in scores for value in condition.values):
        return 0.0
    values, sharpness = VALUES[condition.name], reliability.of(condition.name).sharpness
    weights = [weight(scores.get(value, UNKNOWN_SCORE), len(values), sharpness) for value in values]
    holds = sum(w * share for w, share in zip(weights, read.holds, strict=True))
    fails = sum(w * share for w, share in zip(weights, read.fails, strict=True))
    return round(min(max(math.log(holds / fails), -MOST), MOST), DECIMALS) + 0.0


def worth(holding: float, condition: AttributeCondition, reliability: Reliability) -> float:
    """What a reading that speaks so far for the condition is worth for the person of whom it was told (see `log_odds`)."""
    read = likelihoods(condition, reliability)
    if read is None or holding == 0.0:
        return 0.0
    odds = math.exp(holding)
    of_person = (1.0 - TOLD_WRONGLY) * odds + TOLD_WRONGLY
    of_anybody = read.share * odds + (1.0 - read.share)
    return round(math.log(of_person / of_anybody), DECIMALS) + 0.0


def probability(log_odds: float) -> float:
    """0-1: how likely what was as likely as not becomes by these log odds."""
    return 1.0 / (1.0 + math.exp(-min(max(log_odds, -700.0), 700.0)))


def weight(score: float, k: int, sharpness: float) -> float:
    """What a score 0-1 of one of k values weighs in a reading: 0.5, which says nothing, is 1/k of a whole before sharpening."""
    certain = min(max(score, 0.0), 1.0)
    return float(max(certain / (certain + (1.0 - certain) * (k - 1)), FAINTEST) ** sharpness)


def _read_given(its: AttributeReliability, chosen: Sequence[bool]) -> tuple[float, ...]:
    """(k,) how often each value is read of people who have one of the chosen values."""
    share = sum(p for p, each in zip(its.prior, chosen, strict=True) if each)
    rows = [(p / share, row) for p, row, each in zip(its.prior, its.confusion, chosen, strict=True) if each]
    return tuple(sum(p * row[r] for p, row in rows) for r in range(len(its.prior)))


@lru_cache
def _assumed(k: int) -> AttributeReliability:
    wrong = (1.0 - ASSUMED_RIGHT) / (k - 1)
    rows = tuple(tuple(ASSUMED_RIGHT if r == t else wrong for r in range(k)) for t in range(k))
    return AttributeReliability((1.0 / k,) * k, rows)
