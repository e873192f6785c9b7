"""The neighbour graphs of the newest days, kept beside the index: candidates are re-ranked against everybody of their day."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import ModelVersion, Vectors, normalised
from haetae.domain.sighting_ids import SightingIds
from haetae.ranking import KReciprocal
from haetae.ranking.fingerprints import fingerprints
from haetae.ranking.neighbour_graph import NeighbourGraph
from haetae.store.index import DayView, Generation, Partition
from haetae.telemetry import logs
from services.search.metrics import graphed
from services.search.port import Reranked

_BATCH = 2_000  # rows that enter a graph together; between two batches queries have their turn


class Graphs:
    """One thread follows the index, any number ask. At most `most_rows` in all, the newest days first; a graph is made anew from
    the index whenever the service starts, so that a crash leaves nothing behind, and whenever `how` is set to another one."""

    def __init__(self, how: KReciprocal, *, most_rows: int, every_s: float) -> None:
        self.how = how
        self._every_s = every_s
        self._most_rows = most_rows
        self._model: ModelVersion | None = None
        self._days: dict[tuple[Partition, int], _DayGraph] = {}  # of a partition, the embeddings by one model

    @property
    def n(self) -> int:
        """How many sightings the graphs hold."""
        return sum(len(day.graph) for day in tuple(self._days.values()))

    def start(self, newest: Callable[[], Generation | None], stop: threading.Event) -> None:
        """Follows in a thread of its own until `stop` is set, and returns at once."""

        def run() -> None:
            while not stop.wait(self._every_s):
                generation = newest()
                if generation is not None:
                    self.follow(generation)

        threading.Thread(target=run, name="graphs", daemon=True).start()

    def follow(self, generation: Generation) -> None:
        """Brings the graphs to the state of the index. Days without vectors in memory have none."""
        chosen: dict[tuple[Partition, int], DayView] = {}
        n_left = self._most_rows
        for partition, view in sorted(generation.days.items(), key=lambda item: item[0].day, reverse=True):
            if view.n > n_left:
                break
            n_left -= view.n
            if view.halves is not None and view.n:
                chosen[partition, generation.model_number] = view
        how, old = self.how, {day: graph for day, graph in self._days.items() if graph.is_for(self.how)}
        days = {day: old.get(day) or _DayGraph(NeighbourGraph(_dimension(view), how)) for day, view in chosen.items()}
        self._days, self._model = days, generation.model
        for day, view in chosen.items():
            n_new = days[day].follow(view, generation.number)
            graphed(self.n)
            if n_new >= _BATCH:
                logs.get().info("neighbour_graph_grew", day=str(day[0].day), n_new=n_new, n=self.n)

    def reranked(self, ids: Sequence[UUID], probes: Vectors, how: KReciprocal, model: ModelVersion) -> Reranked | None:
        """Each probe (k, d) against everybody of each one's day; None where no graph is for `how`, or knows more than `ids`."""
        days = [day for day in tuple(self._days.values()) if day.is_for(how)]
        if not days or model != self._model or not ids:
            return None
        wanted = SightingIds.of(ids).columns
        found = Reranked(np.zeros((len(probes), len(ids)), np.float32), np.zeros(len(ids), np.bool_))
        for day in days:
            day.rerank(wanted, probes, how, found)
        return found if found.known.any() else None


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """Rows of a graph by their ids: `keys` (n,) ascending, `ids` (n, 2) and `rows` (n,) in their order."""

    keys: NDArray[np.uint64]
    ids: NDArray[np.uint64]
    rows: NDArray[np.int64]

    @classmethod
    def of(cls, ids: NDArray[np.uint64], rows: NDArray[np.int64]) -> _Known:
        keys = ids[:, 0] ^ ids[:, 1]
        order = np.argsort(keys, kind="stable")
        return cls(keys[order], ids[order], rows[order])

    def rows_of(self, ids: NDArray[np.uint64]) -> NDArray[np.int64]:
        """(m,) the rows, -1 where there is none."""
        if not len(self.keys):
            return np.full(len(ids), -1, np.int64)
        at = np.minimum(np.searchsorted(self.keys, ids[:, 0] ^ ids[:, 1]), len(self.keys) - 1)
        return np.where((self.ids[at] == ids).all(axis=1), self.rows[at], -1)


@dataclass(slots=True, eq=False)
class _DayGraph:
    graph: NeighbourGraph
    _prints: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    _known: _Known = field(default_factory=lambda: _Known.of(np.empty((0, 2), np.uint64), np.empty(0, np.int64)))

    def is_for(self, how: KReciprocal) -> bool:
        """Whether its lists and sets are those of `how`; the weight of the original distance is free."""
        return (self.graph.how.k1, self.graph.how.k2) == (how.k1, how.k2)

    def follow(self, view: DayView, generation: int) -> int:
        """Takes in what the view shows of that generation and lets go what it does not; how many came."""
        assert view.halves is not None
        here = np.flatnonzero(view.scanned.gone_from > generation)
        ids, halves = view.ids[here], view.halves[here]
        prints = fingerprints(ids, halves)
        stays = np.isin(self._prints, prints)
        new = ~np.isin(prints, self._prints)
        if stays.all() and not new.any():
            return 0
        order = np.argsort(self._known.rows, kind="stable")  # the prints stand in the order of the rows
        old_rows, old_ids = self._known.rows[order], self._known.ids[order]
        self._known = _Known.of(old_ids[stays], old_rows[stays])
        self.graph.remove(old_rows[~stays])
        added = [self.graph.add(normalised(halves[some].view(np.float16).astype(np.float32))) for some in _batches(new)]
        self._prints = np.concatenate([self._prints[stays], prints[new]])
        self._known = _Known.of(np.concatenate([old_ids[stays], ids[new]]), np.concatenate([old_rows[stays], *added]))
        self.graph.settle()
        return int(new.sum())

    def rerank(self, ids: NDArray[np.uint64], probes: Vectors, how: KReciprocal, found: Reranked) -> None:
        """Fills the columns of those that are in this graph."""
        rows = self._known.rows_of(ids)
        at = np.flatnonzero(rows >= 0)
        if not len(at) or len(self.graph) <= len(
            ids
        ):  # those asked for may be all there are: re-ranked together they lose nothing
            return
        try:
            found.distances[:, at] = [self.graph.reranked(probe, rows[at], how.weight_of_original) for probe in probes]
        except KeyError:  # one left the graph since it was looked up: the next query will know
            return
        found.known[at] = True


def _batches(new: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    places = np.flatnonzero(new)
    return [places[first : first + _BATCH] for first in range(0, len(places), _BATCH)]


def _dimension(view: DayView) -> int:
    assert view.halves is not None
    return int(view.halves.shape[1])
