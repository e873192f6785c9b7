"""Batches of composed frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from haetae.domain.geometry import ImageSize
from haetae.training.detection.composing.composer import Banks, Composer, Mix
from haetae.training.detection.labels import LabelledFrame
from haetae.training.learner import Batch


@dataclass(slots=True)
class DetectionBatches:
    """`sizes` (height, width) are taken at random, one for a whole batch."""

    banks: Banks
    mix: Mix
    seed: int
    batch_size: int
    sizes: Sequence[tuple[int, int]]
    _composer: Composer | None = None

    def batch(self, step: int) -> Batch:
        """Images (n, 3, h, w) uint8 BGR, boxes (n, m, 4) float32 xyxy, flags (n, m) int64: PERSON, IGNORED, 0 for no box."""
        cv2.setNumThreads(1)
        rng = np.random.default_rng((self.seed, step))
        height, width = self.sizes[int(rng.integers(len(self.sizes)))]
        size = ImageSize(width=width, height=height)
        self._composer = self._composer or Composer(self.banks, self.mix)
        return packed([self._composer.frame(rng, size) for _ in range(self.batch_size)])


def packed(frames: Sequence[LabelledFrame]) -> Batch:
    """Frames of one size as a batch."""
    most = max(1, *(len(frame.boxes) for frame in frames))
    boxes = np.zeros((len(frames), most, 4), np.float32)
    flags = np.zeros((len(frames), most), np.int64)
    for i, frame in enumerate(frames):
        boxes[i, : len(frame.boxes)] = frame.boxes
        flags[i, : len(frame.boxes)] = frame.flags
    images = torch.from_numpy(np.stack([frame.pixels for frame in frames])).permute(0, 3, 1, 2)  # channels last in memory
    return {"images": images, "boxes": torch.from_numpy(boxes), "flags": torch.from_numpy(flags)}
