"""The index of the embeddings that the serving network made, kept up to date beside the API."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sqlalchemy.orm import Session

from haetae.domain.embedding import ModelVersion
from haetae.domain.query import Scope
from haetae.errors import Transient
from haetae.store.index import EmbeddingIndex, Found, Limits, Question, Sight
from haetae.store.store import Store
from haetae.telemetry import logs
from services.search.graphs import Graphs
from services.search.metrics import indexed


class Sighted:
    """A scope as an index sees it; None where there is no index, and of the nearest where it is of another network."""

    def __init__(self, index: EmbeddingIndex | None, session: Session, scope: Scope) -> None:
        self._model = index.model if index else None
        self._sight = Sight(index, session, scope) if index else None

    def count(self) -> int | None:
        """How many sightings the scope has."""
        return self._sight.count() if self._sight else None

    def nearest(self, model: ModelVersion, asked: Question) -> Found | None:
        """As `haetae.store.index.nearest`."""
        return self._sight.nearest(asked) if self._sight and self._model == model else None


class Indexing:
    """Refreshes in a thread of its own. Without one that is loaded, and while it is being loaded, exact scans answer."""

    name = "index"

    def __init__(
        self,
        store: Store,
        serving: Callable[[], ModelVersion],
        limits: Limits,
        *,
        every_s: float,
        graphs: Graphs | None = None,
    ) -> None:
        self._store = store
        self._serving = serving
        self._limits = limits
        self._every_s = every_s
        self.graphs = graphs
        self._index: EmbeddingIndex | None = None
        self._is_behind = False

    def sight(self, session: Session, scope: Scope) -> Sighted:
        """What the index of now can tell of the scope."""
        return Sighted(self._index, session, scope)

    def start(self, stop: threading.Event) -> None:
        """Begins, and returns at once; ends when `stop` is set."""
        threading.Thread(target=self._run, args=(stop,), name="indexing", daemon=True).start()
        if self.graphs:
            self.graphs.start(lambda: self._index.newest if self._index else None, stop)

    def refresh(self) -> None:
        """Takes in what has changed; at first, or when another network serves, everything. Raises Transient."""
        model = self._serving()
        index = self._index
        if index is None or index.model != model:
            index = self._index = EmbeddingIndex(model, self._limits)
        began_s, was_empty = time.monotonic(), index.n == 0
        index.refresh(self._store, self._tell)
        indexed(index.n, index.n_bytes)
        if was_empty and index.n:
            mib = round(index.n_bytes / 2**20)
            logs.get().info("index_loaded", n=index.n, mib=mib, seconds=round(time.monotonic() - began_s, 1), model=str(model))

    def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self.refresh()
                self._is_behind = False
            except Transient as error:
                if not self._is_behind:  # once, not twice a second
                    logs.get().warning("index_fell_behind", reason=error.message)
                self._is_behind = True
            stop.wait(self._every_s)

    def _tell(self, n_loaded: int, n_partitions: int) -> None:
        logs.get().info("index_loading", days=n_loaded, of=n_partitions)
