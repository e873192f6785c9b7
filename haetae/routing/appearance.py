"""What the distance between two pictures says about one person, as log-odds: what routes add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.routing.axis import Floats

_RIDGE = 1e-3
_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Appearance:
    """Log-odds fall linearly with the distance: 0 at `even_at`, by `per_unit` for a whole unit of distance, within +-`most`."""

    even_at: float = 0.3
    per_unit: float = 20.0
    most: float = 8.0

    def log_odds(self, distances: NDArray[np.floating]) -> Floats:
        """Of each distance, finite. Larger is likelier the person."""
        return np.clip(self.per_unit * (self.even_at - np.asarray(distances, np.float64)), -self.most, self.most)


def fitted(distances: NDArray[np.floating], same: NDArray[np.bool_], most: float = 8.0) -> Appearance:
    """The line under which known pairs are likeliest (logistic regression); `distances` and `same` (n,), chance as in the data.

    Raises ValueError where one of the two kinds is missing, or the near ones are not likelier to be the same.
    """
    if not same.any() or same.all():
        raise ValueError("log-odds are fitted to pairs of which some are one person and some are not")
    x, y = np.asarray(distances, np.float64), same.astype(np.float64)
    middle, spread = float(x.mean()), max(float(x.std()), 1e-6)
    design = np.column_stack([np.ones(len(x)), (x - middle) / spread])
    weights = np.zeros(2)
    for _ in range(_ROUNDS):  # Newton's
        shares = 1.0 / (1.0 + np.exp(-np.clip(design @ weights, -30, 30)))
        gradient = design.T @ (shares - y) + _RIDGE * weights
        curvature = (design * (shares * (1 - shares))[:, None]).T @ design + _RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        weights -= np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-8:
            break
    if weights[1] >= 0:
        raise ValueError("nearer pairs are not likelier to be one person: these distances say nothing")
    per_unit = -float(weights[1]) / spread
    return Appearance(middle + float(weights[0]) / per_unit, per_unit, most)
