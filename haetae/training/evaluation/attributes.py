"""How well attributes are read, by the definitions of PETA and PA-100K.

Li et al.: A Richly Annotated Dataset for Pedestrian Attribute Recognition, 2016, section 5.2; Liu et al.: HydraPlus-Net, 2017.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import VALUES, AttributeName, Attributes

COLOUR_NAMES = (AttributeName.UPPER_COLOUR, AttributeName.LOWER_COLOUR, AttributeName.SHOE_COLOUR)

Binary = NDArray[np.bool_]
"""(n, labels): whether each label holds of each crop."""


@dataclass(frozen=True, slots=True)
class BinaryScores:
    """Shares 0-1 over crops and yes-or-no labels.

    `mean_accuracy` (mA) is the mean over labels of the mean of true positive and true negative rate; `accuracy`, `precision` and
    `recall` are means over crops of |true and read| over |true or read|, |read| and |true|; `f1` is of those two means.
    """

    mean_accuracy: float
    accuracy: float
    precision: float
    recall: float
    f1: float
    n_crops: int
    n_labels: int


@dataclass(frozen=True, slots=True)
class AttributeScores:
    """`without_colours` is how the city's paper counts (its 28 labels are without colours); `correct` is, by attribute, how
    often the best value is the true one."""

    everything: BinaryScores
    without_colours: BinaryScores
    correct: Mapping[AttributeName, float]
    label_means: Mapping[str, float]  # "hat=helmet": the mean of true positive and true negative rate of one label


def binary_scores(true: Binary, read: Binary, known: Binary | None = None) -> BinaryScores:
    """mA and the instance-based figures. Labels that never hold (or always) count with the rate that they have.

    `known` (n, labels): where a label is told at all; elsewhere it counts neither for nor against.

    A crop without any true label counts 1 where none is read either. Raises ValueError where shapes differ.
    """
    if true.shape != read.shape or true.ndim != 2:
        raise ValueError(f"true and read labels are (n, labels) alike, not {true.shape} and {read.shape}")
    if known is not None:
        true, read = true & known, read & known
    both = (true & read).sum(axis=1)
    either, said, held = (true | read).sum(axis=1), read.sum(axis=1), true.sum(axis=1)
    precision, recall = _share(both, said, held), _share(both, held, said)
    return BinaryScores(
        mean_accuracy=float(label_means(true, read, known).mean()) if true.size else 0.0,
        accuracy=_share(both, either, either),
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if precision + recall else 0.0,
        n_crops=len(true),
        n_labels=true.shape[1],
    )


def label_means(true: Binary, read: Binary, known: Binary | None = None) -> NDArray[np.float64]:
    """(labels,) the mean of true positive and true negative rate; the one that exists where a label never (or always) holds."""
    false, correct_rejections = ~true, ~true & ~read
    if known is not None:
        true, false, correct_rejections = true & known, false & known, correct_rejections & known
    n_true, n_false = true.sum(axis=0), false.sum(axis=0)
    positive = np.divide((true & read).sum(axis=0), n_true, out=np.zeros(true.shape[1]), where=n_true > 0)
    negative = np.divide(correct_rejections.sum(axis=0), n_false, out=np.zeros(true.shape[1]), where=n_false > 0)
    n_rates = (n_true > 0).astype(int) + (n_false > 0)
    return np.asarray((positive + negative) / np.maximum(n_rates, 1), dtype=np.float64)


def attribute_scores(truth: Sequence[Mapping[AttributeName, str]], read: Sequence[Attributes]) -> AttributeScores:
    """Compares what was read of each crop with its true values. Of each attribute the value with the best score is what was read.

    An attribute that is unknown in the truth of a crop is left out of that crop's figures; one that is known of none, or that was
    read for none, is left out. Raises ValueError where the
    lists differ in length or nothing can be compared.
    """
    if len(truth) != len(read) or not truth:
        raise ValueError(f"as many crops are read as are true, and at least one: not {len(read)} of {len(truth)}")
    names = [n for n in AttributeName if any(n in each.scores for each in read) and any(n in each for each in truth)]
    if not names:
        raise ValueError("the network reads no attribute that the truth knows")
    correct = {name: _correct(name, truth, read) for name in names}
    means: dict[str, float] = {}
    best = [_best(each) for each in read]
    for name in names:
        rates = label_means(_labels([name], truth), _labels([name], best), _known([name], truth))
        means |= {f"{name}={v}": m for v, m in zip(VALUES[name], rates.tolist(), strict=True)}

    def scores_of(some: Sequence[AttributeName]) -> BinaryScores:
        return binary_scores(_labels(some, truth), _labels(some, best), _known(some, truth))

    plain = [name for name in names if name not in COLOUR_NAMES]
    every = scores_of(names)
    return AttributeScores(every, scores_of(plain) if plain else every, correct, means)


def _best(attributes: Attributes) -> dict[AttributeName, str]:
    return {name: max(scores, key=lambda value: scores[value]) for name, scores in attributes.scores.items() if scores}


def _correct(name: AttributeName, truth: Sequence[Mapping[AttributeName, str]], read: Sequence[Attributes]) -> float:
    return float(np.mean([_best(said).get(name) == true[name] for true, said in zip(truth, read, strict=True) if name in true]))


def _known(names: Sequence[AttributeName], truth: Sequence[Mapping[AttributeName, str]]) -> Binary:
    rows = [[name in each for name in names for _ in VALUES[name]] for each in truth]
    return np.array(rows, dtype=bool).reshape(len(truth), sum(len(VALUES[name]) for name in names))


def _labels(names: Sequence[AttributeName], crops: Sequence[Mapping[AttributeName, str]]) -> Binary:
    rows = [[crop.get(name) == value for name in names for value in VALUES[name]] for crop in crops]
    return np.array(rows, dtype=bool).reshape(len(crops), sum(len(VALUES[name]) for name in names))


def _share(part: NDArray[np.integer], whole: NDArray[np.integer], other: NDArray[np.integer]) -> float:
    """The mean over crops of part / whole; nothing of nothing is 1 where the other side has nothing either, else 0."""
    empty = np.where(other == 0, 1.0, 0.0)
    return float(np.divide(part, whole, out=empty, where=whole > 0).mean()) if len(part) else 0.0
