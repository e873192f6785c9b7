"""The training data of attributes, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from haetae.domain.geometry import ImageSize
from haetae.training.attributes.colours import MeasuredColours
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.learner import Batch
from haetae.training.reid.augmentation import Augmentation, augmented, erased
from haetae.training.reid.batches import Rows, Sizes, size_at


@dataclass(frozen=True, slots=True)
class RealColours:
    """Real crops that may be learnt from, by row, and the measured colours of their clothes."""

    bank: PictureBank
    rows: Rows
    measured: MeasuredColours


@dataclass(frozen=True, slots=True)
class AttributeBatches:
    """`images` (n, 3, h, w) uint8, drawn crops first; `labels` (n_drawn, attributes) int64; and for the real ones `colours`
    (n_real, 2, colours) float32 and `sure` (n_real, 2) bool."""

    seed: int
    steps: int
    size: ImageSize
    sizes: Sizes
    n_drawn: int
    n_real: int
    augmentation: Augmentation
    drawn: PictureBank
    labels: NDArray[np.int64]
    real: RealColours | None = None

    def batch(self, step: int) -> Batch:
        rng = np.random.default_rng((self.seed, step))
        size = size_at(step, self.steps, self.sizes, self.size)
        drawn = rng.integers(0, len(self.drawn), self.n_drawn)
        images = [augmented(self.drawn.picture(i), self.augmentation, size, rng) for i in drawn.tolist()]
        batch = {"labels": torch.from_numpy(self.labels[drawn])}
        if self.real is not None:
            rows = self.real.rows[rng.integers(0, len(self.real.rows), self.n_real)]
            images += [augmented(self.real.bank.picture(i), self.augmentation, size, rng) for i in rows.tolist()]
            batch["colours"] = torch.from_numpy(self.real.measured.shares[rows].astype(np.float32))
            batch["sure"] = torch.from_numpy(self.real.measured.sure[rows])
        erased(images, self.augmentation.erase, rng)
        return {"images": torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2), **batch}
