"""Embeds the crops of a search and says how well it finds people, before and after re-ranking."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from haetae.domain.embedding import Vectors
from haetae.inference.embedder import Embedder
from haetae.ranking import KReciprocal, rerank_embeddings
from haetae.training.evaluation.crops import Crops, Search
from haetae.training.evaluation.retrieval import Labels, Retrieval, retrieval

_BATCH = 64

Progress = Callable[[int], None]
"""Takes how many crops are done."""


@dataclass(frozen=True, slots=True)
class ReidReport:
    """`after` is None where nothing was re-ranked. `cpu_ms` is processor time a crop, without reading it."""

    search: str
    dimensions: int
    before: Retrieval
    after: Retrieval | None
    cpu_ms: float
    rerank_s: float


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
    before = retrieval(1.0 - queries @ gallery.T, asked, there)
    began = time.monotonic()
    after = None
    if reranking is not None:
        after = retrieval(rerank_embeddings(queries, gallery, reranking), asked, there)
    n = max(1, search.queries.n + search.gallery.n)
    return ReidReport(
        search.name, embedder.dimensions, before, after, 1000 * (cpu_s + more_s) / n, time.monotonic() - began if after else 0.0
    )


def _labels(crops: Crops) -> Labels:
    if crops.labels is None:
        raise ValueError("a search is measured by who is in its crops, and these do not say")
    return crops.labels
