"""A one-stage, anchor-free person detector of under a million parameters.

Plain 3x3 convolutions in cross-stage partial blocks (Wang et al., CSPNet, 2020, section 3.2), a feature pyramid and a path back
up (Liu et al., PANet, 2018, section 3.1), and one score and four distances at every point of strides 8, 16 and 32 (Tian et al.,
FCOS, 2019, section 3.1). Plain convolutions rather than depthwise ones: on a processor they train two to three times faster and
run as fast.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

STRIDES = (8, 16, 32)
_MEAN, _SCALE = 118.0, 58.0  # of pixels 0-255; inside the network, so that nobody can forget it
_RARE = 0.01  # a point's score before anything was learnt
_MOST_OCTAVES = 5.0  # distances up to e^5 strides


@dataclass(frozen=True, slots=True)
class Widths:
    """Channels of the backbone's five stages (strides 2 to 32) and of the pyramid."""

    stages: tuple[int, int, int, int, int] = (16, 32, 64, 96, 128)
    pyramid: int = 64


class PersonDetectorNetwork(nn.Module):
    """Pictures (n, 3, h, w) float32 BGR 0-255, sides multiples of 32, to logits (n, points) and boxes (n, points, 4) xyxy pixels.

    Points go through the strides 8, 16, 32, row by row, as `points_of` gives them.
    """

    def __init__(self, widths: Widths | None = None) -> None:
        super().__init__()
        widths = widths or Widths()
        one, two, three, four, five = widths.stages
        width = widths.pyramid
        self.stem = nn.Sequential(_convolved(3, one, stride=2), _convolved(one, two, stride=2))
        self.stage3 = nn.Sequential(_convolved(two, three, stride=2), _PartialBlock(three, 2))
        self.stage4 = nn.Sequential(_convolved(three, four, stride=2), _PartialBlock(four, 3))
        self.stage5 = nn.Sequential(_convolved(four, five, stride=2), _PartialBlock(five, 2), _Surroundings(five))
        self.lateral = nn.ModuleList([_convolved(channels, width, kernel=1) for channels in (three, four, five)])
        self.down = nn.ModuleList([_convolved(width, width) for _ in range(2)])
        self.steps = nn.ModuleList([_convolved(width, width, stride=2) for _ in range(2)])
        self.up = nn.ModuleList([_convolved(width, width) for _ in range(2)])
        self.score_towers = nn.ModuleList([_convolved(width, width) for _ in STRIDES])
        self.box_towers = nn.ModuleList([_convolved(width, width) for _ in STRIDES])
        self.scores = nn.ModuleList([nn.Conv2d(width, 1, 1) for _ in STRIDES])
        self.distances = nn.ModuleList([nn.Conv2d(width, 4, 1) for _ in STRIDES])
        self._initialise()

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        logits, boxes = [], []
        for level, features in enumerate(self._pyramid((images - _MEAN) * (1.0 / _SCALE))):
            logits.append(self.scores[level](self.score_towers[level](features)).float().flatten(1))
            distances = self.distances[level](self.box_towers[level](features)).float()
            boxes.append(_boxes(distances, STRIDES[level]))
        return torch.cat(logits, 1), torch.cat(boxes, 1)

    def _pyramid(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        three = self.stage3(self.stem(images))
        four = self.stage4(three)
        five = self.lateral[2](self.stage5(four))
        middle = self.down[0](self.lateral[1](four) + functional.interpolate(five, scale_factor=2.0, mode="nearest"))
        fine = self.down[1](self.lateral[0](three) + functional.interpolate(middle, scale_factor=2.0, mode="nearest"))
        middle = self.up[0](middle + self.steps[0](fine))
        return fine, middle, self.up[1](five + self.steps[1](middle))

    def _initialise(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        for score, distance in zip(self.scores, self.distances, strict=True):
            for module, bias in ((score, math.log(_RARE / (1 - _RARE))), (distance, math.log(2.0))):
                nn.init.normal_(module.weight, std=0.01)  # type: ignore[arg-type]
                nn.init.constant_(module.bias, bias)  # type: ignore[arg-type]


class DecodedDetector(nn.Module):
    """The network as it is exported: pictures to boxes (n, points, 4) and scores (n, points) 0-1, nothing suppressed."""

    def __init__(self, network: PersonDetectorNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        logits, boxes = self.network(images)
        return boxes, torch.sigmoid(logits)


def points_of(height: int, width: int) -> tuple[Tensor, Tensor]:
    """Where the network looks: (points, 2) float32 x and y in pixels of a picture of that size, and (points,) float32 strides."""
    places, strides = [], []
    for stride in STRIDES:
        y, x = torch.meshgrid(torch.arange(height // stride), torch.arange(width // stride), indexing="ij")
        places.append((torch.stack([x, y], -1).reshape(-1, 2).float() + 0.5) * stride)
        strides.append(torch.full((places[-1].shape[0],), float(stride)))
    return torch.cat(places), torch.cat(strides)


def _boxes(distances: Tensor, stride: int) -> Tensor:
    """(n, 4, h, w) logarithms of left, top, right, bottom in strides, as (n, h * w, 4) xyxy pixels."""
    ones = torch.ones_like(distances[:, :1])  # counted, not taken from the shape: any size then fits one exported file
    x, y = (torch.cumsum(ones, 3) - 0.5) * stride, (torch.cumsum(ones, 2) - 0.5) * stride
    far = torch.exp(distances.clamp(-_MOST_OCTAVES, _MOST_OCTAVES)) * stride
    corners = torch.cat([x - far[:, 0:1], y - far[:, 1:2], x + far[:, 2:3], y + far[:, 3:4]], 1)
    return corners.flatten(2).transpose(1, 2)


def _convolved(into: int, out: int, *, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(into, out, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(out, eps=1e-3, momentum=0.03),
        nn.ReLU(inplace=True),
    )


class _PartialBlock(nn.Module):
    """Half of the channels go through `depth` residual convolutions, the other half past them."""

    def __init__(self, channels: int, depth: int) -> None:
        super().__init__()
        half = channels // 2
        self.past, self.into = _convolved(channels, half, kernel=1), _convolved(channels, half, kernel=1)
        self.residuals = nn.ModuleList([_convolved(half, half) for _ in range(depth)])
        self.out = _convolved(channels, channels, kernel=1)

    def forward(self, features: Tensor) -> Tensor:
        through = self.into(features)
        for residual in self.residuals:
            through = through + residual(through)
        joined: Tensor = self.out(torch.cat([self.past(features), through], 1))
        return joined


class _Surroundings(nn.Module):
    """Each point also sees what is strongest around it, 5, 9 and 13 points wide (He et al., spatial pyramid pooling, 2014)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        quarter = channels // 4
        self.into = _convolved(channels, quarter, kernel=1)
        self.out = _convolved(quarter * 4, channels, kernel=1)

    def forward(self, features: Tensor) -> Tensor:
        seen = [self.into(features)]
        for _ in range(3):
            seen.append(functional.max_pool2d(seen[-1], 5, 1, 2))
        joined: Tensor = self.out(torch.cat(seen, 1))
        return joined
