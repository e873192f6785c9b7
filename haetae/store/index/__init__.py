"""Nearest sightings from an index in this process: fast where the gallery is large, and as exact as the caller's transaction."""

from haetae.store.index.asking import Found, Question, Sight, nearest
from haetae.store.index.day_rows import DayView
from haetae.store.index.embedding_index import EmbeddingIndex, Generation, Limits
from haetae.store.index.reading import Partition

__all__ = ["DayView", "EmbeddingIndex", "Found", "Generation", "Limits", "Partition", "Question", "Sight", "nearest"]
