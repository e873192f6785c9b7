"""What attributes should weigh beside appearance: searches by a photo and by three attributes, of which one may be wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import VALUES, AttributeCondition, AttributeName
from haetae.ranking import KReciprocal
from haetae.ranking.evidence import Reliability, log_odds
from haetae.ranking.likeness import Likeness
from haetae.training.calibration.searches import Asked, average_precision, first_right, reranked, same
from haetae.training.calibration.tracklets import Tracklets

WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5)
N_ASKED, WRONG = 3, 0.2
"""Attributes asked for in each search, and the share of searches in which one of them is not true of the person."""

_FORMER_WEIGHT = 0.2
_TOLD_BY_PARENTS = tuple(name for name in AttributeName if name is not AttributeName.DIRECTION)


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """One search: log odds of the photo and of the attributes, the mean of the attributes' raw scores, and who is right."""

    photo: NDArray[np.float64]
    distance: NDArray[np.float64]
    attributes: NDArray[np.float64]
    raw: NDArray[np.float64]
    right: NDArray[np.bool_]
    wrong: bool


def described(
    people: Tracklets, asked: list[Asked], reliability: Reliability, likeness: Likeness, seed: int = 4
) -> list[Described]:
    """Every search with conditions drawn from what is true of the person."""
    rng = np.random.default_rng(seed)
    slope, told = likeness.of(KReciprocal()), []
    for each in asked:
        wrong = bool(rng.random() < WRONG)
        conditions = _conditions(people, each, rng, wrong)
        read = [people.read[row] for row in each.gallery]
        away = reranked(people, each, KReciprocal())
        told.append(
            Described(
                slope.steepness * (slope.even - away),
                away,
                np.array([sum(log_odds(conditions, its, reliability).values()) for its in read]),
                np.array([np.mean([c.evidence(its) for c in conditions]) for its in read]),
                same(people, each),
                wrong,
            )
        )
    return told


def best_weight(found: Sequence[Described]) -> float:
    """Of WEIGHTS, by the mean average precision; the smaller of equals."""
    return max(WEIGHTS, key=lambda weight: (round(_mean(found, weight)["mAP"], 6), -weight))


def figures(found: Sequence[Described]) -> dict[str, Any]:
    """By weight; the plain weighted mean of before; attributes alone by log odds and by the mean of raw scores."""
    wrong = [each for each in found if each.wrong]
    return {
        "n": len(found),
        "n_with_one_wrong": len(wrong),
        "by_weight": {f"{weight:g}": _mean(found, weight) for weight in WEIGHTS},
        "one_wrong_by_weight": {f"{weight:g}": _mean(wrong, weight) for weight in WEIGHTS},
        "former_mean": _scores(found, [(1 - _FORMER_WEIGHT) * e.distance + _FORMER_WEIGHT * (1 - e.raw) for e in found]),
        "former_mean_one_wrong": _scores(
            wrong, [(1 - _FORMER_WEIGHT) * e.distance + _FORMER_WEIGHT * (1 - e.raw) for e in wrong]
        ),
        "attributes_alone": _scores(found, [-each.attributes for each in found]),
        "attributes_alone_by_mean_score": _scores(found, [-each.raw for each in found]),
    }


def _conditions(people: Tracklets, asked: Asked, rng: np.random.Generator, wrong: bool) -> list[AttributeCondition]:
    truth = people.truth[asked.tracklet]
    names = rng.permutation([name.value for name in _TOLD_BY_PARENTS if name in truth])[:N_ASKED]
    chosen = [AttributeName(str(name)) for name in names]
    values = [truth[name] for name in chosen]
    if wrong:
        others = [value for value in VALUES[chosen[0]] if value != values[0]]
        values[0] = str(rng.choice(others))
    return [AttributeCondition(name, (value,)) for name, value in zip(chosen, values, strict=True)]


def _mean(found: Sequence[Described], weight: float) -> dict[str, float]:
    return _scores(found, [-(each.photo + weight * each.attributes) for each in found])


def _scores(found: Sequence[Described], orders: Sequence[NDArray[np.float64]]) -> dict[str, float]:
    firsts = [first_right(order, each.right) for order, each in zip(orders, found, strict=True)]
    precisions = [average_precision(order, each.right) for order, each in zip(orders, found, strict=True)]
    return {
        "mAP": round(float(np.mean(precisions)), 4),
        "rank1": round(float(np.mean([place == 0 for place in firsts])), 4),
        "rank10": round(float(np.mean([place < 10 for place in firsts])), 4),
    }
