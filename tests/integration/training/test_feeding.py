"""Batches from processes of their own."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
import torch

from haetae.training.feeding import fed
from haetae.training.learner import Batch


@dataclass(frozen=True, slots=True)
class Blurred:
    """Uses OpenCV as recipes do, and puts it on one thread as a careful one does."""

    def batch(self, step: int) -> Batch:
        cv2.setNumThreads(1)
        picture = np.full((64, 64, 3), step, np.float32)
        return {"images": torch.from_numpy(cv2.GaussianBlur(picture, (0, 0), 2.0))}


def test_workers_do_not_wait_for_threads_that_a_fork_left_behind() -> None:
    """A process that has used OpenCV on several threads hands batches out of its workers all the same, in order."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(2)
    cv2.GaussianBlur(np.zeros((1500, 1500, 3), np.float32), (0, 0), 5.0)
    try:
        values = [float(batch["images"].mean()) for batch in fed(Blurred(), 3, 9, 2)]
    finally:
        cv2.setNumThreads(before)
    assert values == pytest.approx([3, 4, 5, 6, 7, 8])
    assert not multiprocessing.active_children()
