"""Where each joint is, as one question with many answers: a cell of the picture, or not in it."""

from __future__ import annotations

import torch
from torch import Tensor

from haetae.training.pose.network import CELLS


def aims(places: Tensor, spread_cells: float) -> Tensor:
    """(n, 17, cells + 1): what the network is to say of joints at `places` (n, 17, 2) in 0-1 of the picture.

    A Gaussian over the cells around the joint that sums to 1; all on the last entry where the joint lies outside.
    """
    centres = (torch.arange(CELLS, dtype=torch.float32, device=places.device) + 0.5) / CELLS
    spread = spread_cells / CELLS
    along = torch.exp(-0.5 * ((places[..., None] - centres) / spread) ** 2)  # (n, 17, 2, cells)
    maps = (along[:, :, 1, :, None] * along[:, :, 0, None, :]).flatten(2)
    inside = ((places >= 0) & (places < 1)).all(dim=2, keepdim=True).float()
    maps = inside * maps / maps.sum(dim=2, keepdim=True).clamp_min(1e-9)
    return torch.cat([maps, 1 - inside], dim=2)


def place_loss(logits: Tensor, places: Tensor, weights: Tensor, spread_cells: float) -> Tensor:
    """The cross-entropy of (n, 17, cells + 1) `logits`, a mean over the joints weighted by `weights` (n, 17); 0: unknown."""
    surprise = -(aims(places, spread_cells) * torch.log_softmax(logits.float(), dim=2)).sum(dim=2)
    return torch.as_tensor((surprise * weights).sum() / weights.sum().clamp_min(1e-6))
