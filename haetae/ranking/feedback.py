"""What an operator's "no, not this person" does to the order of the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STRENGTH = 1.0
"""Of re-ranked distance for each unit of cosine by which somebody is nearer to the rejected."""


def pushed_back(
    distances: NDArray[np.float32],
    to_asked: NDArray[np.floating],
    to_rejected: NDArray[np.floating],
    strength: float = STRENGTH,
) -> NDArray[np.float32]:
    """Re-ranked distances (n,) 0-1 in which candidates that are nearer to a rejected person than to the one asked for stand back.

    `to_asked` and `to_rejected` (n,) are cosine distances to the nearest probe and to the nearest rejected sighting. Who is
    nearer to the asked person keeps the distance exactly; nobody comes nearer.
    """
    nearer_by = np.maximum(np.asarray(to_asked) - np.asarray(to_rejected), 0.0)
    return np.asarray(np.minimum(distances + strength * nearer_by, 1.0), dtype=np.float32)
