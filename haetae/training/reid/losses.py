"""Losses of re-identification: classes, triplets, and what a teacher says about single crops and about pairs."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_FAR = 1e4  # stands for infinity where a softmax must stay finite


def smoothed_cross_entropy(scores: Tensor, classes: Tensor, smoothing: float = 0.1) -> Tensor:
    """Cross-entropy whose targets give `smoothing` to all classes alike (Szegedy et al., CVPR 2016, section 7)."""
    return F.cross_entropy(scores, classes, label_smoothing=smoothing)


def batch_hard_triplet(embeddings: Tensor, identities: Tensor, margin: float = 0.3) -> Tensor:
    """Each crop's farthest crop of its own identity is to be nearer by `margin` than the nearest of another one.

    Hermans et al., 2017, eq. 5. `embeddings` (n, d) are unit rows; distances are Euclidean. Crops without a partner or without a
    stranger in the batch are left out; 0 where that leaves none.
    """
    squared = (2.0 - 2.0 * embeddings @ embeddings.T).clamp(min=1e-6)  # the root's slope is infinite at 0
    distances = squared.sqrt()
    same = identities[:, None] == identities[None, :]
    own = torch.eye(len(identities), dtype=torch.bool, device=embeddings.device)
    partners = same & ~own
    farthest = distances.masked_fill(~partners, -_FAR).amax(dim=1)
    nearest = distances.masked_fill(same, _FAR).amin(dim=1)
    usable = partners.any(dim=1) & (~same).any(dim=1)
    losses = (farthest - nearest + margin).relu()
    return torch.where(usable, losses, torch.zeros_like(losses)).sum() / usable.sum().clamp(min=1)


def away_from_teacher(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean of 1 - cosine between the student's embedding of a crop and the teacher's (n, d each)."""
    return (1.0 - F.cosine_similarity(student, teacher, dim=1)).mean()


def relation_error(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean square difference of the cosines of all pairs in the batch (distances between examples: Park et al., CVPR 2019)."""
    others = ~torch.eye(len(student), dtype=torch.bool, device=student.device)
    difference: Tensor = (_cosines(student) - _cosines(teacher))[others]
    return difference.square().mean()


def neighbour_divergence(student: Tensor, teacher: Tensor, temperature: float = 0.1) -> Tensor:
    """How the student's distribution over a crop's neighbours in the batch differs from the teacher's (Kullback-Leibler, nats).

    Rows are softmaxes of cosines over `temperature`; a crop is no neighbour of itself (Passalis and Tefas, ECCV 2018).
    """
    own = torch.eye(len(student), dtype=torch.bool, device=student.device)
    ours = (_cosines(student) / temperature).masked_fill(own, -_FAR).log_softmax(dim=1)
    theirs = (_cosines(teacher) / temperature).masked_fill(own, -_FAR).log_softmax(dim=1)
    return F.kl_div(ours, theirs, reduction="batchmean", log_target=True)


def _cosines(rows: Tensor) -> Tensor:
    unit = F.normalize(rows)
    return unit @ unit.T
