"""Appearance of people as unit vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from haetae.domain.embedding import ModelVersion, Vectors, normalised
from haetae.domain.frame import Pixels
from haetae.errors import Poison
from haetae.inference.crops import input_size_for, stretched
from haetae.inference.port import Inference
from haetae.models.networks import network
from haetae.models.spec import IMAGES, Task


class Embedder:
    """Vectors by an embedding network of the catalogue. Photos of a query and crops of the gallery go the same way."""

    def __init__(self, inference: Inference, name: str, *, deadline_s: float = 5.0) -> None:
        """Raises Misconfigured where the catalogue has no embedder of that name."""
        self._inference = inference
        self._name = name
        self._size = input_size_for(name, Task.EMBEDDING)
        self.dimensions = network(name).spec.outputs[0].shape[0]
        self._deadline_s = deadline_s

    @property
    def model(self) -> ModelVersion:
        """What serves now. Asks the server (and remembers for seconds): raises Transient, Misconfigured."""
        return ModelVersion(self._name, self._inference.version(self._name))

    def embed(self, crops: Sequence[Pixels]) -> Vectors:
        """(n, d) float32 unit rows in the crops' order. Raises Transient, Overloaded, and Poison for a crop without direction."""
        if not crops:
            return np.empty((0, self.dimensions), dtype=np.float32)
        outputs = self._inference.infer(self._name, {IMAGES: stretched(crops, self._size)}, deadline_s=self._deadline_s)
        try:
            return normalised(outputs["embedding"])
        except ValueError as error:
            raise Poison("The network gave a vector without direction.", model=self._name) from error
