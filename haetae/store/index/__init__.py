"""Nearest sightings from an index in this process: fast where the gallery is large, and as exact as the caller's transaction."""

from haetae.store.index.asking import Found, Question, nearest
from haetae.store.index.embedding_index import EmbeddingIndex, Limits

__all__ = ["EmbeddingIndex", "Found", "Limits", "Question", "nearest"]
