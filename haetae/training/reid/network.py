"""The whole re-identification network: pixels in, embedding out."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_MEAN = (103.5, 116.3, 123.7)  # of natural pictures, BGR, 0-255
_SCALE = (57.4, 57.1, 58.4)


class Pixels(nn.Module):
    """(n, 3, h, w) BGR 0-255 as trunks take them: about 0 with a deviation of about 1."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("scale", torch.tensor(_SCALE).view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        assert isinstance(self.mean, Tensor)
        assert isinstance(self.scale, Tensor)
        return (images - self.mean) / self.scale


class ReidNetwork(nn.Module):
    """(n, 3, h, w) BGR 0-255 to (n, `n_dimensions`) embeddings, not normalised, whose directions are compared.

    The batch normalisation before what is compared is Luo et al.'s neck (CVPRW 2019). `n_identities` adds the class centres of
    training; an exported network has none.
    """

    def __init__(self, trunk: nn.Module, n_features: int, *, n_dimensions: int = 256, n_identities: int = 0) -> None:
        super().__init__()
        self.pixels = Pixels()
        self.trunk = trunk
        self.reduce = nn.Linear(n_features, n_dimensions, bias=False)
        self.neck = nn.BatchNorm1d(n_dimensions)
        self.register_load_state_dict_pre_hook(_grow)  # type: ignore[no-untyped-call]
        self.centres = nn.Parameter(torch.randn(n_identities, n_dimensions)) if n_identities else None

    def forward(self, images: Tensor) -> Tensor:
        embedding: Tensor = self.neck(self.reduce(self.trunk(self.pixels(images))))
        return embedding

    def class_scores(self, embeddings: Tensor, sharpness: float) -> Tensor:
        """(n, n_identities): `sharpness` times the cosine to each centre. Raises ValueError where there are no centres."""
        if self.centres is None:
            raise ValueError("the network has no class centres")
        return sharpness * F.normalize(embeddings) @ F.normalize(self.centres).T


def _grow(network: nn.Module, state: dict[str, Any], *_: object) -> None:
    """Makes the weights of a network with fewer features, or without stripes, into weights of this one.

    What the features and stripes that are new would add is 0 at first, so that the embeddings stay as they were. Weights
    that fit, or that fit in no way, are left as they are: the loading then says so.
    """
    own = network.state_dict()
    weights, wanted = state.get("reduce.weight"), own["reduce.weight"]
    if weights is None or weights.shape == wanted.shape or weights.shape[0] != wanted.shape[0]:
        return
    before, now = (each.get("trunk.last.0.weight") for each in (state, own))
    if before is None or now is None or before.shape[1:] != now.shape[1:] or before.shape[0] > now.shape[0]:
        return
    n_old, n_last = before.shape[0], now.shape[0]
    if n_old != weights.shape[1]:
        return
    n_stripes = wanted.shape[1] // n_last
    grown = torch.zeros_like(wanted).view(-1, n_last, n_stripes)
    grown[:, :n_old] = weights[:, :, None] / n_stripes
    state["reduce.weight"] = grown.flatten(1)
    for name in [name for name in own if name.startswith("trunk.last.") and own[name].ndim]:
        wider = own[name].clone()
        wider[:n_old] = state[name]
        state[name] = wider
