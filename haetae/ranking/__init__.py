"""Distances, re-ranking, fusion of evidence and grouping into people: arrays in, order out."""

from haetae.ranking.k_reciprocal import AllTheSame, KReciprocal, rerank_embeddings

__all__ = ["AllTheSame", "KReciprocal", "rerank_embeddings"]
