"""Distances, re-ranking, fusion of evidence and grouping into people: arrays in, order out."""

from haetae.ranking.k_reciprocal import KReciprocal, rerank_embeddings

__all__ = ["KReciprocal", "rerank_embeddings"]
