"""Parcels into the streams, with the counts that belong to them, through every outage of Redis."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from haetae.bus import topics
from haetae.bus.effects import Outgoing
from haetae.bus.ledger import PUBLISHED, RECEIVED, LedgerEntry, entries_for
from haetae.bus.rendezvous import shard_of
from haetae.errors import Transient
from haetae.telemetry import logs, tracing
from services.ingest.counts import Counts
from services.ingest.outbox import Outbox, Parcel

_BATCH = 16
_LOOK_EVERY_S = 0.25  # at the backlog
_COUNT_EVERY_S = 1.0


class Streams(Protocol):
    """Where frames go."""

    def publish(self, messages: Sequence[Outgoing], ledger: Sequence[LedgerEntry] = ()) -> None: ...

    def backlog(self, topic: str) -> int: ...


class Publishing:
    """Publishes in one thread. A batch that met an outage is handed in again, unchanged, until it is through."""

    def __init__(self, streams: Streams, outbox: Outbox, counts: Counts, *, n_shards: int, max_backlog: int, waits: bool) -> None:
        """`waits`: with more than `max_backlog` frames ahead nothing is published (recordings); else `is_full` says so."""
        self._streams, self._outbox, self._counts = streams, outbox, counts
        self._n_shards, self._max_backlog, self._waits = n_shards, max_backlog, waits
        self._full = [False] * n_shards
        self._looked_s = self._counted_s = 0.0
        self._allowed_until_s: dict[str, float] = {}

    def is_full(self, camera_id: str) -> bool:
        """Whether the camera's shard has more frames waiting than it may."""
        return self._full[shard_of(camera_id, self._n_shards)]

    def allow(self, until_s: dict[str, float]) -> None:
        """Until when (monotonic seconds) the frames of each errand may be published: as long as its lease is certain."""
        self._allowed_until_s = until_s

    def run(self, stop: threading.Event, done: Callable[[], bool]) -> None:
        """Until `stop` is set and everything left, as `done` says of the steps before this one."""
        while not (stop.is_set() and done() and self._outbox.is_empty()):
            self._look()
            taken = self._outbox.take(_BATCH, _LOOK_EVERY_S, self._may_leave)
            if not taken and not self._outbox.is_empty():
                time.sleep(0.05)  # all that waits has to: its lease is not certain now, or detection is behind
            self._send(taken, stop)
            self._outbox.settle()
        self._counted_s = 0.0
        self._send([], stop)

    def _may_leave(self, parcel: Parcel) -> bool:
        if self._waits and self.is_full(parcel.ref.camera_id):
            return False
        return time.monotonic() < self._allowed_until_s.get(parcel.name, 0.0)

    def _send(self, parcels: Sequence[Parcel], stop: threading.Event) -> None:
        now_s = time.monotonic()
        counted = now_s - self._counted_s >= _COUNT_EVERY_S
        entries: list[LedgerEntry] = list(self._counts.drain()) if counted else []
        if counted:
            self._counted_s = now_s
        for parcel in parcels:
            entries += (*entries_for(parcel.ref, RECEIVED), *entries_for(parcel.ref, PUBLISHED))
        if not entries:
            return
        steps = [self._step(parcel) for parcel in parcels]
        messages = [
            Outgoing(self._topic(parcel.ref.camera_id), parcel.payload, traceparent=step.traceparent)
            for parcel, step in zip(parcels, steps, strict=True)
        ]
        if self._through(messages, entries, stop):
            for parcel, step in zip(parcels, steps, strict=True):
                self._counts.note(parcel.ref.camera_id, PUBLISHED)
                step.end()

    def _step(self, parcel: Parcel) -> tracing.Step:
        """From its arrival until it is published; a trace of what a frame leads to begins with it."""
        return tracing.frame(
            "ingest frame",
            parcel.ref.received_at,
            {"haetae.camera.id": parcel.ref.camera_id, "haetae.frame.bytes": len(parcel.payload)},
        )

    def _through(self, messages: Sequence[Outgoing], entries: Sequence[LedgerEntry], stop: threading.Event) -> bool:
        began_s, waited_s = time.monotonic(), 0.1
        while True:
            try:
                self._streams.publish(messages, entries)
            except Transient as error:
                if waited_s == 0.1:
                    logs.get().warning("bus_lost", cause=str(error))
                if stop.is_set() and time.monotonic() - began_s > 2.0:
                    return False
                time.sleep(waited_s * random.uniform(0.7, 1.0))
                waited_s = min(1.0, waited_s * 2)
            else:
                if waited_s > 0.1:
                    logs.get().info("bus_came_back", away_s=round(time.monotonic() - began_s, 1))
                return True

    def _look(self) -> None:
        now_s = time.monotonic()
        if now_s - self._looked_s < (0.0 if self._waits else _LOOK_EVERY_S):
            return
        self._looked_s = now_s
        try:
            self._full = [self._streams.backlog(topics.frames(shard)) >= self._max_backlog for shard in range(self._n_shards)]
        except Transient:
            return  # publishing will find out

    def _topic(self, camera_id: str) -> str:
        return topics.frames(shard_of(camera_id, self._n_shards))
