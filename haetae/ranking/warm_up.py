"""Compiles the kernels of searching and re-ranking ahead, so that the first query does not wait for it."""

from __future__ import annotations

import numpy as np

from haetae.domain.embedding import Vectors
from haetae.ranking import CameraAware, GraphPropagation, KReciprocal, TakenBy, rerank_embeddings
from haetae.ranking.halves import nearest_distances, to_halves
from haetae.ranking.neighbour_graph import NeighbourGraph
from haetae.ranking.sign_bit_scan import ScannedRows, Wanted, estimated
from haetae.ranking.sign_bits import SignCode


def warm_up() -> None:
    """Compiles every kernel for the types in use, or loads them from numba's cache on disk (`NUMBA_CACHE_DIR`, else beside the
    sources, else below the user's cache folder). Takes some fifteen seconds of processor time at first and one afterwards."""
    vectors = np.eye(8, dtype=np.float32)
    _rerank(vectors[:2], vectors[1:])  # one vector is in both, as where a sighting is asked for
    _search(vectors)


def _rerank(probes: Vectors, gallery: Vectors) -> None:
    how = KReciprocal(k1=2, k2=2)
    taken_by = TakenBy(np.arange(len(probes)), np.arange(len(gallery)))
    for each in (how, CameraAware(), GraphPropagation()):
        rerank_embeddings(probes, gallery, each, taken_by)
    graph = NeighbourGraph(gallery.shape[1], how)
    rows = graph.add(gallery)
    graph.reranked(probes[0], rows)
    graph.remove(rows[:1])


def _search(vectors: Vectors) -> None:
    code = SignCode.around(vectors, 64)
    times = np.zeros(len(vectors), np.int64)
    rows = ScannedRows(*code.packed(vectors), times, times, np.zeros(len(vectors), np.int32), np.ones(len(vectors), np.uint32))
    found = estimated([rows], Wanted(0, 1, np.ones(1, np.bool_), 0), code.planes(vectors[:1]))
    nearest_distances(to_halves(vectors), found.best(4), vectors[:1])
