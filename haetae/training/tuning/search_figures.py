"""How good search is with given parameters, case by case: who comes first, and who is taken for one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from haetae.ranking import AllTheSame, KReciprocal, rerank_embeddings
from haetae.ranking.identity import SamePerson, group_people
from haetae.ranking.likeness import Likeness
from haetae.training.tuning.search_tasks import Grouping, Material, Task
from services.search.tuning import Tunables

ByCase = NDArray[np.float64]
"""(n_cases,) a figure of each."""


class Measured:
    """Figures of any parameters on one material; what is dear is kept: re-ranking depends on k1 and k2 alone, and is mixed with
    the original distance afterwards, which is linear."""

    def __init__(self, material: Material, likeness: Likeness, same_person: SamePerson) -> None:
        self.material = material
        self._slope = likeness.of(KReciprocal())
        self._same_person = same_person
        self._originals = [_distances(task, KReciprocal(1, 1, 1.0)) for task in material.tasks]
        self._sets: dict[tuple[int, int], list[NDArray[np.float32]]] = {}
        self._grouped: dict[float, ByCase] = {}
        self._number = np.array([task.case for task in material.tasks])

    def ranked(self, chosen: Tunables, cases: NDArray[np.bool_] | None = None) -> tuple[ByCase, ByCase]:
        """Average precision and rank-1 of each of the `cases` (n_cases,) bool, means over their tasks; NaN of the others."""
        n_cases = self.material.n_cases
        wanted = np.ones(n_cases, bool) if cases is None else cases
        sums = np.zeros((3, n_cases))
        for i in np.flatnonzero(wanted[self._number]):
            sums[:, self._number[i]] += (*hits_figures(*self._hits(int(i), chosen)), 1.0)
        with np.errstate(invalid="ignore"):
            return sums[0] / sums[2], sums[1] / sums[2]

    def grouped(self, max_distance: float) -> ByCase:
        """F1 of each case's grouping: pairs with a confirmed sighting that are put together, and that belong together."""
        if max_distance not in self._grouped:
            how = replace(self._same_person, max_distance=max_distance)
            self._grouped[max_distance] = np.array([grouping_f1(each, how) for each in self.material.groupings])
        return self._grouped[max_distance]

    def order(self, i: int, chosen: Tunables) -> NDArray[np.intp]:
        """The i-th task's sightings as search orders them, best first."""
        task, original = self.material.tasks[i], self._originals[i]
        mixed = (1 - chosen.weight_of_original) * self._sets_of(i, chosen) + chosen.weight_of_original * original
        total = self._slope.steepness * (self._slope.even - mixed.astype(np.float64))
        total += chosen.weight_of_attributes * task.attributes + chosen.weight_of_space_time * task.space_time
        return np.lexsort((original, -total))

    def _hits(self, i: int, chosen: Tunables) -> tuple[NDArray[np.bool_], int]:
        task = self.material.tasks[i]
        return task.right[self.order(i, chosen)], task.n_right

    def _sets_of(self, i: int, chosen: Tunables) -> NDArray[np.float32]:
        key = (chosen.k1, chosen.k2)
        known = self._sets.setdefault(key, [_NOT_YET] * len(self.material.tasks))
        if known[i] is _NOT_YET:
            known[i] = _distances(self.material.tasks[i], KReciprocal(*key, 0.0))
        return known[i]


_NOT_YET = np.empty(0, np.float32)


def hits_figures(hits: NDArray[np.bool_], n_right: int) -> tuple[float, float]:
    """Average precision, 0-1 (who of `n_right` is not in the list counts as never found), and whether the first is right."""
    at = np.flatnonzero(hits)
    precision = np.arange(1, len(at) + 1) / (at + 1)
    return float(precision.sum() / n_right), float(hits[0])


def grouping_f1(grouping: Grouping, how: SamePerson) -> float:
    """Of pairs of sightings, at least one of them confirmed: 0-1."""
    group = np.empty(len(grouping.stays), int)
    for number, members in enumerate(group_people(grouping.vectors, grouping.stays, how)):
        group[members] = number
    person, others = group[grouping.is_person], group[~grouping.is_person]
    n, together = len(person), int((person[:, None] == person[None]).sum() - len(person)) // 2
    wrongly = int((person[:, None] == others[None]).sum())
    return 2 * together / (together + wrongly + n * (n - 1) // 2)


def mean(figures: ByCase, cases: NDArray[np.bool_] | Sequence[int]) -> float:
    """Over the cases."""
    return float(np.mean(figures[cases]))


def _distances(task: Task, how: KReciprocal) -> NDArray[np.float32]:
    try:
        return np.asarray(rerank_embeddings(task.probe[None], task.vectors.astype(np.float32), how)[0])
    except AllTheSame:
        return np.zeros(len(task.vectors), np.float32)
