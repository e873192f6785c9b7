"""Appearance as a unit vector, and the model that it came from: vectors of two models are never compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.errors import HaetaeError

Vectors = NDArray[np.float32]
"""(n, d) float32, each row of length 1."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A network's name and the version that its numbers depend on (weights and precision), such as ("reid-0288", "1-f32")."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


class ModelsDiffer(HaetaeError):
    """Two embeddings of different models were about to be compared."""


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """`vector` is (d,) float32 of length 1."""

    vector: NDArray[np.float32]
    model: ModelVersion

    def distance_to(self, other: Embedding) -> float:
        """Cosine distance, 0-2, small is near. Raises ModelsDiffer."""
        if self.model != other.model:
            raise ModelsDiffer("Embeddings of two models cannot be compared.", ours=self.model, theirs=other.model)
        return float(1.0 - self.vector @ other.vector)


def normalised(vectors: NDArray[np.floating]) -> Vectors:
    """Rows of (n, d) scaled to length 1, float32. Raises ValueError on a zero or non-finite row."""
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.all(np.isfinite(lengths)) or np.any(lengths == 0):
        raise ValueError("a vector without direction cannot be normalised")
    return np.asarray(rows / lengths, dtype=np.float32)


def pooled(vectors: Vectors, weights: NDArray[np.floating]) -> NDArray[np.float32]:
    """The weighted mean direction of (n, d) unit vectors as one (d,) unit vector; weights (n,) >= 0, not all zero."""
    weighted = np.asarray(weights, dtype=np.float32) @ vectors
    return np.asarray(normalised(weighted[None, :])[0], dtype=np.float32)
