"""How well held-out people are found again, while training."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from haetae.domain.embedding import normalised
from haetae.domain.geometry import ImageSize
from haetae.training.detection.picture_bank import PictureBank
from haetae.training.evaluation.retrieval import Labels, retrieval
from haetae.training.learner import device_of
from haetae.training.reid.augmentation import straight

_BATCH = 64


@torch.no_grad()
def outputs_of(network: nn.Module, bank: PictureBank, rows: NDArray[np.intp], size: ImageSize) -> NDArray[np.float32]:
    """(n, d) float32: the network's outputs for crops as services would cut them. The network is in evaluation mode."""
    device, found = device_of(network), []
    for first in range(0, len(rows), _BATCH):
        images = np.stack([straight(bank.picture(int(i)), size) for i in rows[first : first + _BATCH]])
        found.append(network(torch.from_numpy(images).permute(0, 3, 1, 2).to(device).float()).float().cpu().numpy())
    return np.concatenate(found)


def across_cameras(embeddings: NDArray[np.floating], labels: Labels) -> dict[str, float]:
    """Rank-1 and mAP where each crop asks for the others of its identity in other cameras."""
    unit = normalised(embeddings)
    found = retrieval(1.0 - unit @ unit.T, labels, labels, max_rank=1)
    return {"rank1": found.rank(1), "mAP": found.mean_average_precision}


def mean_cosine(found: NDArray[np.floating], wanted: NDArray[np.floating]) -> float:
    """Between rows, (n, d) each."""
    return float((normalised(found) * normalised(wanted)).sum(axis=1).mean())
