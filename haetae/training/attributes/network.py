"""OSNet that reads attributes, with a closer look at the head."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haetae.training.attributes.layout import N_VALUES, SLICES
from haetae.training.reid.network import Pixels
from haetae.training.reid.osnet import OSNet

_HEAD_SHARE = 5 / 16  # of the crop's height, from above: the heads of children, and hats, lie in it as well
_HEAD_CHANNELS = (16, 32, 64, 96)


class AttributeNetwork(nn.Module):
    """(n, 3, h, w) BGR 0-255 to (n, N_VALUES) scores, attribute by attribute, of which a softmax within each makes probabilities.

    OSNet sees the crop at half its size; plain convolutions see the upper part as it is: glasses are two pixels tall there where
    a person is 128. The scores are made of the averages over the whole crop and over its horizontal bands (shoes are below,
    hats above), and of the averages and the maxima over the upper part.

    `n_frozen` parts of OSNet (the stem, then its stages) keep the weights that they start with: a third less work for a step.
    """

    def __init__(
        self, width: float = 0.25, *, instance_norm: bool = False, n_frozen: int = 0, n_bands: int = 4, n_hidden: int = 256
    ) -> None:
        super().__init__()
        self.n_frozen = n_frozen
        self.pixels = Pixels()
        self.trunk = OSNet(width, instance_norm=instance_norm)
        self.whole = nn.AdaptiveAvgPool2d(1)
        self.bands = nn.AdaptiveAvgPool2d((n_bands, 1))
        self.head = _head()
        n_seen = self.trunk.n_features * (n_bands + 1) + 2 * _HEAD_CHANNELS[-1]
        self.hidden = nn.Sequential(nn.Linear(n_seen, n_hidden, bias=False), nn.BatchNorm1d(n_hidden), nn.ReLU())
        self.dropout = nn.Dropout(0.1)
        self.heads = nn.Linear(n_hidden, N_VALUES)

    def forward(self, images: Tensor) -> Tensor:
        pixels = self.pixels(images)
        maps = self._maps(F.avg_pool2d(pixels, 2))
        close = self.head(pixels[:, :, : int(_HEAD_SHARE * images.shape[2])])
        seen = [self.whole(maps), self.bands(maps), F.adaptive_avg_pool2d(close, 1), F.adaptive_max_pool2d(close, 1)]
        scores: Tensor = self.heads(self.dropout(self.hidden(torch.cat([each.flatten(1) for each in seen], dim=1))))
        return scores

    def _maps(self, small: Tensor) -> Tensor:
        """The trunk's features; what is frozen has no gradient and keeps its statistics."""
        parts: list[nn.Module] = [self.trunk.stem, *self.trunk.stages, self.trunk.last]
        maps = small
        for i, part in enumerate(parts):
            if i < self.n_frozen:
                part.eval()
                with torch.no_grad():
                    maps = part(maps)
            else:
                maps = part(maps)
        return maps


class _Residual(nn.Module):
    """Two 3x3 convolutions beside the identity (He et al., CVPR 2016)."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.first = _convolution(n_channels, n_channels, 1)
        self.second = nn.Sequential(nn.Conv2d(n_channels, n_channels, 3, padding=1, bias=False), nn.BatchNorm2d(n_channels))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.second(self.first(x))
        return (x + y).relu()


def _head() -> nn.Sequential:
    first, *others = _HEAD_CHANNELS
    layers: list[nn.Module] = [_convolution(3, first, 2)]
    for n_in, n_out in zip(_HEAD_CHANNELS, others, strict=False):
        layers += [_convolution(n_in, n_out, 2), _Residual(n_out)]
    return nn.Sequential(*layers)


def _convolution(n_in: int, n_out: int, stride: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(n_in, n_out, 3, stride, 1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU())


class AttributeReader(nn.Module):
    """What is exported: probabilities (n, N_VALUES) that sum to 1 within each attribute."""

    def __init__(self, network: AttributeNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        scores = self.network(images)
        return torch.cat([scores[:, values].softmax(dim=1) for values in SLICES.values()], dim=1)
