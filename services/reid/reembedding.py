"""After a change of model: rows of the old one are embedded again from their crops, in idle moments."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from haetae.domain.ids import TrackletId
from haetae.domain.sighting import Sighting
from haetae.domain.timing import Clock
from haetae.store.store import Store
from services.reid.pipeline import ReidPipeline

SLICE_ROWS = 8
MAX_HOPELESS = 1_000


class Reembedding:
    """Slices of work that end early: at most `slice_s` at a time while nothing else waits, one batch every `busy_pause_s` otherwise.

    Searches compare embeddings of one model only, so a row of the old model is not found by photo until it is done here.
    Rows whose crops are gone are left as they are and not tried again.
    """

    def __init__(
        self,
        pipeline: ReidPipeline,
        store: Store,
        may_work: Callable[[], bool],
        clock: Clock,
        log: structlog.stdlib.BoundLogger,
        *,
        every_s: float = 60.0,
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._may_work = may_work
        self._clock = clock
        self._log = log
        self._every_s = every_s
        self._slice_s = 0.5
        self._busy_pause_s = 5.0
        self._busy_until_s = 0.0
        self._due_at_s = clock.monotonic_s()
        self._hopeless: set[TrackletId] = set()

    def put_off(self) -> None:
        """Messages were handled just now: the next slice waits a little, and is short."""
        self._busy_until_s = self._clock.monotonic_s() + 2.0

    def run_slice(self) -> int:
        """Embeds some rows again where it is due; returns how many. Raises Transient."""
        started_s = self._clock.monotonic_s()
        if started_s < self._due_at_s or not self._may_work():
            return 0
        busy = started_s < self._busy_until_s
        n = 0
        while True:
            rows = self._rows()
            n += self._embed(rows)
            now_s = self._clock.monotonic_s()
            if not rows:
                self._due_at_s = now_s + self._every_s
                break
            if busy or now_s - started_s >= self._slice_s:
                self._due_at_s = now_s + (self._busy_pause_s if busy else 0.0)
                break
        if n:
            self._log.info("sightings_embedded_again", n=n, model=str(self._pipeline.model))
        return n

    def _rows(self) -> list[Sighting]:
        with self._store.begin() as transaction:
            rows = transaction.sightings.embedded_with_other_than(self._pipeline.model, SLICE_ROWS + len(self._hopeless))
        return [row for row in rows if row.id not in self._hopeless][:SLICE_ROWS]

    def _embed(self, rows: list[Sighting]) -> int:
        """Reads all crops of the rows in one inference, then writes the rows in one transaction."""
        embeddings = list(zip(rows, self._pipeline.embed_again(rows), strict=True))
        done = [(row, embedding) for row, embedding in embeddings if embedding is not None]
        hopeless = [row.id for row, embedding in embeddings if embedding is None]
        if done:
            with self._store.begin() as transaction:
                for row, embedding in done:
                    transaction.sightings.put_embedding(row.id, row.started_at, embedding)
        if hopeless:
            self._log.warning("sightings_without_crops_left", n=len(hopeless), model=str(self._pipeline.model))
            self._hopeless.update(hopeless[: MAX_HOPELESS - len(self._hopeless)])
        return len(done)
