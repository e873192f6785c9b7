"""The training data of re-identification, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from haetae.domain.geometry import ImageSize
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.learner import Batch
from haetae.training.reid.augmentation import Augmentation, augmented, erased

Rows = NDArray[np.intp]

Sizes = tuple[tuple[float, float], ...]
"""(up to which share of the steps, fraction of the full size), in order; full size after the last."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """What a batch holds: `shots` crops of each of `identities` (for triplets), and `real` crops of people whom nobody knows."""

    identities: int = 18
    shots: int = 2
    real: int = 24
    look_alikes: float = 0.5  # share of the identities that bring those with the same outfit along, where there are some


@dataclass(frozen=True, slots=True)
class Crops:
    """A bank's crops that may be learnt from, by row, and what a teacher says about each: (n, d) float16, or None."""

    bank: PictureBank
    rows: Rows
    targets: NDArray[np.float16] | None = None
    people: tuple[Rows, ...] = ()  # rows that show the same person each, where that is known: such come together

    def some(self, n: int, shots: int, rng: np.random.Generator) -> Rows:
        """`n` rows: `shots` of each person where people are known."""
        if not self.people:
            return np.asarray(self.rows[rng.integers(0, len(self.rows), n)], np.intp)
        chosen = rng.integers(0, len(self.people), -(-n // shots)).tolist()
        return np.concatenate([_some(self.people[i], shots, rng) for i in chosen])[:n]


@dataclass(frozen=True, slots=True)
class ReidBatches:
    """Batches of drawn identities and real people.

    `images` (n, 3, h, w) uint8, drawn crops first; `identities` (n_drawn,) int64, class numbers; `targets` (n, d) float32 where
    there are teachers. `sizes` say up to which share of the `steps` crops are shown at which fraction of the size: early steps
    need no detail, and at half the size they cost a quarter.
    """

    seed: int
    steps: int
    size: ImageSize
    sizes: Sizes
    sampling: Sampling
    augmentation: Augmentation
    drawn: Crops
    members: tuple[Rows, ...]  # of each class: rows of the bank
    fellows: tuple[Rows, ...]  # of each class: classes in the same outfit
    real: Crops | None = None

    def batch(self, step: int) -> Batch:
        rng = np.random.default_rng((self.seed, step))
        classes = self._classes(rng)
        drawn = np.concatenate([_some(self.members[c], self.sampling.shots, rng) for c in classes])
        real = self.real.some(self.sampling.real, self.sampling.shots, rng) if self.real else np.empty(0, np.intp)
        size = size_at(step, self.steps, self.sizes, self.size)
        images = [augmented(self.drawn.bank.picture(i), self.augmentation, size, rng) for i in drawn.tolist()]
        if self.real:
            images += [augmented(self.real.bank.picture(i), self.augmentation, size, rng) for i in real.tolist()]
        erased(images, self.augmentation.erase, rng)
        batch = {
            "images": torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2),
            "identities": torch.from_numpy(np.repeat(classes, self.sampling.shots).astype(np.int64)),
        }
        targets = self._targets(drawn, real)
        return batch if targets is None else {**batch, "targets": targets}

    def _classes(self, rng: np.random.Generator) -> NDArray[np.intp]:
        """Distinct classes; look-alikes come together."""
        wanted = min(self.sampling.identities, len(self.members))
        chosen: list[int] = []
        for candidate in rng.permutation(len(self.members)).tolist():
            group = [candidate]
            if len(self.fellows[candidate]) and rng.random() < self.sampling.look_alikes:
                group.append(int(rng.choice(self.fellows[candidate])))
            chosen += [c for c in group if c not in chosen]
            if len(chosen) >= wanted:
                break
        return np.array(chosen[:wanted], np.intp)

    def _targets(self, drawn: Rows, real: Rows) -> torch.Tensor | None:
        if self.drawn.targets is None:
            return None
        rows = [self.drawn.targets[drawn]]
        if self.real is not None and self.real.targets is not None:
            rows.append(self.real.targets[real])
        return torch.from_numpy(np.concatenate(rows).astype(np.float32))


def size_at(step: int, steps: int, sizes: Sizes, full: ImageSize) -> ImageSize:
    """The size of a step's images."""
    fraction = next((fraction for until, fraction in sizes if step < until * steps), 1.0)
    return ImageSize(width=round(full.width * fraction), height=round(full.height * fraction))


def grouped(values: NDArray[np.generic]) -> tuple[Rows, ...]:
    """Rows by value, in the values' order."""
    _, where = np.unique(values, return_inverse=True)
    order = np.argsort(where, kind="stable")
    return tuple(np.split(order, np.flatnonzero(np.diff(where[order])) + 1))


def fellows_of(outfits: NDArray[np.generic], members: Sequence[Rows]) -> tuple[Rows, ...]:
    """For each class those others whose crops have the same outfit number."""
    own = np.array([outfits[rows[0]] for rows in members])
    return tuple(np.setdiff1d(np.flatnonzero(own == outfit), [i]) for i, outfit in enumerate(own))


def _some(rows: Rows, n: int, rng: np.random.Generator) -> Rows:
    return np.asarray(rng.choice(rows, n, replace=len(rows) < n), np.intp)
