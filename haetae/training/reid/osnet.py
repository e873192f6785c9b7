"""OSNet: omni-scale features for re-identification (Zhou, Yang, Cavallaro, Xiang, ICCV 2019).

Table 1 of the paper, written from it: a 7x7 stem, three stages of two omni-scale blocks each, 1x1 transitions with 2x2 average
pooling between them, a 1x1 convolution and global average pooling. `width` multiplies the channels (x1.0, x0.5, x0.25).
"""

from __future__ import annotations

from torch import Tensor, nn

_CHANNELS = (64, 256, 384, 512)  # of the stem and the three stages at width 1
_STREAMS = 4  # T of equation 3: streams with receptive fields of 3, 5, 7 and 9
_REDUCTION = 16  # of the aggregation gate's hidden layer
_BOTTLENECK = 4


class OSNet(nn.Module):
    """The trunk: (n, 3, h, w) normalised images to (n, `n_features`) pooled features; h and w are at least 32.

    `instance_norm` puts instance normalisation into the stem and behind the first block of the first two stages, which takes a
    camera's own contrast and tint out of the features (as OSNet-IBN and Pan et al., ECCV 2018, do); it cannot be folded
    into convolutions and costs half as much again.

    The paper pools over the whole body and has as many features as the last stage has channels: with `stripes` (rows of equal
    height, which divide h / 16) what is above and what is below are kept apart (Sun et al., ECCV 2018), and `last` multiplies
    the features: a narrow network's few are too few for an embedding.
    """

    def __init__(self, width: float = 1.0, *, instance_norm: bool = False, stripes: int = 1, last: float = 1.0) -> None:
        super().__init__()
        stem, first, second, third = (round(width * channels) for channels in _CHANNELS)
        n_last = round(last * third)
        self.n_features = n_last * stripes
        self.stem = nn.Sequential(_convolution(3, stem, 7, stride=2, instance_norm=instance_norm), nn.MaxPool2d(3, 2, 1))
        self.stages = nn.Sequential(
            _stage(stem, first, pooled=True, instance_norm=instance_norm),
            _stage(first, second, pooled=True, instance_norm=instance_norm),
            _stage(second, third, pooled=False, instance_norm=False),
        )
        self.last = _convolution(third, n_last, 1)
        self.pool = nn.AdaptiveAvgPool2d((stripes, 1))
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def maps(self, images: Tensor) -> Tensor:
        """(n, channels, h / 16, w / 16): the features before pooling."""
        features: Tensor = self.last(self.stages(self.stem(images)))
        return features

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.pool(self.maps(images)).flatten(1)
        return features


class OmniScaleBlock(nn.Module):
    """Bottleneck of four streams of 1-4 light 3x3 convolutions, weighted by one shared gate and added (section 3.2, figure 4)."""

    def __init__(self, n_in: int, n_out: int, *, instance_norm: bool = False) -> None:
        super().__init__()
        n_mid = n_out // _BOTTLENECK
        self.reduce = _convolution(n_in, n_mid, 1)
        self.streams = nn.ModuleList(
            nn.Sequential(*(LightConvolution(n_mid) for _ in range(depth))) for depth in range(1, _STREAMS + 1)
        )
        self.gate = AggregationGate(n_mid)
        self.expand = nn.Sequential(nn.Conv2d(n_mid, n_out, 1, bias=False), nn.BatchNorm2d(n_out))
        self.shortcut: nn.Module = nn.Identity()
        if n_in != n_out:
            self.shortcut = nn.Sequential(nn.Conv2d(n_in, n_out, 1, bias=False), nn.BatchNorm2d(n_out))
        self.instance: nn.Module = nn.InstanceNorm2d(n_out, affine=True) if instance_norm else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        reduced = self.reduce(x)
        first, *others = (self.gate(stream(reduced)) for stream in self.streams)
        for other in others:
            first = first + other
        scales: Tensor = self.instance(self.expand(first) + self.shortcut(x))
        return scales.relu()


class LightConvolution(nn.Module):
    """A 3x3 convolution taken apart: 1x1 across channels, linear, then 3x3 within each channel (section 3.1)."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.across = nn.Conv2d(n_channels, n_channels, 1, bias=False)
        self.within = nn.Conv2d(n_channels, n_channels, 3, padding=1, groups=n_channels, bias=False)
        self.norm = nn.BatchNorm2d(n_channels)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.norm(self.within(self.across(x)))
        return y.relu()


class AggregationGate(nn.Module):
    """Weighs the channels of a stream by what is in it; one gate serves all streams (equation 4)."""

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        n_hidden = max(4, n_channels // _REDUCTION)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.squeeze = nn.Conv2d(n_channels, n_hidden, 1)
        self.excite = nn.Conv2d(n_hidden, n_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        weights: Tensor = self.excite(self.squeeze(self.pool(x)).relu())
        return x * weights.sigmoid()


def _stage(n_in: int, n_out: int, *, pooled: bool, instance_norm: bool) -> nn.Sequential:
    blocks: list[nn.Module] = [OmniScaleBlock(n_in, n_out, instance_norm=instance_norm), OmniScaleBlock(n_out, n_out)]
    if pooled:
        blocks += [_convolution(n_out, n_out, 1), nn.AvgPool2d(2)]
    return nn.Sequential(*blocks)


def _convolution(n_in: int, n_out: int, kernel: int, *, stride: int = 1, instance_norm: bool = False) -> nn.Sequential:
    norm: nn.Module = nn.InstanceNorm2d(n_out, affine=True) if instance_norm else nn.BatchNorm2d(n_out)
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, kernel, stride, kernel // 2, bias=False),
        norm,
        nn.ReLU(),
    )
