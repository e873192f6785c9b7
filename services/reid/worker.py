"""The handling of messages: tracklets become rows first and messages after, so nothing is told of that is not stored."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from haetae.bus.consumer import Commit, Message, Outgoing
from haetae.bus.topics import SIGHTINGS
from haetae.domain.sighting import Sighting
from haetae.domain.timing import Clock
from haetae.domain.tracklet import Tracklet
from haetae.store.store import Store, Transaction
from haetae.telemetry.tally import Tally
from haetae.wire import sighting as sighting_wire
from haetae.wire import tracklet as tracklet_wire
from services.reid.metrics import ReidMetrics
from services.reid.pipeline import ReidPipeline
from services.reid.reembedding import Reembedding


class ReidWorker:
    """Handles batches of `haetae.tracklets`, and spends idle moments on rows of an older model."""

    def __init__(
        self, pipeline: ReidPipeline, store: Store, reembedding: Reembedding, metrics: ReidMetrics, clock: Clock
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._reembedding = reembedding
        self._metrics = metrics
        self._clock = clock

    def handle(self, messages: Sequence[Message]) -> Commit:
        """Stores the sightings of a batch, then tells of them with the acknowledgement.

        A worker that dies between the two does the same again: the row is written by its id, the message has not gone out.
        Raises Transient and Poison.
        """
        tracklets = [tracklet_wire.from_bytes(message.payload) for message in messages]
        sightings = self._pipeline.process(tracklets)
        with self._store.begin() as transaction:
            current = stored_by(transaction, sightings)
        self._count(tracklets)
        self._reembedding.put_off()
        traces = {one.id: message.traceparent for one, message in zip(tracklets, messages, strict=True) if message.traceparent}
        return Commit(
            publish=[Outgoing(SIGHTINGS, sighting_wire.to_bytes(one), traceparent=traces.get(one.id, "")) for one in current]
        )

    def on_idle(self) -> Commit | None:
        """Between batches: a slice of re-embedding where it is due."""
        self._reembedding.run_slice()
        return None

    def _count(self, tracklets: Sequence[Tracklet]) -> None:
        now = self._clock.now()
        self._metrics.crops_read_to(self._pipeline.n_crops_read)
        for tracklet in tracklets:
            self._metrics.stored(closed=tracklet.closed, seconds=(now - tracklet.received_at).total_seconds())


def wait_until_ready(store: Store, stop: threading.Event, waiting: Tally) -> None:
    """Returns when the store has the schema that we need: before that, every tracklet would seem to be unstorable."""
    while (why := store.ready()) is not None and not stop.is_set():
        waiting.count(why=why)
        stop.wait(1.0)


def stored_by(transaction: Transaction, sightings: Sequence[Sighting]) -> list[Sighting]:
    """Writes the sightings; returns those that are the newest of their id now.

    A revision that is stored already counts: its worker may have died before it could tell of it. An older one does not.
    """
    unwritten = [sighting for sighting in sightings if not transaction.sightings.upsert(sighting)]
    revisions = {row.id: row.revision for row in transaction.sightings.many([sighting.id for sighting in unwritten])}
    outdated = {sighting.id for sighting in unwritten if revisions.get(sighting.id) != sighting.revision}
    return [sighting for sighting in sightings if sighting.id not in outdated]
