"""ResNet-50 (He, Zhang, Ren, Sun, CVPR 2016), the last stage at stride 1 as re-identification uses it (Luo et al., 2019)."""

from __future__ import annotations

from torch import Tensor, nn

_DEPTHS = (3, 4, 6, 3)  # blocks of the four stages, table 1
_WIDTHS = (64, 128, 256, 512)
_EXPANSION = 4


class ResNet50(nn.Module):
    """The trunk: (n, 3, h, w) normalised images to (n, 2048) pooled features. `last_stride` 2 is the paper's."""

    def __init__(self, *, last_stride: int = 1) -> None:
        super().__init__()
        self.n_features = _WIDTHS[-1] * _EXPANSION
        self.stem = nn.Sequential(
            nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1)
        )
        stages, n_in = [], 64
        for depth, width, stride in zip(_DEPTHS, _WIDTHS, (1, 2, 2, last_stride), strict=True):
            stages.append(_stage(n_in, width, depth, stride))
            n_in = width * _EXPANSION
        self.stages = nn.Sequential(*stages)
        self.pool = nn.AdaptiveAvgPool2d(1)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: Tensor) -> Tensor:
        features: Tensor = self.pool(self.stages(self.stem(images))).flatten(1)
        return features


class Bottleneck(nn.Module):
    """1x1, 3x3 and 1x1 convolution around which the input is led (figure 5); the 3x3 one strides."""

    def __init__(self, n_in: int, width: int, stride: int) -> None:
        super().__init__()
        n_out = width * _EXPANSION
        self.residual = nn.Sequential(
            nn.Conv2d(n_in, width, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, stride, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, n_out, 1, bias=False),
            nn.BatchNorm2d(n_out),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or n_in != n_out:
            self.shortcut = nn.Sequential(nn.Conv2d(n_in, n_out, 1, stride, bias=False), nn.BatchNorm2d(n_out))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.residual(x) + self.shortcut(x)
        return y.relu()


def _stage(n_in: int, width: int, depth: int, stride: int) -> nn.Sequential:
    first = Bottleneck(n_in, width, stride)
    return nn.Sequential(first, *(Bottleneck(width * _EXPANSION, width, 1) for _ in range(depth - 1)))
