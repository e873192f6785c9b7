"""What is compiled ahead is what queries run."""

from __future__ import annotations

import importlib
import pkgutil

import numpy as np
from numba.core.dispatcher import Dispatcher

import haetae.ranking
from haetae.ranking import CameraAware, GraphPropagation, KReciprocal, TakenBy, nearest_reranked, rerank_embeddings
from haetae.ranking.neighbour_graph import NeighbourGraph
from haetae.ranking.warm_up import warm_up
from tests.kit.builders import unit_vectors


def compiled() -> dict[str, int]:
    """How many variants of each kernel of the room were asked for from outside compiled code."""
    modules = [importlib.import_module(f"haetae.ranking.{each.name}") for each in pkgutil.iter_modules(haetae.ranking.__path__)]
    return {
        f"{module.__name__}.{name}": len(kernel.signatures)
        for module in modules
        for name, kernel in vars(module).items()
        if isinstance(kernel, Dispatcher)
    }


def test_no_query_waits_for_the_compiler() -> None:
    """After the warm-up every kernel has its variant, and queries of all kinds, copies or not, need no other."""
    warm_up()
    before = compiled()
    vectors = unit_vectors(700, 32)
    vectors[600] = vectors[1]
    probes, gallery = vectors[:3], vectors[3:]
    taken_by = TakenBy(np.arange(3), np.arange(697) % 5)
    for how in (KReciprocal(), CameraAware(), GraphPropagation()):
        rerank_embeddings(probes, gallery, how, taken_by)
        rerank_embeddings(probes, gallery[:300], how, TakenBy(taken_by.probes, taken_by.gallery[:300]))
    nearest_reranked(probes, gallery, 10)
    graph = NeighbourGraph(32)
    rows = graph.add(gallery)
    graph.reranked(probes[0], rows[:50])
    assert before["haetae.ranking.half_scan.take_along_rows"] >= 1
    assert compiled() == before
