"""How small and how blurred a photo may be: how often the right person comes first by it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from haetae.domain.embedding import Vectors
from haetae.domain.frame import Pixels
from haetae.imaging.probe_limits import ProbeLimits
from haetae.imaging.quality import sharpness
from haetae.training.calibration.searches import Asked, distances, first_right, same
from haetae.training.calibration.tracklets import Tracklets

HEIGHTS_PX = (8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 96, 128)
BLURS = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.045)
"""Standard deviation of a Gaussian, in shares of the person's height."""

LEAST_SHARE = 0.85
"""Of the rank-1 of good photos, below which a photo is too poor: it loses more than 15 of 100 right answers."""

_TALL_PX = 110.0  # of the people whose photos are made smaller and blurred
_BATCH = 64

Embed = Callable[[Sequence[Pixels]], Vectors]


@dataclass(frozen=True, slots=True)
class Poorer:
    """Photos made smaller or blurred: their height, the middle of their sharpness, and how often the right person came first."""

    height_px: float
    blur: float
    sharpness: float
    rank1: float


def measured(people: Tracklets, asked: list[Asked], embed: Embed) -> list[Poorer]:
    """Photos of all heights unblurred, then of their own height with all blurs."""
    tall = [each for each in asked if people.crops.heights[each.crop] >= _TALL_PX]
    told = [_poorer(people, tall, embed, height, 0.0) for height in HEIGHTS_PX]
    return told + [_poorer(people, tall, embed, HEIGHTS_PX[-1], blur) for blur in BLURS]


def limits(found: Sequence[Poorer]) -> ProbeLimits:
    """The smallest height, and the least sharpness, with LEAST_SHARE of the rank-1 of photos that are good."""
    small, blurred = found[: len(HEIGHTS_PX)], found[len(HEIGHTS_PX) :]
    enough = LEAST_SHARE * max(each.rank1 for each in found)
    heights = [each.height_px for each in small if each.rank1 >= enough]
    sharp = [each.sharpness for each in blurred if each.rank1 >= enough]
    return ProbeLimits(float(min(heights)), round(min(sharp), 4))


def document(found: Sequence[Poorer]) -> list[dict[str, Any]]:
    """As figures."""
    return [
        {"height_px": each.height_px, "blur": each.blur, "sharpness": round(each.sharpness, 4), "rank1": round(each.rank1, 4)}
        for each in found
    ]


def _poorer(people: Tracklets, asked: list[Asked], embed: Embed, height: int, blur: float) -> Poorer:
    photos = [_made(people.crops.pixels[each.crop], height, blur) for each in asked]
    vectors = np.concatenate([embed(photos[at : at + _BATCH]) for at in range(0, len(photos), _BATCH)])
    firsts = [
        first_right(distances(people, each, vector), same(people, each)) == 0 for each, vector in zip(asked, vectors, strict=True)
    ]
    return Poorer(float(height), blur, float(np.median([sharpness(photo) for photo in photos])), float(np.mean(firsts)))


def _made(crop: Pixels, height: int, blur: float) -> Pixels:
    """The crop as a camera of fewer pixels, or out of focus, would have taken it: half as wide as tall."""
    size = (max(1, height // 2), height)
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA if height < crop.shape[0] else cv2.INTER_LINEAR)
    if blur > 0:
        small = cv2.GaussianBlur(small, (0, 0), blur * height)
    return np.asarray(small, np.uint8)
