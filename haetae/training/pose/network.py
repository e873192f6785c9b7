"""A top-down pose network small enough for a Raspberry Pi: heat maps from a plain convolutional trunk.

Each joint's heat map and one "not in the picture" share a softmax, so that a score is the probability that the joint lies within
two cells of where it is said to be. (Places are classified instead of heights regressed, as in SimCC, Li et al., ECCV 2022, but
over the cells of the map; a trunk with one way back up: Xiao et al., Simple Baselines, ECCV 2018.)
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

N_JOINTS = 17
SIDE_PX = 128
CELL_PX = 4
CELLS = SIDE_PX // CELL_PX

_WINDOW = 2  # cells around the best one that its place is averaged over
_MEAN, _SCALE = 114.0, 60.0


class PoseNetwork(nn.Module):
    """Images (n, 3, 128, 128) BGR 0-255 -> logits (n, 17, 32 * 32 + 1): the cells row by row, then "not in the picture"."""

    def __init__(self, width: float = 1.0) -> None:
        super().__init__()
        c1, c2, c3, c4 = (max(8, round(channels * width / 8) * 8) for channels in (24, 40, 80, 128))
        self.fine = nn.Sequential(_conv(3, c1, stride=2), _conv(c1, c2, stride=2), _Residual(c2))
        self.middle = nn.Sequential(_conv(c2, c3, stride=2), _Residual(c3))
        self.coarse = nn.Sequential(_conv(c3, c4, stride=2), _Residual(c4), _Surroundings(c4))
        self.to_middle = _conv(c4, c3, kernel=1)
        self.merge_middle = _conv(c3, c3)
        self.to_fine = _conv(c3, c2, kernel=1)
        self.merge_fine = _conv(c2, c2)
        self.maps = nn.Conv2d(c2, N_JOINTS, 1)
        self.absent = nn.Linear(c4, N_JOINTS)
        self.up = nn.Upsample(scale_factor=2.0, mode="nearest")

    def forward(self, images: Tensor) -> Tensor:
        fine = self.fine((images - _MEAN) / _SCALE)
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        middle = self.merge_middle(middle + self.up(self.to_middle(coarse)))
        fine = self.merge_fine(fine + self.up(self.to_fine(middle)))
        return torch.cat([self.maps(fine).flatten(2), self.absent(coarse.mean(dim=(2, 3))).unsqueeze(2)], dim=2)


class PoseReader(nn.Module):
    """The network with its heat maps read: images -> keypoints (n, 17, 3), x and y in 0-1 of the picture, score 0-1."""

    columns: Tensor
    rows: Tensor

    def __init__(self, network: PoseNetwork) -> None:
        super().__init__()
        self.network = network
        cells = torch.arange(CELLS * CELLS)
        self.register_buffer("columns", (cells % CELLS).float(), persistent=False)
        self.register_buffer("rows", torch.div(cells, CELLS, rounding_mode="floor").float(), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        return self.read(torch.as_tensor(self.network(images)).float())

    def read(self, logits: Tensor) -> Tensor:
        """Around the best cell: the mean place, and the probability of all cells near it."""
        shares = torch.softmax(logits, dim=2)[:, :, : CELLS * CELLS]
        best = shares.argmax(dim=2, keepdim=True).float()
        row = torch.floor(best / CELLS)
        column = best - CELLS * row
        near = ((self.columns - column).abs() <= _WINDOW) & ((self.rows - row).abs() <= _WINDOW)
        shares = shares * near.float()
        score = shares.sum(dim=2)
        x = (shares * (self.columns + 0.5)).sum(dim=2) / (score * CELLS)
        y = (shares * (self.rows + 0.5)).sum(dim=2) / (score * CELLS)
        return torch.stack([x, y, score], dim=2)


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = _conv(channels, channels)
        self.second = _conv(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(x + self.second(self.first(x)))


class _Surroundings(nn.Module):
    """Adds to every place what the whole picture says: which way up the person is, and which side is left."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.near = nn.Conv2d(channels, channels, 5, padding=2, groups=channels, bias=False)
        self.whole = nn.Linear(channels, channels)
        self.mix = _conv(channels, channels, kernel=1)

    def forward(self, x: Tensor) -> Tensor:
        whole = self.whole(x.mean(dim=(2, 3)))[:, :, None, None]
        return torch.as_tensor(x + self.mix(self.near(x) + whole))


def _conv(inputs: int, outputs: int, *, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
