"""How well and how fast the nearest sightings are found under filters, by ours and by what one would pick instead.

    python -m benchmarks.retrieval [--rows 100000] [--queries 40] [--networks haetae-reid,reid-0288] [--without NAME ...] [--save]

One gallery (see `measuring.crowd` and `measuring.large_gallery`), the same questions for every way, one after another: the index
in memory, the exact SQL scan, pgvector's HNSW as it is and with a relaxed iterative scan, faiss flat, IVF and HNSW with an id
filter. Each question looks for somebody of whom another sighting is inside. Recall@100 is against exact distances of the stored
halves; person recall is the share of questions for which a way finds another sighting of that person where the exact first
hundred hold one. `fewest` is the smallest number of rows that came back where 100 or more were inside.

`--save` writes the entry "retrieval" of benchmarks/results/<date>-<machine>.json and draws docs/results/retrieval.svg.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import figures
from benchmarks.measuring.crowd import Crowd, Rows, embedded_crops, likeness
from benchmarks.measuring.curves import RESULTS, drawn
from benchmarks.measuring.large_gallery import SELECTIVITIES, fill, id_of, inside, scope_of
from benchmarks.measuring.other_searches import Faiss, Hnsw
from haetae.domain.embedding import Vectors, normalised
from haetae.domain.query import Scope
from haetae.ranking.warm_up import warm_up
from haetae.store.engine import open_store
from haetae.store.index import EmbeddingIndex, Limits, Question, nearest
from haetae.store.migration import migrate
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from tests.kit import builders, servers

LIMIT = 100
PER_PERSON = 10
SEED = 5

Way = Callable[[Vectors, Scope], list[UUID]]
"""Finds the nearest rows to one probe (1, d) within a scope."""


def main() -> None:
    """Fills a fresh database, asks every way, and writes the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=40)
    parser.add_argument("--networks", default="haetae-reid,reid-0288")
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--save", action="store_true")
    given = parser.parse_args()
    crops, people = embedded_crops(given.networks.split(","))
    vectors, who = Crowd.fitted(crops, people).sightings(given.rows, PER_PERSON, SEED)
    rng = np.random.default_rng(SEED + 1)
    sought = {name: seen_inside(scope_of(name), who, given.queries, rng) for name in SELECTIVITIES}
    found: dict[str, object] = {
        "n_rows": given.rows, "dimension": vectors.shape[1], "limit": LIMIT, "n_queries": given.queries,
        "networks": given.networks, "distances": {"crops": likeness(crops, people), "gallery": likeness(vectors, who)},
    }  # fmt: skip
    truth = {name: exactly(vectors, sought[name], scope_of(name)) for name in SELECTIVITIES}
    with tempfile.TemporaryDirectory() as folder, servers.postgres(Path(folder)) as (part, _):
        migrate(part.url)
        store = open_store(part.url, cipher=Cipher([]))
        fill(part.url, store, vectors)
        warm_up()
        for name, make in ways(part.url, store, vectors).items():
            if not any(name.startswith(word) for word in given.without):
                began = time.perf_counter()
                way, about = make()
                built_s = round(time.perf_counter() - began, 1)
                found[name] = {"built_s": built_s, **about, **asked(way, vectors, who, sought, truth)}
                print(name, found[name], file=sys.stderr, flush=True)
        store.close()
    found["load_after"] = round(os.getloadavg()[0], 1)
    if given.save:
        print(figures.write("retrieval", found), file=sys.stderr)
        (RESULTS / "retrieval.svg").write_text(picture(found), encoding="utf-8")


Made = tuple[Way, dict[str, object]]


def ways(url: str, store: Store, vectors: NDArray[np.float16]) -> dict[str, Callable[[], Made]]:
    """What is compared, each made when its turn comes."""
    hnsw, faiss = Hnsw(url, vectors.shape[1]), Faiss(vectors)
    return {
        "index": lambda: ours(store, Limits(memory_bytes=4 << 30)),
        "index, vectors stored": lambda: ours(store, Limits(memory_bytes=0)),
        "exact SQL scan": lambda: (lambda probe, scope: scanned(store, probe, scope), {}),
        "faiss flat": lambda: faiss.flat(LIMIT),
        "faiss IVF": lambda: faiss.ivf(LIMIT),
        "faiss HNSW": lambda: faiss.hnsw(LIMIT),
        "pgvector HNSW": lambda: hnsw.made(LIMIT),
        "pgvector HNSW, ef 200, relaxed iterative": lambda: hnsw.made(LIMIT, ef=200, iterative=True),
    }


def ours(store: Store, limits: Limits) -> Made:
    """The index with the exact scan where it cannot tell, as the service asks it; its rows are read when it is made."""
    index = EmbeddingIndex(builders.MODEL, limits)
    index.refresh(store)
    by: dict[str, int] = {"index": 0, "scan": 0}
    about: dict[str, object] = {"mib": round(index.n_bytes / 2**20), "answered_by": by}

    def way(probe: Vectors, scope: Scope) -> list[UUID]:
        with store.begin(consistent=True) as transaction:
            found = nearest(index, transaction.session, Question(probe, scope, LIMIT))
            by["scan" if found is None else "index"] += 1
            if found is None:
                return [id for id, _ in transaction.sightings.nearest(probe, index.model, scope, limit=LIMIT)]
            return [id for id, _ in found.nearest]

    return way, about


def scanned(store: Store, probe: Vectors, scope: Scope) -> list[UUID]:
    """By the exact scan."""
    with store.begin(consistent=True) as transaction:
        return [id for id, _ in transaction.sightings.nearest(probe, builders.MODEL, scope, limit=LIMIT)]


def seen_inside(scope: Scope, who: Rows, n: int, rng: np.random.Generator) -> Rows:
    """(n,) rows of the gallery, each of somebody of whom the scope holds another row; fewer where there are not so many."""
    within = inside(scope, len(who))
    others = np.bincount(who, weights=within)[who] - within
    rows = np.flatnonzero(others > 0)
    return rng.choice(rows, min(n, len(rows)), replace=False)


def exactly(vectors: NDArray[np.float16], sought: Rows, scope: Scope) -> list[Rows]:
    """The rows of the scope that are nearest to each row sought, by single precision."""
    rows = np.flatnonzero(inside(scope, len(vectors)))
    probes = normalised(vectors[sought])
    best: list[list[tuple[float, int]]] = [[] for _ in sought]
    for first in range(0, len(rows), 50_000):
        part = rows[first : first + 50_000]
        similar = probes @ normalised(vectors[part]).T
        for number, one in enumerate(similar):
            top = np.argpartition(-one, min(LIMIT, len(one) - 1))[:LIMIT]
            best[number] += [(-float(one[t]), int(part[t])) for t in top]
    return [np.array([row for _, row in sorted(one)[:LIMIT]]) for one in best]


Sought = Mapping[str, Rows]
"""The rows whose persons the questions look for, by selectivity."""

Truth = Mapping[str, list[Rows]]
"""The nearest rows of each question, by selectivity."""


def asked(way: Way, vectors: NDArray[np.float16], who: Rows, sought: Sought, truth: Truth) -> dict[str, object]:
    """Recall, times and rows of one way, for each selectivity."""
    found: dict[str, object] = {}
    for name in SELECTIVITIES:
        scope, recalls, persons, fewest, durations = scope_of(name), [], [], LIMIT, []
        way(normalised(vectors[:1]), scope)
        for number, row in enumerate(sought[name].tolist()):
            began = time.perf_counter()
            ids = set(way(normalised(vectors[row : row + 1]), scope))
            durations.append(time.perf_counter() - began)
            right = truth[name][number]
            recalls.append(sum(id_of(one) in ids for one in right.tolist()) / len(right))
            same = [one for one in right.tolist() if who[one] == who[row] and one != row]
            persons += [any(id_of(one) in ids for one in same)] if same else []
            fewest = min(fewest, len(ids)) if len(right) == LIMIT else fewest
        found[name] = {
            "recall": round(float(np.mean(recalls)), 4),
            "worst_recall": round(float(np.min(recalls)), 3),
            "person_recall": round(float(np.mean(persons)), 4) if persons else None,
            "n_persons": len(persons),
            "fewest": fewest,
            "p50_ms": round(1000 * float(np.percentile(durations, 50)), 1),
            "p95_ms": round(1000 * float(np.percentile(durations, 95)), 1),
        }
    return found


def picture(found: Mapping[str, object]) -> str:
    """Recall@100 against the median time: a line a way, a point a selectivity."""
    series = {
        name: [(entry[s]["p50_ms"], entry[s]["recall"]) for s in SELECTIVITIES]
        for name, entry in found.items()
        if isinstance(entry, dict) and "100 %" in entry
    }
    title = (
        f"Recall@100 against time: {found['n_rows']:,} sightings of {found['dimension']} numbers, filters that leave 0.1 % to all"
    )
    return drawn(title, ("milliseconds, median (logarithmic)", "recall@100"), series, log_x=True)


if __name__ == "__main__":
    main()
