"""Which re-ranking finds people best: none, k-reciprocal, camera-aware, graph, on the same crops of the city's test people; what
one probe at a time loses that re-ranks its nearest thousand alone, or by a stored neighbour graph everybody.

    python -m benchmarks.reranking [--networks haetae-reid,reid-0288] [--hard] [--queries 3441] [--gallery 16441]

Writes the entry "reranking" of benchmarks/results/<date>-<machine>.json: mAP, rank-1 and seconds of each, and of camera-aware
ones with the paper's numbers and others. Real people of several cameras belong to public data sets:
`haetae evaluate reid` measures on them where they are.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import figures
from haetae.domain.embedding import Vectors
from haetae.ranking import CameraAware, GraphPropagation, KReciprocal, Reranking, TakenBy, rerank_embeddings
from haetae.ranking.neighbour_graph import NeighbourGraph
from haetae.training.evaluation.crops import Crops
from haetae.training.evaluation.identifying import embedded
from haetae.training.evaluation.measured import embedder
from haetae.training.evaluation.retrieval import Labels, Retrieval, retrieval
from haetae.training.tables.drawn import drawn_search, held_out_bank
from haetae.training.workspace import Workspace

N_CANDIDATES = 1000
WAYS: Mapping[str, Reranking | None] = {
    "none": None,
    "k-reciprocal": KReciprocal(),
    "camera-aware": CameraAware(),
    "camera-aware, expanded by the nearest alone": CameraAware(k2_within=1, k2_across=5),
    "camera-aware, none within": CameraAware(k1_within=0, k2_within=1, k2_across=5),
    "graph": GraphPropagation(),
}


def main() -> None:
    """Embeds the crops once a network, then ranks them in every way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", default="haetae-reid,reid-0288")
    parser.add_argument("--models", type=Path, default=Path(".haetae/training/teachers"))
    parser.add_argument("--hard", action="store_true", help="night, fog and snow included")
    parser.add_argument("--queries", type=int, default=3441)
    parser.add_argument("--gallery", type=int, default=16441)
    given = parser.parse_args()
    bank = held_out_bank(Workspace.configured().banks, lambda text: print(text, file=sys.stderr), fair=not given.hard)
    search = drawn_search(bank, given.queries, given.gallery)
    found = {}
    for network in given.networks.split(","):
        ours = embedder(network, given.models)
        (queries, _), (gallery, _) = (embedded(ours, crops) for crops in (search.queries, search.gallery))
        asked, there = labels(search.queries), labels(search.gallery)
        taken_by = TakenBy(asked.cameras, there.cameras)
        for name, how in WAYS.items():
            began = time.process_time()
            distances = 1 - queries @ gallery.T if how is None else rerank_embeddings(queries, gallery, how, taken_by)
            took_s = time.process_time() - began
            found[f"{network}, {name}"] = told(retrieval(distances, asked, there), took_s)
            print(f"{network}, {name}: {found[f'{network}, {name}']}", file=sys.stderr)
        for name, one_by_one in (("its nearest thousand", nearest_thousand), ("the stored graph", stored_graph)):
            distances, ms = one_by_one(queries, gallery)
            found[f"{network}, one at a time, {name}"] = told(retrieval(distances, asked, there), 0.0) | {
                "ms_a_probe": round(ms, 2)
            }
            print(f"{network}, {name}: {found[f'{network}, one at a time, {name}']}", file=sys.stderr)
    figures.write("reranking_hard" if given.hard else "reranking", found)


def nearest_thousand(queries: Vectors, gallery: Vectors) -> tuple[NDArray[np.float32], float]:
    """(n_query, n_gallery) distances where each query re-ranks its nearest alone, the others behind; processor ms a probe."""
    distances = 3 - queries @ gallery.T
    began = time.process_time()
    for query, row in zip(queries, distances, strict=True):
        near = np.argpartition(row, N_CANDIDATES)[:N_CANDIDATES]
        row[near] = rerank_embeddings(query[None], gallery[near])[0]
    return distances, 1000 * (time.process_time() - began) / len(queries)


def stored_graph(queries: Vectors, gallery: Vectors) -> tuple[NDArray[np.float32], float]:
    """The same by a graph of the whole gallery; the time is that of ranking a query's nearest thousand."""
    graph = NeighbourGraph(gallery.shape[1])
    everybody = graph.add(gallery)
    graph.settle()
    distances = np.stack([graph.reranked(query, everybody) for query in queries])
    near = [np.argpartition(-(gallery @ query), N_CANDIDATES)[:N_CANDIDATES] for query in queries[:200]]
    began = time.process_time()
    for query, rows in zip(queries, near, strict=False):
        graph.reranked(query, rows)
    return distances, 1000 * (time.process_time() - began) / len(near)


def labels(crops: Crops) -> Labels:
    """Who is in the crops; the city's always say."""
    assert crops.labels is not None
    return crops.labels


def told(scores: Retrieval, took_s: float) -> dict[str, float]:
    """The figures that are kept, shares 0-1 and processor seconds."""
    return {
        "mean_average_precision": round(scores.mean_average_precision, 4),
        "rank1": round(scores.rank(1), 4),
        "mean_inverse_penalty": round(scores.mean_inverse_penalty, 4),
        "n_queries": scores.n_queries,
        "n_gallery": scores.n_gallery,
        "cpu_s": round(took_s, 2),
    }


if __name__ == "__main__":
    main()
