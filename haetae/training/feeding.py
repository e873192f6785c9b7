"""Batches, made beside the training and handed over in order."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import cv2
import torch
from torch.utils.data import DataLoader, Dataset

from haetae.training.learner import Batch, Batches


def fed(batches: Batches, first: int, end: int, n_workers: int, *, pinned: bool = False) -> Iterator[Batch]:
    """The batches of the steps first..end-1, in order, whatever made them; 0 workers make them in this process.

    OpenCV is put on one thread here, for good: a process that is forked while OpenCV has threads waits for ever at its first call
    that would end them.
    """
    cv2.setNumThreads(1)
    loader = DataLoader(
        _ByStep(batches),
        sampler=range(first, end),
        batch_size=None,  # a batch comes whole
        num_workers=n_workers,
        prefetch_factor=4 if n_workers else None,
        worker_init_fn=_prepare if n_workers else None,
        pin_memory=pinned,
    )
    yield from loader


class _ByStep(Dataset[Batch]):
    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def __getitem__(self, step: int) -> Batch:
        return self._batches.batch(step)


def _prepare(worker: int) -> None:
    """One thread each; a request to stop is the trainer's to answer: it ends its workers itself."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
