"""Training batches: drawn people, and real ones where there are clips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from haetae.training.detection.picture_bank import PictureBank
from haetae.training.learner import Batch
from haetae.training.pose.clip_people import ClipPeople
from haetae.training.pose.composing import Chances, Example, clip_example, drawn_example
from haetae.training.pose.sprite_bank import SpriteBank


@dataclass(frozen=True, slots=True)
class PoseBatches:
    """`of_clips` are the indices of the real people to learn from; `share_of_clips` of each batch is theirs."""

    seed: int
    size: int
    sprites: SpriteBank
    places: PictureBank | None
    people: ClipPeople | None
    of_clips: NDArray[np.intp]
    share_of_clips: float
    chances: Chances

    def batch(self, step: int) -> Batch:
        """pixels (n, 3, 128, 128) uint8, places (n, 17, 2), weights (n, 17)."""
        rng = np.random.default_rng((self.seed, step))
        return stacked([self._example(rng) for _ in range(self.size)])

    def _example(self, rng: np.random.Generator) -> Example:
        if self.people is not None and len(self.of_clips) and rng.random() < self.share_of_clips:
            return clip_example(rng, self.people, int(rng.choice(self.of_clips)), self.chances)
        return drawn_example(rng, self.sprites, self.places, self.chances)


def stacked(examples: list[Example]) -> Batch:
    """Examples as one batch."""
    pixels = np.stack([example.pixels.transpose(2, 0, 1) for example in examples])
    return {
        "pixels": torch.from_numpy(np.ascontiguousarray(pixels)),
        "places": torch.from_numpy(np.stack([example.places for example in examples])),
        "weights": torch.from_numpy(np.stack([example.weights for example in examples])),
    }
