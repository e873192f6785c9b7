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
"""The largest log odds that are said of a condition: a factor of 55. On people whom it has not seen no network is better."""

TOLD_WRONGLY = 0.05
"""How often what is told of a person is not true of the pictures: misremembered, or the hat was taken off. An assumption."""

FAINTEST = 1e-6
"""The least a value can weigh in a reading: scores of 0 are no proof."""

STEPS = 1e6
"""Log odds are rounded to one part in so many: so the database and this program order alike, and nothing known is exactly 0."""

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

    @property
    def of_person(self) -> tuple[float, ...]:
        """Of the person of whom it was told."""
        return tuple((1.0 - TOLD_WRONGLY) * h + TOLD_WRONGLY * f for h, f in zip(self.holds, self.fails, strict=True))

    @property
    def of_anybody(self) -> tuple[float, ...]:
        """Of people at large."""
        return tuple(self.share * h + (1.0 - self.share) * f for h, f in zip(self.holds, self.fails, strict=True))


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
    return {condition: _worth(condition, attributes, reliability) for condition in conditions}


def holding(condition: AttributeCondition, attributes: Attributes, reliability: Reliability) -> float:
    """log P(reading | the condition holds) - log P(reading | it does not), natural, within -MOST..MOST; 0 where not read."""
    read = likelihoods(condition, reliability)
    weights = _weights(condition, attributes, reliability)
    if read is None or weights is None:
        return 0.0
    odds = math.log(_weighted(weights, read.holds) / _weighted(weights, read.fails))
    return _rounded(min(max(odds, -MOST), MOST))


def probability(log_odds: float) -> float:
    """0-1: how likely what was as likely as not becomes by these log odds."""
    return 1.0 / (1.0 + math.exp(-min(max(log_odds, -700.0), 700.0)))


def weight(score: float, k: int, sharpness: float) -> float:
    """What a score 0-1 of one of k values weighs in a reading: s / (s + (1 - s) (k - 1)), to the power of the sharpness.

    0.5, which says nothing, is 1/k of a whole before sharpening.
    """
    certain = min(max(score, FAINTEST), 1.0)
    return float(max(1.0 / ((k - 1) / certain - (k - 2)), FAINTEST) ** sharpness)


def _worth(condition: AttributeCondition, attributes: Attributes, reliability: Reliability) -> float:
    read = likelihoods(condition, reliability)
    weights = _weights(condition, attributes, reliability)
    if read is None or weights is None:
        return 0.0
    return _rounded(math.log(_weighted(weights, read.of_person) / _weighted(weights, read.of_anybody)))


def _rounded(odds: float) -> float:
    return round(odds * STEPS) / STEPS


def _weights(condition: AttributeCondition, attributes: Attributes, reliability: Reliability) -> list[float] | None:
    """Of each value in the reading; None where nothing was read that the condition asks for."""
    scores = attributes.scores.get(condition.name)
    if scores is None or not any(value in scores for value in condition.values):
        return None
    values, sharpness = VALUES[condition.name], reliability.of(condition.name).sharpness
    return [weight(scores.get(value, UNKNOWN_SCORE), len(values), sharpness) for value in values]


def _weighted(weights: Sequence[float], shares: Sequence[float]) -> float:
    return sum(w * share for w, share in zip(weights, shares, strict=True))


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
