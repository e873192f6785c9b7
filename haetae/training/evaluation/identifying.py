"""Embeds the crops of a search and says how well it finds people, before and after re-ranking."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.inference.embedder import Embedder
from haetae.ranking import KReciprocal, rerank_embeddings
from haetae.training.evaluation.crops import Crops, Search
from haetae.training.evaluation.retrieval import Labels, Retrieval, retrieval

_BATCH = 64
_TIMED = 100

Progress = Callable[[int], None]
"""Takes how many crops are done."""


@dataclass(frozen=True, slots=True)
class ReidReport:
    """`after` is None where nothing was re-ranked. `cpu_ms` is processor time a crop, without reading it.

    Both are by Market-1501's protocol; `with_same_camera` are the two where the person's crops by the query's own camera stay.

    `search_ms` is that of ordering the gallery for a query whose embedding is known, `reranked_ms` the same with re-ranking: of
    all queries at once, a query's share.
    """

    search: str
    dimensions: int
    before: Retrieval
    after: Retrieval | None
    cpu_ms: float
    rerank_s: float
    search_ms: float = 0.0
    reranked_ms: float = 0.0
    with_same_camera: tuple[Retrieval, Retrieval | None] | None = None


def embedded(embedder: Embedder, crops: Crops, progress: Progress = lambda done: None) -> tuple[Vectors, float]:
    """(n, d) unit rows, and the processor seconds that the network took."""
    rows, cpu_s = [], 0.0
    for number, batch in enumerate(crops.batches(_BATCH)):
        began = time.process_time()
        rows.append(embedder.embed(batch))
        cpu_s += time.process_time() - began
        progress(min(crops.n, (number + 1) * _BATCH))
    return np.concatenate([np.empty((0, embedder.dimensions), np.float32), *rows]), cpu_s


def reid_report(embedder: Embedder, search: Search, reranking: KReciprocal | None, progress: Progress) -> ReidReport:
    """The figures of one network on one search. Raises ValueError where crops have no labels."""
    queries, cpu_s = embedded(embedder, search.queries, progress)
    gallery, more_s = embedded(embedder, search.gallery, lambda done: progress(search.queries.n + done))
    asked, there = _labels(search.queries), _labels(search.gallery)
    began = time.process_time()
    distances = 1.0 - queries @ gallery.T
    distances_s = time.process_time() - began
    before, before_all = (retrieval(distances, asked, there, same_camera=stay) for stay in (False, True))
    ordering_s = _ordering_s(distances)
    after, after_all, rerank_s, reranked_s = None, None, 0.0, 0.0
    if reranking is not None:
        began_s, began = time.monotonic(), time.process_time()
        distances = rerank_embeddings(queries, gallery, reranking)
        rerank_s, reranked_s = time.monotonic() - began_s, time.process_time() - began
        after, after_all = (retrieval(distances, asked, there, same_camera=stay) for stay in (False, True))
    n, n_asked = max(1, search.queries.n + search.gallery.n), max(1, search.queries.n)
    return ReidReport(
        search.name,
        embedder.dimensions,
        before,
        after,
        cpu_ms=1000 * (cpu_s + more_s) / n,
        rerank_s=rerank_s,
        search_ms=1000 * (distances_s / n_asked + ordering_s),
        reranked_ms=1000 * (reranked_s / n_asked + ordering_s) if after else 0.0,
        with_same_camera=(before_all, after_all),
    )


def _ordering_s(distances: NDArray[np.floating]) -> float:
    """Processor seconds of putting one query's gallery in order, the mean of some."""
    some = distances[:_TIMED]
    began = time.process_time()
    for row in some:
        np.argsort(row, kind="stable")
    return (time.process_time() - began) / max(1, len(some))


def _labels(crops: Crops) -> Labels:
    if crops.labels is None:
        raise ValueError("a search is measured by who is in its crops, and these do not say")
    return crops.labels
