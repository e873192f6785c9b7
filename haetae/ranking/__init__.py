"""Distances, re-ranking, fusion of evidence and grouping into people: arrays in, order out."""

# ruff: noqa: E402 - numba reads when it is imported for which processor it compiles
from haetae.ranking import ready_made

ready_made.adopt()

from haetae.ranking.camera_aware import CameraAware
from haetae.ranking.k_reciprocal import KReciprocal
from haetae.ranking.neighbours import AllTheSame
from haetae.ranking.propagation import GraphPropagation
from haetae.ranking.rerank import Nearest, Reranking, TakenBy, nearest_reranked, rerank_embeddings

__all__ = [
    "AllTheSame",
    "CameraAware",
    "GraphPropagation",
    "KReciprocal",
    "Nearest",
    "Reranking",
    "TakenBy",
    "nearest_reranked",
    "rerank_embeddings",
]
