"""Cases whose people look much alike, drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors, normalised
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import TrajectoryStep
from haetae.ranking.identity import SamePerson
from haetae.ranking.likeness import Likeness
from haetae.training.tuning.search_figures import Measured
from haetae.training.tuning.search_tasks import Grouping, Material, Task
from services.search.settings import SearchSection
from services.search.tuning import Tunables
from tests.kit.builders import MODEL, at, uuid

PRESENT = Tunables.of(SearchSection())


def drawn(n_cases: int = 6, *, seed: int = 0, noise: float = 0.7, n_others: int = 60) -> Material:
    """Three sightings of each case's person among everybody else."""
    rng = np.random.default_rng(seed)
    people = rng.standard_normal((n_cases, 1, 32)) + noise * rng.standard_normal((n_cases, 3, 32))
    vectors = normalised(np.concatenate([people.reshape(-1, 32), rng.standard_normal((n_others, 32))]).astype(np.float32))
    who = np.concatenate([np.repeat(np.arange(n_cases), 3), np.full(n_others, -1)])
    return Material(
        MODEL,
        n_cases,
        tuple(_task(vectors, who, row) for row in range(3 * n_cases)),
        tuple(_grouping(vectors, who, case) for case in range(n_cases)),
    )


def measured(material: Material) -> Measured:
    """By a network that nobody has measured."""
    return Measured(material, Likeness(), SamePerson())


def _task(vectors: Vectors, who: NDArray[np.intp], row: int) -> Task:
    others = np.delete(np.arange(len(vectors)), row)
    none = np.zeros(len(others))
    return Task(int(who[row]), vectors[row], vectors[others].astype(np.float16), who[others] == who[row], 2, none, none)


def _grouping(vectors: Vectors, who: NDArray[np.intp], case: int) -> Grouping:
    stays = tuple(
        TrajectoryStep(TrackletId(uuid(n)), CameraId(f"gate-{n}"), at(60 * n), at(60 * n + 5), None) for n in range(len(vectors))
    )
    return Grouping(case, vectors, stays, who == case)
