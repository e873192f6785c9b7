"""Which points of the network answer for which person.

Dynamic top-k with the cheapest points (Ge et al., OTA, 2021, section 3.3, in the simple form of YOLOX, 2021, section 2.3), with
RTMDet's soft classification cost and soft centre prior (Lyu et al., 2022, section 3.3). All pictures of a batch at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from haetae.training.detection.labels import IGNORED, PERSON

_CANDIDATES = 10
_CENTRE_STRIDES, _BESIDE_STRIDES = 2.0, 0.75  # points within so many strides of the centre; small boxes: even just outside
_SMALLEST, _LARGEST = 1.0, 24.0  # longer side of a box in strides of the levels that may answer for it
_LEAST_AREA_PX = 16.0
_NEVER = 1e8


@dataclass(frozen=True, slots=True)
class Assignment:
    """Of each point (n, points): the row of its person or -1, the overlap with it, and whether it lies in an ignored box."""

    person: Tensor
    overlap: Tensor
    ignored: Tensor


@torch.no_grad()
def assigned(logits: Tensor, boxes: Tensor, truth: Tensor, flags: Tensor, points: tuple[Tensor, Tensor]) -> Assignment:
    """`logits` (n, points), `boxes` (n, points, 4), `truth` (n, m, 4), `flags` (n, m) with 0 for no box at all."""
    places, strides = points
    x, y = places[:, 0], places[:, 1]
    left, top, right, bottom = (truth[..., i : i + 1] for i in range(4))
    inside = (x > left) & (x < right) & (y > top) & (y < bottom)
    away = torch.maximum((x - (left + right) / 2).abs(), (y - (top + bottom) / 2).abs()) / strides
    longer = torch.maximum(right - left, bottom - top) / strides
    able = (longer > _SMALLEST) & (longer < _LARGEST) & ((right - left) * (bottom - top) > _LEAST_AREA_PX)
    able &= (flags == PERSON)[..., None] & (away < _CENTRE_STRIDES) & (inside | (away < _BESIDE_STRIDES))

    overlap, _ = overlap_pairs(truth[:, :, None], boxes[:, None])
    overlap = overlap * able
    score = logits.sigmoid()[:, None]
    unlike = functional.binary_cross_entropy_with_logits(logits[:, None].expand_as(overlap), overlap, reduction="none")
    off_centre = torch.hypot(x - (left + right) / 2, y - (top + bottom) / 2) / strides
    cost = unlike * (overlap - score).square() - 3.0 * (overlap + 1e-7).log() + 10.0 ** (off_centre - 3.0)
    cost = torch.where(able, cost, _NEVER)

    n_points = overlap.topk(_CANDIDATES, 2).values.sum(2).int().clamp(min=1)  # the better the boxes fit, the more may answer
    cheapest = cost.topk(_CANDIDATES, 2, largest=False).indices
    wanted = torch.arange(_CANDIDATES, device=cost.device) < n_points[..., None]
    chosen = torch.zeros_like(able).scatter_(2, cheapest, wanted) & able
    best = torch.where(chosen, cost, _NEVER).min(1)  # a point answers for one person only
    person = torch.where(best.values < _NEVER, best.indices, -1)
    ignored = (inside & (flags == IGNORED)[..., None]).any(1)
    return Assignment(person, overlap.gather(1, best.indices[:, None])[:, 0], ignored)


def overlap_pairs(ones: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
    """Intersection over union and its generalised form (Rezatofighi et al., 2019) of boxes (..., 4) that broadcast."""
    shared = (torch.minimum(ones[..., 2:], others[..., 2:]) - torch.maximum(ones[..., :2], others[..., :2])).clamp(min=0).prod(-1)
    areas = [(boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1) for boxes in (ones, others)]
    union = areas[0] + areas[1] - shared + 1e-6
    around = (torch.maximum(ones[..., 2:], others[..., 2:]) - torch.minimum(ones[..., :2], others[..., :2])).prod(-1) + 1e-6
    iou = shared / union
    return iou, iou - (around - union) / around
