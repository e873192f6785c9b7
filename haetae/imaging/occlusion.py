"""Crops with a part covered: what changes when it is not seen is what it was worth."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from haetae.domain.frame import Pixels

N_STRIPES = 6
"""Head, shoulders, chest and hips, thighs, shins, feet of somebody who stands upright and fills the crop."""


def without_stripes(crop: Pixels, n: int = N_STRIPES) -> Sequence[Pixels]:
    """`n` copies of the crop, in each another horizontal stripe, from the top down, covered by the crop's mean colour.

    Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, ECCV 2014, section 4.2, with stripes for squares.
    Raises ValueError where the crop has fewer rows than stripes.
    """
    if crop.shape[0] < n:
        raise ValueError(f"a crop of {crop.shape[0]} rows has no {n} stripes")
    bounds = np.linspace(0, crop.shape[0], n + 1).round().astype(int)
    colour = crop.reshape(-1, 3).mean(axis=0).round().astype(np.uint8)
    covered = []
    for first, end in pairwise(bounds.tolist()):
        one = crop.copy()
        one[first:end] = colour
        covered.append(one)
    return covered
