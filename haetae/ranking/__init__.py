"""Distances, re-ranking, fusion of evidence and grouping into people: arrays in, order out."""

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
