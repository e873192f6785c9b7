"""OSNet that reads attributes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from haetae.training.attributes.layout import N_VALUES, SLICES
from haetae.training.reid.network import Pixels
from haetae.training.reid.osnet import OSNet


class AttributeNetwork(nn.Module):
    """(n, 3, h, w) BGR 0-255 to (n, N_VALUES) scores, attribute by attribute, of which a softmax within each makes probabilities.

    The heads see the average over the whole crop and those over its horizontal bands: shoes are below, hats above.
    """

    def __init__(self, width: float = 0.25, *, instance_norm: bool = False, n_bands: int = 4, n_hidden: int = 256) -> None:
        super().__init__()
        self.pixels = Pixels()
        self.trunk = OSNet(width, instance_norm=instance_norm)
        self.whole = nn.AdaptiveAvgPool2d(1)
        self.bands = nn.AdaptiveAvgPool2d((n_bands, 1))
        self.hidden = nn.Sequential(
            nn.Linear(self.trunk.n_features * (n_bands + 1), n_hidden, bias=False), nn.BatchNorm1d(n_hidden), nn.ReLU()
        )
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.Linear(n_hidden, N_VALUES)

    def forward(self, images: Tensor) -> Tensor:
        maps = self.trunk.maps(self.pixels(images))
        seen = torch.cat([self.whole(maps).flatten(1), self.bands(maps).flatten(1)], dim=1)
        scores: Tensor = self.heads(self.dropout(self.hidden(seen)))
        return scores


class AttributeReader(nn.Module):
    """What is exported: probabilities (n, N_VALUES) that sum to 1 within each attribute."""

    def __init__(self, network: AttributeNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        scores = self.network(images)
        return torch.cat([scores[:, values].softmax(dim=1) for values in SLICES.values()], dim=1)
