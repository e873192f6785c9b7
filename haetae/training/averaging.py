"""The moving average of a network's weights."""

from __future__ import annotations

import copy

import torch
from torch import nn


class MovingAverage:
    """Follows a network: average = d average + (1 - d) network, with d rising to `decay` over the first steps.

    The means and variances of normalisations are averaged, too; whole-number buffers are copied. Polyak and Juditsky 1992; the
    rise (1 + t) / (10 + t) keeps the first, random weights out.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def follow(self, network: nn.Module, step: int) -> None:
        """After the update of `step`, counted from 0."""
        decay = min(self.decay, (1 + step) / (10 + step)) if self.decay else 0.0
        ours, theirs = self.network.state_dict(), network.state_dict()
        for name, average in ours.items():
            if average.is_floating_point():
                average.lerp_(theirs[name], 1.0 - decay)
            else:
                average.copy_(theirs[name])
