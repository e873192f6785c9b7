"""The whole re-identification network: pixels in, embedding out."""

from __future__ import annotations

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
        self.centres = nn.Parameter(torch.randn(n_identities, n_dimensions)) if n_identities else None

    def forward(self, images: Tensor) -> Tensor:
        embedding: Tensor = self.neck(self.reduce(self.trunk(self.pixels(images))))
        return embedding

    def class_scores(self, embeddings: Tensor, sharpness: float) -> Tensor:
        """(n, n_identities): `sharpness` times the cosine to each centre. Raises ValueError where there are no centres."""
        if self.centres is None:
            raise ValueError("the network has no class centres")
        return sharpness * F.normalize(embeddings) @ F.normalize(self.centres).T
