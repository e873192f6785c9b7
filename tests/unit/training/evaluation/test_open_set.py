"""FNIR at fixed FPIR by its definition."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.training.evaluation.open_set import open_set_rates


def test_rates_of_a_case_that_is_counted_by_hand() -> None:
    """Ten searches for people who are not there score 0.1 to 1.0. To answer one of them at most, a search must score above 0.9:
    of four people who are there one does, two score less, and one is not among the ranks however high the score is."""
    unmated = np.arange(1, 11) / 10
    mated, returned = np.array([0.95, 0.85, 0.2, 0.99]), np.array([True, True, True, False])
    none, one, three, all_of = open_set_rates(mated, returned, unmated, [0.0, 0.1, 0.3, 1.0])
    assert (one.fnir, three.fnir, all_of.fnir) == (0.75, 0.5, 0.25)
    assert none.fnir == 1.0
    assert none.threshold > 1.0 >= one.threshold > 0.9


@pytest.mark.parametrize("fpir", [0.0, 0.01, 0.1, 0.35, 0.999])
def test_the_promised_share_of_false_answers_is_kept_also_with_ties(fpir: float) -> None:
    """No more than that share of the searches for people who are not there reach the threshold, and one step lower more do."""
    unmated = np.round(np.random.default_rng(2).random(97), 1)
    [rate] = open_set_rates(np.array([0.5]), np.array([True]), unmated, [fpir])
    assert (unmated >= rate.threshold).mean() <= fpir
    assert (unmated >= np.nextafter(rate.threshold, -np.inf)).mean() > fpir


def test_more_false_answers_never_miss_more() -> None:
    """FNIR falls as FPIR rises."""
    rng = np.random.default_rng(1)
    rates = open_set_rates(rng.normal(1, 1, 200), rng.random(200) < 0.9, rng.normal(0, 1, 300), np.linspace(0, 1, 21).tolist())
    missed = [rate.fnir for rate in rates]
    assert missed == sorted(missed, reverse=True)
    assert missed[0] > missed[-1]


def test_what_cannot_be_measured_is_refused() -> None:
    """No searches of a kind, lists of different length, scores that are not finite."""
    some, flags = np.array([0.5]), np.array([True])
    for mated, which, unmated in ((some[:0], flags[:0], some), (some, flags, some[:0]), (some, flags[:0], some)):
        with pytest.raises(ValueError):
            open_set_rates(mated, which, unmated, [0.1])
    with pytest.raises(ValueError):
        open_set_rates(np.array([np.nan]), flags, some, [0.1])
