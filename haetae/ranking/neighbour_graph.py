"""The stored neighbour graph: a new probe is re-ranked against everybody, without comparing everybody with everybody again.

Zhong et al. (CVPR 2017) re-rank probes and gallery together; the gallery's own part of that work does not depend on the probe. It
is kept here and follows the gallery row by row; a probe is attached to it in about a millisecond.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors, normalised
from haetae.ranking.attached_probe import Attachment, attach
from haetae.ranking.graph_sets import SetPool
from haetae.ranking.k_reciprocal import KReciprocal
from haetae.ranking.neighbour_lists import NOBODY, NeighbourLists, Rows


class NeighbourGraph:
    """Neighbour lists and reciprocal sets of a gallery, kept while its vectors come and go. Threads may share it.

    Memory: a row of d numbers takes 4 d + 12 k1 + 12 bytes for its lists and about 8 bytes for each member of its set (some 30).
    """

    def __init__(self, dimension: int, how: KReciprocal | None = None) -> None:
        self.how = how or KReciprocal()
        self._lists = NeighbourLists(dimension, max(self.how.k1 + 1, self.how.k2))
        self._sets = SetPool(self.how.k1)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._lists)

    def add(self, vectors: Vectors) -> Rows:
        """The numbers (m,) under which the vectors (m, d) are known from now on. Raises ValueError as NeighbourLists.add."""
        with self._lock:
            rows, changed = self._lists.add(vectors)
            self._sets.outdate(self._lists, changed)
            return rows

    def remove(self, rows: Rows) -> None:
        """Forgets them; their numbers are not given again."""
        with self._lock:
            self._sets.outdate(self._lists, self._lists.remove(rows))

    def settle(self) -> int:
        """Computes ahead what changes have outdated, and says of how many rows: the next probe need not do it."""
        with self._lock:
            outdated = self._sets.outdated[: self._lists.n] & self._lists.alive[: self._lists.n]
            return self._sets.ensure(self._lists, np.flatnonzero(outdated))

    def reranked(self, probe: NDArray[np.floating], rows: Rows, weight_of_original: float | None = None) -> NDArray[np.float32]:
        """(m,) float32 re-ranked distances 0-1 of the probe (d,) from `rows`, re-ranked against everybody in the graph.

        The probe is one more vector that counts among the neighbours of those whose list it would enter, and is in their sets;
        it pushes nobody out of a list, and who entered whose list of k2 nearest stays: with one probe among thousands that
        hardly matters (`tests/unit/ranking/test_neighbour_graph.py` holds the definition). Without
        `weight_of_original` (0-1) that of the graph counts. Raises ValueError on a probe that is not finite or zero, KeyError on
        a row that is not there.
        """
        vector = np.asarray(probe, np.float32)
        if not np.isfinite(vector).all():
            raise ValueError("an embedding holds a number that is not finite")
        vector = normalised(vector[None])[0]
        with self._lock:
            lists, n = self._lists, self._lists.n
            if len(rows) and not lists.alive[rows].all():
                raise KeyError("a row to re-rank is not in the graph")
            distances = np.maximum(np.float32(2) - np.float32(2) * (lists.vectors[:n] @ vector), np.float32(0))
            nearest = _nearest(distances, lists.alive[:n], self.how.k1)
            if not len(rows):
                return np.empty(0, np.float32)
            around = np.concatenate(
                [lists.order[nearest, : self.how.k2].ravel(), lists.order[rows, : self.how.k2].ravel(), nearest]
            )
            self._sets.ensure(lists, np.unique(around[around != NOBODY]))
            farthest = max(float(distances[lists.alive[:n]].max()), 1e-12)
            attachment = Attachment(distances, nearest, farthest)
            how = self.how if weight_of_original is None else replace(self.how, weight_of_original=weight_of_original)
            return attach(lists, self._sets, attachment, how, rows)


def _nearest(distances: NDArray[np.float32], alive: NDArray[np.bool_], k: int) -> Rows:
    """The k nearest rows that are there, nearest first, ties by row."""
    there = np.where(alive, distances, np.float32(np.inf))
    k = min(k, int(alive.sum()))
    if k < len(there):
        limit = np.partition(there, k - 1)[k - 1]
        some = np.flatnonzero(there <= limit)
    else:
        some = np.flatnonzero(alive)
    return some[np.argsort(there[some], kind="stable")][:k]
