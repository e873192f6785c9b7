"""Embeddings on the wire: float32, little endian, with the model's name and version."""

from __future__ import annotations

import numpy as np

from haetae.domain.embedding import Embedding, ModelVersion
from haetae.wire.v1 import sighting_pb2

MAX_DIMENSIONS = 4096
LENGTH_TOLERANCE = 1e-3


def embedding_to_wire(embedding: Embedding) -> sighting_pb2.Embedding:
    """One embedding."""
    return sighting_pb2.Embedding(
        vector=embedding.vector.astype("<f4", copy=False).tobytes(),
        model_name=embedding.model.name,
        model_version=embedding.model.version,
    )


def embedding_from_wire(wire: sighting_pb2.Embedding) -> Embedding:
    """One embedding: (d,) float32 of length 1, d in 1-4096. Raises ValueError where it has no model or is no unit vector."""
    vector = np.frombuffer(wire.vector, dtype="<f4").astype(np.float32)  # a copy: writable, aligned, in native order
    if not 0 < vector.size <= MAX_DIMENSIONS or not wire.model_name:
        raise ValueError("an embedding is empty, too long, or of no model")
    if not np.isfinite(vector).all() or abs(float(np.linalg.norm(vector.astype(np.float64))) - 1.0) > LENGTH_TOLERANCE:
        raise ValueError("an embedding is no unit vector")
    return Embedding(vector, ModelVersion(wire.model_name, wire.model_version))
