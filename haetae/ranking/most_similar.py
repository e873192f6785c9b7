"""The question whose answer takes nearly all of a re-ranking's time, and who may answer it in place of this process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors


@dataclass(frozen=True, slots=True, eq=False)
class MostSimilar:
    """Of n vectors: `order` (n, kept) int32, whose dot products with each are largest, the largest first, itself included;
    `least` (n,) float32, the smallest product of each with any."""

    order: NDArray[np.int32]
    least: NDArray[np.float32]


class FindsMostSimilar(Protocol):
    """Compares all vectors with all: a server with a GPU, say. Where nobody is given, this process does."""

    def __call__(self, vectors: Vectors, kept: int) -> MostSimilar | None:
        """The `kept` (at most n) most similar of each of n different unit vectors (n, d), by products of single precision.

        What is rounded there is compared anew here, among a few more than are needed. None where it cannot tell now.
        """
        ...
