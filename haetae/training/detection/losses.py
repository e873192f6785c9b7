"""What the detector is trained to make small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from haetae.training.detection.assignment import assigned, overlap_pairs

_BOX_WEIGHT = 2.0
_LEAST_TARGET = 0.05
_FEWEST = 4.0  # of people a batch is taken to have: pictures without any must not weigh more than those with some
_SOFTENED = 0.5


def detection_loss(
    logits: Tensor, boxes: Tensor, truth: Tensor, flags: Tensor, points: tuple[Tensor, Tensor]
) -> dict[str, Tensor]:
    """Scalars "total", "score", "box" and, of what was assigned, the mean "overlap".

    Scores: quality focal loss (Li et al., 2020, equation 4) towards the square root of the overlap, so that among a person's
    points the best fitting one scores highest, and yet people whose boxes are hard to guess (lying, small) reach the threshold.
    Boxes: generalised overlap, weighted by the same target.
    """
    found = assigned(logits, boxes, truth, flags, points)
    positive = found.person >= 0
    target = torch.where(positive, found.overlap.clamp(min=_LEAST_TARGET) ** _SOFTENED, 0.0)
    score = logits.sigmoid()
    each = functional.binary_cross_entropy_with_logits(logits, target, reduction="none") * (target - score).square()
    n_people = target.sum().clamp(min=_FEWEST)
    scores = each.where(positive | ~found.ignored, 0.0).sum() / n_people

    picture, point = positive.nonzero(as_tuple=True)
    _, fit = overlap_pairs(boxes[picture, point], truth[picture, found.person[picture, point]])
    box = ((1.0 - fit) * target[picture, point]).sum() / n_people
    overlap = found.overlap.where(positive, 0.0).sum() / positive.sum().clamp(min=1)
    return {"total": scores + _BOX_WEIGHT * box, "score": scores.detach(), "box": box.detach(), "overlap": overlap}
