"""A logistic fit by Newton's method, and how well probabilities are calibrated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_STEPS, _RIDGE = 50, 1e-3


def logistic(features: Floats, holds: NDArray[np.bool_], weights: Floats) -> Floats:
    """(d + 1,) intercept and coefficients of log odds over `features` (n, d), by weighted maximum likelihood.

    A slight ridge on standardised features keeps it finite where the classes fall apart entirely.
    """
    mean, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-9)
    design = np.concatenate([np.ones((len(features), 1)), (features - mean) / spread], axis=1)
    ridge = _RIDGE * weights.sum() / len(weights) * np.eye(design.shape[1])
    ridge[0, 0] = 0.0
    beta = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        p = sigmoid(design @ beta)
        slope = design.T @ (weights * (holds - p)) - ridge @ beta
        curvature = (design * (weights * np.maximum(p * (1 - p), 1e-9))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, slope)
        beta += np.clip(step, -3.0, 3.0)
        if np.abs(step).max() < 1e-8:
            break
    coefficients = beta[1:] / spread
    return np.concatenate([[beta[0] - coefficients @ mean], coefficients])


def sigmoid(log_odds: Floats) -> Floats:
    """Probabilities 0-1."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -500, 500))), np.float64)


def balanced(holds: NDArray[np.bool_]) -> Floats:
    """(n,) weights with which both classes weigh half: so that log odds are likelihood ratios."""
    n, n_true = len(holds), max(1, int(holds.sum()))
    return np.where(holds, 0.5 / n_true, 0.5 / max(1, n - n_true)) * n


def log_loss(p: Floats, holds: NDArray[np.bool_], weights: Floats) -> float:
    """Mean of -log of what was given to the truth, natural; ln 2 = .693 says nothing."""
    given = np.where(holds, p, 1.0 - p)
    return float(-(weights * np.log(np.maximum(given, 1e-12))).sum() / weights.sum())


def reliability_diagram(p: Floats, holds: NDArray[np.bool_], weights: Floats, n_bins: int = 10) -> list[dict[str, float]]:
    """By bins of equal width that hold anything: mean probability, share that held, share of the weight."""
    at = np.minimum((p * n_bins).astype(int), n_bins - 1)
    rows = []
    for each in range(n_bins):
        inside = at == each
        weight = weights[inside].sum()
        if weight > 0:
            mean = float((weights * p)[inside].sum() / weight)
            held = float((weights * holds)[inside].sum() / weight)
            rows.append({"said": round(mean, 4), "held": round(held, 4), "share": round(float(weight / weights.sum()), 4)})
    return rows


def calibration_error(diagram: list[dict[str, float]]) -> float:
    """Expected calibration error (ECE): |said - held| over the bins by their share. Guo et al.: On Calibration of Modern Neural
    Networks, ICML 2017, section 2."""
    return sum(row["share"] * abs(row["said"] - row["held"]) for row in diagram)
