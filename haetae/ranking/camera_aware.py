"""Camera-aware re-ranking: neighbours by the same camera and by others are found apart, so that one camera's light and background
do not fill the sets with strangers.

Chen, Fan, Chen, Zhu: CA-Jaccard: Camera-aware Jaccard Distance for Person Re-identification, CVPR 2024.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.ranking.camera_neighbours import Cameras, camera_neighbours_of
from haetae.ranking.half_scan import SeeBlock
from haetae.ranking.reciprocal_sets import joined, reciprocal, weighed
from haetae.ranking.sparse_rows import SparseRows, averaged


@dataclass(frozen=True, slots=True)
class CameraAware:
    """How candidates are re-ranked; the defaults are the paper's. Raises ValueError on impossible values."""

    k1_within: int = 5  # neighbours by the same camera that may be reciprocal, beside the vector itself
    k1_across: int = 20  # by other cameras
    k2_within: int = 2  # nearest by the same camera, itself included, over which a set is averaged
    k2_across: int = 4  # by other cameras
    weight_of_original: float = 0.3  # lambda: 1 keeps the original distance, 0 takes the Jaccard distance alone

    def __post_init__(self) -> None:
        least = (self.k1_within >= 0, self.k1_across >= 0, self.k2_within >= 1, self.k2_across >= 0)
        if not all(least) or self.k1_within + self.k1_across < 1 or not 0.0 <= self.weight_of_original <= 1.0:
            raise ValueError(f"k2_within is at least 1, one k1 above 0, none below 0, and weight_of_original in 0-1, not {self}")


def camera_aware_sets(
    vectors: Vectors, cameras: Cameras, how: CameraAware, see: SeeBlock
) -> tuple[SparseRows, NDArray[np.float32]]:
    """Each vector's averaged set as weights that sum to 1, and the squared distance (n,) float32 of the vector farthest from it.

    - The set of p (section 3.2) are those among its k1_within nearest by its own camera, and among its k1_across nearest by
      other cameras, that have p among theirs in the same way; p itself included; no expansion;
    - weights are exp(-d^2 / row maximum), divided by their sum;
    - averaged (section 3.3) over the k2_within nearest by its own camera and the k2_across nearest by others, each the same.

    `cameras` (n,) int32 from 0 on.
    """
    n_within, n_across = max(how.k1_within + 1, how.k2_within), max(how.k1_across, how.k2_across)
    neighbours = camera_neighbours_of(vectors, cameras, (n_within, n_across), see)
    members = joined(
        reciprocal(neighbours.within, how.k1_within + 1),
        reciprocal(neighbours.across, how.k1_across),
    )
    weights = weighed(vectors, neighbours.farthest, members)
    over = np.concatenate([neighbours.within[:, : how.k2_within], neighbours.across[:, : how.k2_across]], axis=1)
    return averaged(weights, np.ascontiguousarray(over)), neighbours.farthest
