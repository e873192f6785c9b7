"""Losses for attributes whose values are seldom and often: work vests are rare, black shoes are not."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from haetae.domain.attributes import VALUES, AttributeName
from haetae.training.attributes.layout import N_VALUES, NAMES, SLICES, UNKNOWN

_RAREST = 0.004  # a share below this weighs no more
_GLASSES = NAMES.index(AttributeName.GLASSES)


def value_weights(labels: NDArray[np.int64], exponent: float) -> Tensor:
    """(N_VALUES,) float32: share ** -exponent of each value in the labels (n, attributes), 1 on average over the labels.

    0 weighs all crops alike, 1 all values. PA-100K's baselines weigh by exp(-share) (Li et al., DeepMAR, ACPR 2015, eq. 3), which
    tells little apart where most values are rare.
    """
    weights = np.ones(N_VALUES, np.float32)
    for i, name in enumerate(NAMES):
        known = labels[labels[:, i] != UNKNOWN, i]
        shares = np.bincount(known, minlength=len(VALUES[name])) / max(1, len(known))
        raw = np.maximum(shares, _RAREST) ** -exponent
        weights[SLICES[name]] = raw / max(1e-9, float((raw * shares).sum()))
    return torch.from_numpy(weights)


def value_shares(labels: NDArray[np.int64]) -> Tensor:
    """(N_VALUES,) float32: how often each value is there among the crops whose value is known."""
    shares = np.zeros(N_VALUES, np.float32)
    for i, name in enumerate(NAMES):
        known = labels[labels[:, i] != UNKNOWN, i]
        shares[SLICES[name]] = np.bincount(known, minlength=len(VALUES[name])) / max(1, len(known))
    return torch.from_numpy(shares)


def guess_loss(scores: Tensor, labels: Tensor, shares: Tensor) -> Tensor:
    """Whether somebody wears glasses who looks away: what is right then is how many people do (`value_shares`).

    Told nothing, a network would say anything there, and spoil what other shots of a tracklet tell.
    """
    unknown = labels[:, _GLASSES] == UNKNOWN
    if not bool(unknown.any()):
        return scores.sum() * 0.0
    values = SLICES[AttributeName.GLASSES]
    return F.cross_entropy(scores[unknown][:, values], shares[values].expand(int(unknown.sum()), -1))


def attribute_loss(scores: Tensor, labels: Tensor, weights: Tensor, smoothing: float = 0.05) -> dict[str, Tensor]:
    """For each attribute the weighted cross-entropy over the crops whose value is known; 0 where none is.

    `scores` (n, N_VALUES), `labels` (n, attributes) int64 with UNKNOWN.
    """
    losses = {}
    for i, name in enumerate(NAMES):
        values, known = SLICES[name], labels[:, i] != UNKNOWN
        if bool(known.any()):
            losses[name.value] = F.cross_entropy(
                scores[known][:, values], labels[known, i], weight=weights[values], label_smoothing=smoothing
            )
        else:
            losses[name.value] = scores.sum() * 0.0
    return losses


def told_colours(scores: Tensor, wanted: Tensor, sure: Tensor, values: slice) -> Tensor:
    """Cross-entropy to shares of colours that were measured, over the crops where the measurement is sure.

    `wanted` (n, values) sums to 1 in each row, `sure` (n,) bool.
    """
    if not bool(sure.any()):
        return scores.sum() * 0.0
    return F.cross_entropy(scores[sure][:, values], wanted[sure])
