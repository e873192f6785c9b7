"""Other ways to learn travel times, to compare with: the histogram of st-ReID, and mixtures of log-normals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from haetae.domain.trajectory import TravelExample
from haetae.routing.axis import EDGES_S, MIDDLES_S, SOFT_S, WIDTH, Floats, bin_of
from haetae.routing.travel_times import Pair
from haetae.routing.walking import Reach, anybody

Shares = Callable[[Pair], Floats]
_FLOOR = 0.02  # of chance, as in the times that are compared
_BIN_S, _SIGMA_BINS = 4.0, 2.0
_ROUNDS, _MOST_PARTS, _LEAST_SPREAD = 60, 3, 0.08


def histogram(examples: Sequence[TravelExample]) -> Shares:
    """Equal bins of 4 s over the horizon, smoothed by a Gaussian (Wang et al., AAAI 2019, section 3.2); a constant is added."""
    edges = np.arange(-800.0, 3600.0 + _BIN_S, _BIN_S)
    kernel = np.exp(-0.5 * (np.arange(-8, 9) / _SIGMA_BINS) ** 2)
    chance = anybody(Reach())

    def of(pair: Pair) -> Floats:
        seconds = [each.seconds for each in _of(examples, pair)]
        if not seconds:
            return chance
        counts = np.convolve(np.histogram(seconds, edges)[0], kernel / kernel.sum(), mode="same")
        per_s = np.concatenate([[0.0], np.cumsum(counts / max(counts.sum(), 1e-9))])
        shares = np.diff(np.interp(EDGES_S, edges, per_s))
        return np.asarray((1 - _FLOOR) * shares / max(shares.sum(), 1e-9) + _FLOOR * chance, np.float64)

    return _remembered(of)


def mixture(examples: Sequence[TravelExample]) -> Shares:
    """Up to three log-normals a pair (normal on the axis of seconds), by EM, as many as the Bayesian criterion asks for."""
    chance, at = anybody(Reach()), np.arcsinh(MIDDLES_S / SOFT_S)

    def of(pair: Pair) -> Floats:
        x = np.arcsinh(np.array([each.seconds for each in _of(examples, pair)]) / SOFT_S)
        if len(x) < 3:
            return chance
        fits = [_fitted(x, k) for k in range(1, _MOST_PARTS + 1) if len(x) >= 5 * k or k == 1]
        weights, means, spreads, _ = min(fits, key=lambda fit: fit[3])
        density = sum(w * _normal(at, m, s) for w, m, s in zip(weights, means, spreads, strict=True))
        shares = np.asarray(density, np.float64) * WIDTH
        return np.asarray((1 - _FLOOR) * shares / max(shares.sum(), 1e-9) + _FLOOR * chance, np.float64)

    return _remembered(of)


def mean_log_ratio_of(shares: Shares, examples: Sequence[TravelExample]) -> float:
    """As haetae.routing.learning.mean_log_ratio."""
    chance = anybody(Reach())
    at = bin_of(np.array([each.seconds for each in examples]))
    pairs = [(each.from_camera, each.to_camera) for each in examples]
    ratios = [np.log(shares(pair)[k]) - np.log(chance[k]) for pair, k in zip(pairs, at.tolist(), strict=True)]
    return float(np.mean(ratios))


def _of(examples: Sequence[TravelExample], pair: Pair) -> list[TravelExample]:
    return [each for each in examples if (each.from_camera, each.to_camera) == pair]


def _remembered(of: Shares) -> Shares:
    known: dict[Pair, Floats] = {}

    def remembered(pair: Pair) -> Floats:
        if pair not in known:
            known[pair] = of(pair)
        return known[pair]

    return remembered


def _fitted(x: Floats, k: int) -> tuple[Floats, Floats, Floats, float]:
    """Weights, means, spreads, and the Bayesian information criterion."""
    means = np.quantile(x, (np.arange(k) + 0.5) / k)
    spreads, weights = np.full(k, max(float(x.std()), _LEAST_SPREAD)), np.full(k, 1 / k)
    for _ in range(_ROUNDS):
        parts = weights * _normal(x[:, None], means, spreads) + 1e-12
        shares = parts / parts.sum(axis=1, keepdims=True)
        n = shares.sum(axis=0) + 1e-9
        weights, means = n / n.sum(), shares.T @ x / n
        spreads = np.maximum(np.sqrt((shares * (x[:, None] - means) ** 2).sum(axis=0) / n), _LEAST_SPREAD)
    likelihood = float(np.log((weights * _normal(x[:, None], means, spreads)).sum(axis=1) + 1e-12).sum())
    return weights, means, spreads, (3 * k - 1) * np.log(len(x)) - 2 * likelihood


def _normal(x: Floats, mean: Floats | float, spread: Floats | float) -> Floats:
    return np.asarray(np.exp(-0.5 * ((x - mean) / spread) ** 2) / (spread * np.sqrt(2 * np.pi)), np.float64)


Rivals = Mapping[str, Callable[[Sequence[TravelExample]], Shares]]
RIVALS: Rivals = {"histogram of st-ReID": histogram, "mixture of log-normals": mixture}
