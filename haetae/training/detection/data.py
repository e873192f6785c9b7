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
    """`sizes` (height, width) are taken at random, one for a whole batch.

    Composing costs as much as learning, so every frame is shown `shown` times (data echoing: Choi et al., 2019): after the first
    time mirrored, at another size and in other light.
    """

    banks: Banks
    mix: Mix
    seed: int
    batch_size: int
    sizes: Sequence[tuple[int, int]]
    shown: int = 2
    _composer: Composer | None = None
    _last: tuple[int, list[LabelledFrame]] | None = None

    def batch(self, step: int) -> Batch:
        """Images (n, 3, h, w) uint8 BGR, boxes (n, m, 4) float32 xyxy, flags (n, m) int64: PERSON, IGNORED, 0 for no box."""
        cv2.setNumThreads(1)
        frames = self._composed(step // self.shown)
        if step % self.shown:
            rng = np.random.default_rng((self.seed, step, 1))
            size = self._size(rng)
            frames = [shown_again(rng, frame, size) for frame in frames]
        return packed(frames)

    def _composed(self, number: int) -> list[LabelledFrame]:
        if self._last is None or self._last[0] != number:
            rng = np.random.default_rng((self.seed, number))
            size = self._size(rng)
            self._composer = self._composer or Composer(self.banks, self.mix)
            self._last = number, [self._composer.frame(rng, size) for _ in range(self.batch_size)]
        return self._last[1]

    def _size(self, rng: np.random.Generator) -> ImageSize:
        height, width = self.sizes[int(rng.integers(len(self.sizes)))]
        return ImageSize(width=width, height=height)


def shown_again(rng: np.random.Generator, frame: LabelledFrame, size: ImageSize) -> LabelledFrame:
    """The frame mirrored, at that size and in other light."""
    height, width = frame.pixels.shape[:2]
    method = cv2.INTER_AREA if size.width < width else cv2.INTER_LINEAR
    pixels = cv2.resize(frame.pixels[:, ::-1], (size.width, size.height), interpolation=method)
    levels = np.arange(256)[:, None] * rng.uniform(0.7, 1.3) * rng.uniform(0.92, 1.08, 3) + rng.uniform(-15, 15)
    pixels = cv2.LUT(pixels, levels.clip(0, 255).astype(np.uint8)[None])
    boxes = frame.boxes.copy()
    boxes[:, [0, 2]] = width - boxes[:, [2, 0]]
    boxes *= np.array([size.width / width, size.height / height] * 2, np.float32)
    return LabelledFrame(np.asarray(pixels, dtype=np.uint8), boxes, frame.flags, frame.postures)


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
