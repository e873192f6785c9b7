"""The city's crops that tables are measured on: people whom no recipe learns from, drawn once and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haetae.domain.attributes import VALUES, AttributeName
from haetae.errors import Misconfigured
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.evaluation.crops import Crops, Search
from haetae.training.evaluation.retrieval import Labels
from haetae.training.reid.crop_bank import CropPlan, crop_bank
from haetae.training.reid.framing import inner

N_QUERIES, N_GALLERY = 3441, 16441
"""As many as the paper has."""

N_HARD_QUERIES, N_HARD_GALLERY = 860, 4110

FIRST_TEST = 2_000_000
SEED = FIRST_TEST
FAIR_PLAN = CropPlan(
    first_identity=FIRST_TEST + 10_000,
    n_identities=930,
    shots=24,
    cameras_each=4,
    n_cameras=10,
    first_camera=FIRST_TEST + 10_000,
    look_alikes=0.2,
    whole=True,
    fair=True,
)
"""930 people by 4 of 10 cameras each, six crops by each camera; one in five wears what somebody else wears.

Only people of 60 px or more, half seen, in boxes that hold all of them; by day, at dusk and indoors, as a city mostly is."""

HARD_PLAN = replace(FAIR_PLAN, first_identity=FIRST_TEST, n_identities=215, first_camera=FIRST_TEST, fair=False)
"""A quarter as many other people by other cameras, some of them at night, in rain, fog and snow."""

FAIR, HARD = "the city's test people by day, at dusk and indoors", "the city's test people, some at night, in rain, fog and snow"

Rows = NDArray[np.intp]


def held_out_bank(banks: Path, told: Callable[[str], None], *, fair: bool = True) -> PictureBank:
    """The crops, from disk or drawn now (minutes of one core)."""
    return crop_bank(FAIR_PLAN if fair else HARD_PLAN, banks, told)


def drawn_search(bank: PictureBank, n_queries: int = N_QUERIES, n_gallery: int = N_GALLERY, name: str = FAIR) -> Search:
    """The first crop of each person by each camera asks, the others are searched; of each as many as wanted, drawn by chance.

    Where too few can ask, some of the others do as well. Raises Misconfigured where the bank is too small.
    """
    if len(bank) < n_queries + n_gallery:
        raise Misconfigured(f"The bank holds {len(bank)} crops, fewer than {n_queries} queries and {n_gallery} others.")
    rng = np.random.default_rng(SEED)
    keys = np.stack([bank.columns["identity"], bank.columns["camera"]], axis=1)
    _, first = np.unique(keys, axis=0, return_index=True)
    later = rng.permutation(np.setdiff1d(np.arange(len(bank)), first))
    in_turn = np.concatenate([rng.permutation(first), later])
    asked = np.sort(in_turn[:n_queries])
    there = np.sort(rng.permutation(np.setdiff1d(later, asked))[:n_gallery])
    return Search(name, crops_of(bank, asked), crops_of(bank, there))


def crops_of(bank: PictureBank, rows: Rows) -> Crops:
    """Rows of a bank as services would cut them: without the margin."""
    labels = Labels(bank.columns["identity"][rows].astype(np.int64), bank.columns["camera"][rows].astype(np.int64))
    truth = [{name: VALUES[name][int(bank.columns[name.value][row])] for name in AttributeName} for row in rows.tolist()]
    return Crops(len(rows), lambda i: inner(bank.picture(int(rows[i]))), labels, truth)


def drawn_searches(banks: Path, told: Callable[[str], None]) -> list[Search]:
    """The fair one, as large as the paper's, and the hard one."""
    fair, hard = held_out_bank(banks, told), held_out_bank(banks, told, fair=False)
    return [drawn_search(fair), drawn_search(hard, N_HARD_QUERIES, N_HARD_GALLERY, HARD)]
