"""Parameters of search are chosen on some cases and judged on others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from haetae.errors import Misconfigured
from haetae.ranking import KReciprocal, rerank_embeddings
from haetae.ranking.identity import SamePerson
from haetae.ranking.likeness import Likeness
from haetae.training.tuning.search_cases import folds_of
from haetae.training.tuning.search_figures import Measured, grouping_f1, hits_figures
from haetae.training.tuning.search_tuning import Effort, tuned_search
from services.search.tuning import TUNABLE, Tunables
from tests.unit.training.tuning.search_material import PRESENT, drawn, measured

FEW = Effort(n_trials=6, n_folds=3)
ALL_BUT_WEIGHT = frozenset(TUNABLE) - {"weight_of_original"}


class Watched(Measured):
    """Keeps which cases each choice was measured on."""

    looks: list[frozenset[int]]

    def ranked(self, chosen: Tunables, cases: NDArray[np.bool_] | None = None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """As it is, and noted."""
        if cases is not None:
            self.looks.append(frozenset(np.flatnonzero(cases).tolist()))
        return super().ranked(chosen, cases)


def test_no_case_is_on_both_sides() -> None:
    """While a fold's parameters are chosen nothing is measured on its cases; only the last choice, not judged, sees all."""
    watched = Watched(drawn(), Likeness(), SamePerson())
    watched.looks = []
    tuned_search(watched, PRESENT, ALL_BUT_WEIGHT, FEW)
    folds = folds_of(6, FEW.n_folds, FEW.seed)
    wanted = [frozenset(np.flatnonzero(folds != fold).tolist()) for fold in range(3)] + [frozenset(range(6))]
    assert list(dict.fromkeys(watched.looks)) == wanted


def test_what_is_reported_is_of_cases_that_had_no_part() -> None:
    """Each case counts with the parameters that the other folds chose, not with those that are kept in the end."""
    it = measured(drawn())
    found = tuned_search(it, PRESENT, frozenset(), FEW)
    folds = folds_of(6, FEW.n_folds, FEW.seed)
    by_fold = [it.ranked(chosen)[0][folds == fold] for fold, chosen in enumerate(found.by_fold)]
    assert found.after.map == pytest.approx(np.concatenate(by_fold).mean())
    assert found.before.map == pytest.approx(it.ranked(PRESENT)[0].mean())


def test_what_an_operator_has_set_stays() -> None:
    """Fixed parameters are the present ones in every choice; where all are fixed nothing is worth applying."""
    it = measured(drawn())
    found = tuned_search(it, PRESENT, ALL_BUT_WEIGHT, FEW)
    for chosen in (*found.by_fold, found.chosen):
        assert replace(chosen, weight_of_original=PRESENT.weight_of_original) == PRESENT
    still = tuned_search(it, PRESENT, frozenset(TUNABLE), FEW)
    assert (still.chosen, dict(still.worth_applying)) == (PRESENT, {})
    assert still.before == still.after


def test_what_the_cases_say_nothing_of_stays() -> None:
    """Without conditions and places the weights of attributes and of space and time are as they were."""
    found = tuned_search(measured(drawn()), PRESENT, frozenset({"same_person_distance"}), FEW)
    assert found.chosen.weight_of_attributes == PRESENT.weight_of_attributes
    assert found.chosen.weight_of_space_time == PRESENT.weight_of_space_time


def test_only_what_is_better_is_worth_applying() -> None:
    """Ranking and grouping are decided each for itself, by cases that had no part in the choice."""
    found = tuned_search(measured(drawn()), PRESENT, frozenset(), FEW)
    chosen = replace(PRESENT, k1=8, same_person_distance=0.6)
    worse, better = replace(found.before, map=0.5, grouping_f1=0.5), replace(found.before, map=0.6, grouping_f1=0.4)
    told = replace(found, chosen=chosen, before=worse, after=better)
    assert dict(told.worth_applying) == {"k1": 8}
    assert dict(replace(told, before=better, after=worse).worth_applying) == {"same_person_distance": 0.6}
    assert dict(replace(told, after=worse).worth_applying) == {}


def test_too_few_cases_are_refused() -> None:
    """Also where cases were left out because their sightings are gone."""
    with pytest.raises(Misconfigured, match="there are 4"):
        tuned_search(measured(drawn(4)), PRESENT, frozenset(), FEW)


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_mixing_afterwards_is_re_ranking(weight: float) -> None:
    """The order that is tuned is that of re-ranking with the same parameters."""
    it = measured(drawn())
    task = it.material.tasks[4]
    distances = rerank_embeddings(task.probe[None], task.vectors.astype(np.float32), KReciprocal(12, 4, weight))[0]
    order = it.order(4, replace(PRESENT, k1=12, k2=4, weight_of_original=weight))
    assert np.all(np.diff(distances[order]) >= -1e-6)


def test_evidence_moves_the_order_by_its_weight() -> None:
    """Attributes, and space and time, are added as log odds; a weight of 0 takes nothing into account."""
    material = drawn()
    last = int(measured(material).order(0, PRESENT)[-1])
    speaks = np.zeros(len(material.tasks[0].vectors))
    speaks[last] = 100.0
    for name, weight in (("attributes", "weight_of_attributes"), ("space_time", "weight_of_space_time")):
        task = replace(material.tasks[0], **{name: speaks})  # type: ignore[arg-type]
        it = measured(replace(material, tasks=(task, *material.tasks[1:])))
        assert it.order(0, PRESENT)[0] == last
        assert it.order(0, replace(PRESENT, **{weight: 0.0}))[-1] == last  # type: ignore[arg-type]


def test_who_is_not_found_counts_as_never_found() -> None:
    """Average precision over all that are there: 1/1 and 2/4 of three."""
    hits = np.array([True, False, False, True])
    assert hits_figures(hits, 3) == pytest.approx(((1 + 0.5) / 3, 1.0))
    assert hits_figures(~hits[:2], 1)[1] == 0.0


def test_grouping_counts_pairs_of_the_person() -> None:
    """Nobody together: 0. Everybody together: 3 of 3 pairs, and 3 x 2 wrong ones. The person alone: 1."""
    grouping = drawn(1, n_others=2, noise=0.1).groupings[0]
    assert grouping_f1(grouping, SamePerson(max_distance=0.0)) == 0.0
    assert grouping_f1(grouping, SamePerson(max_distance=2.0)) == pytest.approx(2 * 3 / (3 + 6 + 3))
    assert grouping_f1(grouping, SamePerson(max_distance=0.3)) == 1.0
