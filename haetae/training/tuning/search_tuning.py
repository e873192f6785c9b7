"""Parameters of search chosen on cases, and judged on cases that had no part in the choice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray

from haetae.training.tuning.search_cases import folds_of
from haetae.training.tuning.search_figures import Measured, mean
from services.search.tuning import Tunables

THRESHOLDS = tuple(round(0.04 * i, 2) for i in range(2, 25))
"""From which the threshold of one person is chosen, besides the present one: cosine distances."""

_THRESHOLD = "same_person_distance"
Some = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Effort:
    """How hard to try: trials for each choice, of which there is one a fold and one on all cases."""

    n_trials: int = 40
    n_folds: int = 5
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over cases, 0-1: average precision, first place right, F1 of grouping."""

    map: float
    rank1: float
    grouping_f1: float


@dataclass(frozen=True, slots=True)
class TunedSearch:
    """What came of it. `after` is of each case with the parameters that the other folds chose; `chosen` was chosen on all cases.

    `n_better` and `n_worse` count cases by average precision; `by_fold` shows how far the choices agree.
    """

    present: Tunables
    chosen: Tunables
    before: Figures
    after: Figures
    n_cases: int
    n_probes: int
    n_better: int
    n_worse: int
    by_fold: tuple[Tunables, ...]

    @property
    def ranking_is_better(self) -> bool:
        """By mean average precision of cases that had no part in the choice."""
        return self.after.map > self.before.map

    @property
    def grouping_is_better(self) -> bool:
        """By F1 of cases that had no part in the choice."""
        return self.after.grouping_f1 > self.before.grouping_f1

    @property
    def worth_applying(self) -> Mapping[str, Any]:
        """The parameters that changed and whose part is better, by name; without any, nothing is to be applied."""
        present = asdict(self.present)
        is_better = {name: self.grouping_is_better if name == _THRESHOLD else self.ranking_is_better for name in present}
        return {name: value for name, value in asdict(self.chosen).items() if is_better[name] and value != present[name]}


def tuned_search(
    measured: Measured,
    present: Tunables,
    fixed: Collection[str],
    effort: Effort,
    told: Callable[[float], None] = lambda done: None,
) -> TunedSearch:
    """Chooses on all folds but one and judges on that one, for each; then on all. `fixed` parameters stay as they are.

    `told` hears the share that is done, 0-1. The same material gives the same choice. Raises Misconfigured: too few cases.
    """
    n_cases = measured.material.n_cases
    folds = folds_of(n_cases, effort.n_folds, effort.seed)
    n_folds = int(folds.max()) + 1
    choosing = _Choosing(measured, present, frozenset(fixed), effort, _Steps(told, (n_folds + 1) * effort.n_trials))
    figures = np.full((3, n_cases), np.nan)
    by_fold = []
    for fold in range(n_folds):
        chosen = choosing.chosen(folds != fold)
        by_fold.append(chosen)
        figures[:, folds == fold] = _figures(measured, chosen)[:, folds == fold]
    before = _figures(measured, present)
    return TunedSearch(
        present=present,
        chosen=choosing.chosen(np.ones(n_cases, bool)),
        before=Figures(*before.mean(axis=1).tolist()),
        after=Figures(*figures.mean(axis=1).tolist()),
        n_cases=n_cases,
        n_probes=len(measured.material.tasks),
        n_better=int((figures[0] > before[0]).sum()),
        n_worse=int((figures[0] < before[0]).sum()),
        by_fold=tuple(by_fold),
    )


class _Steps:
    """Counts trials for whoever waits."""

    def __init__(self, told: Callable[[float], None], n: int) -> None:
        self._told, self._n, self._done = told, n, 0

    def one(self, study: Any, trial: Any) -> None:
        self._done += 1
        self._told(self._done / self._n)


class _Choosing:
    """Chooses on some cases; what is no better than the present leaves it as it is."""

    def __init__(self, measured: Measured, present: Tunables, fixed: frozenset[str], effort: Effort, steps: _Steps) -> None:
        self._measured = measured
        self._present = present
        self._fixed = fixed
        self._effort = effort
        self._steps = steps

    def chosen(self, cases: Some) -> Tunables:
        """By mean average precision, then the threshold by mean F1; ties go to what is nearest to the present."""
        ranking, best = self._present, self._mean_precision(self._present, cases)
        free = self._free(cases)
        for trial in self._study(cases, free).trials if free else ():
            if trial.value > best:
                ranking, best = replace(self._present, **trial.params), trial.value
        return replace(ranking, same_person_distance=self._threshold(cases))

    def _study(self, cases: Some, free: frozenset[str]) -> Any:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=self._effort.seed))

        def objective(trial: Any) -> float:
            chosen: dict[str, Any] = {name: suggest(trial) for name, suggest in _SPACE.items() if name in free}
            return self._mean_precision(replace(self._present, **chosen), cases)

        study.optimize(objective, n_trials=self._effort.n_trials, callbacks=[self._steps.one])
        return study

    def _free(self, cases: Some) -> frozenset[str]:
        """What these cases can say something of."""
        tasks = [task for task in self._measured.material.tasks if cases[task.case]]
        silent = set() if any(task.attributes.any() for task in tasks) else {"weight_of_attributes"}
        silent |= set() if any(task.space_time.any() for task in tasks) else {"weight_of_space_time"}
        return frozenset(_SPACE) - self._fixed - silent

    def _threshold(self, cases: Some) -> float:
        present = self._present.same_person_distance
        if _THRESHOLD in self._fixed:
            return present
        nearest_first = sorted({present, *THRESHOLDS}, key=lambda each: abs(each - present))
        return max(nearest_first, key=lambda each: round(mean(self._measured.grouped(each), cases), 9))  # of equal ones the first

    def _mean_precision(self, chosen: Tunables, cases: Some) -> float:
        return mean(self._measured.ranked(chosen, cases)[0], cases)


_SPACE: Mapping[str, Callable[[Any], float]] = {
    "k1": lambda trial: trial.suggest_int("k1", 4, 40, step=4),
    "k2": lambda trial: trial.suggest_int("k2", 1, 12),
    "weight_of_original": lambda trial: trial.suggest_float("weight_of_original", 0.0, 1.0, step=0.05),
    "weight_of_attributes": lambda trial: trial.suggest_float("weight_of_attributes", 0.05, 2.0, log=True),
    "weight_of_space_time": lambda trial: trial.suggest_float("weight_of_space_time", 0.0, 2.0, step=0.1),
}


def _figures(measured: Measured, chosen: Tunables) -> NDArray[np.float64]:
    """(3, n_cases) in the order of Figures."""
    return np.stack([*measured.ranked(chosen), measured.grouped(chosen.same_person_distance)])
