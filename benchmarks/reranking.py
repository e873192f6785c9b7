"""Which re-ranking finds people best: none, k-reciprocal, camera-aware, graph, on the same crops of the city's test people; what
one probe at a time loses that re-ranks its nearest thousand alone, or by a stored neighbour graph everybody.

    python -m benchmarks.reranking [--networks haetae-reid,reid-0288] [--hard] [--queries 3441] [--gallery 16441]
                                   [--rows "stored graph"] [--anew] [--save]

A row is one network and one way: mAP, rank-1 and processor seconds. Each is printed as it is ready; `--save` puts it at once into
the entry "reranking" ("reranking_hard") of benchmarks/results/<date>-<machine>.json, from which a later run of the day takes the
rows that are there, so that a run that was ended is gone on with: `--anew` measures them again. `--rows` measures those alone
whose names hold the words. Embeddings are kept in .haetae/benchmarks. Camera-aware ways have the paper's numbers and others. Real
people of several cameras belong to public data sets: `haetae evaluate reid` measures on them where they are.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
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


KEPT = Path(".haetae/benchmarks")
Row = dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """What is ranked: embeddings by one network of queries and gallery, and who is in them."""

    queries: Vectors
    gallery: Vectors
    asked: Labels
    there: Labels


def main() -> None:
    """Row after row, each kept as soon as it is ready."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", default="haetae-reid,reid-0288")
    parser.add_argument("--models", type=Path, default=Path(".haetae/training/teachers"))
    parser.add_argument("--hard", action="store_true", help="night, fog and snow included")
    parser.add_argument("--queries", type=int, default=3441)
    parser.add_argument("--gallery", type=int, default=16441)
    parser.add_argument("--rows", default="", help="words that the names of the rows to measure hold")
    parser.add_argument("--anew", action="store_true", help="measure rows again that are saved")
    parser.add_argument("--save", action="store_true")
    given = parser.parse_args()
    entry = "reranking_hard" if given.hard else "reranking"
    found = {} if given.anew else saved(entry, given.queries, given.gallery)
    for network in given.networks.split(","):
        ways = {f"{network}, {name}": way for name, way in all_ways().items()}
        missing = {name: way for name, way in ways.items() if name not in found and given.rows in name}
        searched = embedded_by(network, given) if missing else None
        for name, way in missing.items():
            assert searched is not None
            found[name] = way(searched)
            print(f"{name}: {found[name]}", file=sys.stderr, flush=True)
            if given.save:
                figures.write(entry, found)


def saved(entry: str, n_asked: int, n_gallery: int) -> dict[str, Row]:
    """The rows of these sizes that this machine measured today."""
    rows = {name: row for name, row in figures.known_today(entry).items() if isinstance(row, dict)}
    return {name: row for name, row in rows.items() if (row.get("n_asked"), row.get("n_gallery")) == (n_asked, n_gallery)}


def embedded_by(network: str, given: argparse.Namespace) -> Searched:
    """The city's test people as the network sees them, embedded once and kept."""
    bank = held_out_bank(Workspace.configured().banks, lambda text: print(text, file=sys.stderr), fair=not given.hard)
    search = drawn_search(bank, given.queries, given.gallery)
    ours = embedder(network, given.models)
    of_what = (network, ours.model.version, bank.folder.name, str(given.queries), str(given.gallery))
    kept = KEPT / f"reranking-{'-'.join(of_what)}.npz"
    if not kept.exists():
        (queries, _), (gallery, _) = (embedded(ours, crops) for crops in (search.queries, search.gallery))
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez(kept, queries=queries, gallery=gallery)
    arrays = np.load(kept)
    return Searched(arrays["queries"], arrays["gallery"], labels(search.queries), labels(search.gallery))


def all_ways() -> dict[str, Callable[[Searched], Row]]:
    """What is measured of each network, by the name of its row."""
    ways: dict[str, Callable[[Searched], Row]] = {name: partial(re_ranked, how=how) for name, how in WAYS.items()}
    ways["one at a time, its nearest thousand"] = partial(one_by_one, way=nearest_thousand)
    ways["one at a time, the stored graph"] = partial(one_by_one, way=stored_graph)
    return ways


def re_ranked(searched: Searched, how: Reranking | None) -> Row:
    """All queries and the gallery together."""
    began = time.process_time()
    if how is None:
        distances = 1 - searched.queries @ searched.gallery.T
    else:
        taken_by = TakenBy(searched.asked.cameras, searched.there.cameras)
        distances = rerank_embeddings(searched.queries, searched.gallery, how, taken_by)
    took_s = time.process_time() - began
    return told(retrieval(distances, searched.asked, searched.there), len(distances), took_s)


def one_by_one(searched: Searched, way: Callable[[Vectors, Vectors], tuple[NDArray[np.float32], float]]) -> Row:
    """Each query by itself."""
    began = time.process_time()
    distances, ms = way(searched.queries, searched.gallery)
    took_s = time.process_time() - began
    return told(retrieval(distances, searched.asked, searched.there), len(distances), took_s) | {"ms_a_probe": round(ms, 2)}


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
    distances = np.empty((len(queries), len(gallery)), np.float32)
    for query, row in zip(queries, distances, strict=True):
        row[:] = graph.reranked(query, everybody)
    near = [np.argpartition(-(gallery @ query), N_CANDIDATES)[:N_CANDIDATES] for query in queries[:200]]
    began = time.process_time()
    for query, rows in zip(queries, near, strict=False):
        graph.reranked(query, rows)
    return distances, 1000 * (time.process_time() - began) / len(near)


def labels(crops: Crops) -> Labels:
    """Who is in the crops; the city's always say."""
    assert crops.labels is not None
    return crops.labels


def told(scores: Retrieval, n_asked: int, took_s: float) -> Row:
    """The figures that are kept, shares 0-1 and processor seconds. Of those asked for, `n_queries` have anybody to find."""
    return {
        "mean_average_precision": round(scores.mean_average_precision, 4),
        "rank1": round(scores.rank(1), 4),
        "mean_inverse_penalty": round(float(scores.mean_inverse_penalty), 4),
        "n_asked": n_asked,
        "n_queries": scores.n_queries,
        "n_gallery": scores.n_gallery,
        "cpu_s": round(took_s, 2),
    }


if __name__ == "__main__":
    main()
