"""mA and the instance-based figures, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.attributes import AttributeName, Attributes
from haetae.training.evaluation.attributes import attribute_scores, binary_scores

HAT, BAG, UPPER = AttributeName.HAT, AttributeName.BAG, AttributeName.UPPER_COLOUR


def test_figures_worked_by_hand() -> None:
    """Three crops, three labels: label means ((1 + 1) / 2, (1 + 1/2) / 2, (0 + 1) / 2); instances by set sizes."""
    true = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]], bool)
    read = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0]], bool)
    scores = binary_scores(true, read)
    assert scores.mean_accuracy == pytest.approx((1.0 + 0.75 + 0.5) / 3)
    assert scores.accuracy == pytest.approx((1 + 1 + 0) / 3)
    assert (scores.precision, scores.recall, scores.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))


def test_nothing_true_and_nothing_read_is_right() -> None:
    """A crop without a label counts 1 where none is read, 0 where one is."""
    empty, one = np.zeros((1, 2), bool), np.array([[True, False]])
    assert binary_scores(empty, empty).accuracy == binary_scores(empty, empty).f1 == 1.0
    assert binary_scores(empty, one).accuracy == binary_scores(empty, one).f1 == 0.0


def test_the_best_value_is_what_was_read() -> None:
    """Of each attribute the value with the best score counts; colours are left out of the figures without colours."""
    truth = [{HAT: "helmet", UPPER: "red"}, {HAT: "none", UPPER: "blue"}]
    read = [
        Attributes({HAT: {"hat": 0.2, "helmet": 0.7, "none": 0.4}, UPPER: {"red": 0.6, "blue": 0.5}}),
        Attributes({HAT: {"hat": 0.2, "helmet": 0.1, "none": 0.4}, UPPER: {"red": 0.6, "blue": 0.5}}),
    ]
    scores = attribute_scores(truth, read)
    assert dict(scores.correct) == {HAT: 1.0, UPPER: 0.5}
    assert scores.without_colours.f1 == 1.0
    assert scores.everything.f1 == pytest.approx(0.75)
    assert scores.label_means["hat=helmet"] == 1.0
    assert scores.label_means["upper_colour=red"] == pytest.approx(0.5)


def test_what_is_unknown_of_a_crop_counts_neither_for_nor_against() -> None:
    """The bag of the second crop is not known: whatever is read of it changes nothing."""
    truth = [{HAT: "hat", BAG: "none"}, {HAT: "none"}]

    def read(bag: str) -> list[Attributes]:
        return [Attributes({HAT: {"hat": 0.9}, BAG: {"none": 0.9}}), Attributes({HAT: {"none": 0.9}, BAG: {bag: 0.9}})]

    scores = attribute_scores(truth, read("backpack"))
    assert scores == attribute_scores(truth, read("none"))
    assert scores.correct[BAG] == scores.everything.f1 == scores.label_means["bag=backpack"] == 1.0


def test_only_what_both_know_is_compared() -> None:
    """An attribute that the network never tells, or no truth knows, is left out; nothing in common is refused."""
    read = [Attributes({HAT: {"hat": 0.9, "none": 0.1}})]
    assert set(attribute_scores([{HAT: "hat", BAG: "none"}], read).correct) == {HAT}
    with pytest.raises(ValueError, match="no attribute"):
        attribute_scores([{BAG: "none"}], read)
