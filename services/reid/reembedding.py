"""After a change of model: rows of the old one are embedded again from their crops, in idle moments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from haetae.domain.sighting import Sighting
from haetae.domain.timing import Clock
from haetae.store.store import Store
from services.reid.metrics import ReidMetrics
from services.reid.pipeline import ReidPipeline

ROWS_AT_ONCE = 8
SLICE_S = 0.5  # of every second in which nothing else waits
BUSY_FOR_S = 2.0  # after a message
BUSY_PAUSE_S = 5.0  # between two batches of rows while messages keep coming


class Reembedding:
    """Works in slices that end early, so that new tracklets never wait for old rows.

    Searches compare embeddings of one model only: a row of the old model is not found by photo until it is done here. A row
    whose crops are gone loses its embedding and stays as a sighting with attributes. `may_work` is true for one worker at a time.
    """

    def __init__(
        self,
        pipeline: ReidPipeline,
        store: Store,
        metrics: ReidMetrics,
        clock: Clock,
        log: structlog.stdlib.BoundLogger,
        *,
        may_work: Callable[[], bool],
        every_s: float = 60.0,
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._log = log
        self._may_work = may_work
        self._every_s = every_s
        self._due_at_s = clock.monotonic_s()
        self._busy_until_s = self._due_at_s

    def put_off(self) -> None:
        """Messages were handled just now: what comes next is short."""
        self._busy_until_s = self._clock.monotonic_s() + BUSY_FOR_S

    def run_slice(self) -> int:
        """Embeds some rows again where it is due; returns how many rows it looked at. Raises Transient."""
        started_s = self._clock.monotonic_s()
        if started_s < self._due_at_s or not self._may_work():
            return 0
        busy = started_s < self._busy_until_s
        n = 0
        while True:
            rows = self._rows()
            n += len(rows)
            now_s = self._clock.monotonic_s()
            if not rows:
                self._due_at_s = now_s + self._every_s
                return n
            self._embed(rows)
            if busy or self._clock.monotonic_s() - started_s >= SLICE_S:
                self._due_at_s = now_s + (BUSY_PAUSE_S if busy else 0.0)
                return n

    def _rows(self) -> list[Sighting]:
        with self._store.begin() as transaction:
            return transaction.sightings.embedded_with_other_than(self._pipeline.model, ROWS_AT_ONCE)

    def _embed(self, rows: Sequence[Sighting]) -> None:
        """Reads the crops of all rows in one inference, then writes the rows in one transaction.

        A row that got a newer revision meanwhile was embedded with it and is left alone.
        """
        embeddings = self._pipeline.embed_again(rows)
        n_done = n_without_crops = 0
        with self._store.begin() as transaction:
            revisions = {row.id: row.revision for row in transaction.sightings.many([row.id for row in rows])}
            for row, embedding in zip(rows, embeddings, strict=True):
                if revisions.get(row.id) != row.revision:
                    continue
                if embedding is None:
                    transaction.sightings.drop_embedding(row.id)
                    n_without_crops += 1
                else:
                    transaction.sightings.put_embedding(row.id, row.started_at, embedding)
                    n_done += 1
        self._metrics.embedded_again(n_done)
        self._log.info("sightings_embedded_again", n=n_done, n_without_crops=n_without_crops, model=str(self._pipeline.model))
