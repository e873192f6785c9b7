"""Which streams of frames this worker reads: shards shared out by rendezvous hashing, each leased to one worker at a time."""

from __future__ import annotations

import threading
from typing import Protocol

from haetae.bus.leases import Leases
from haetae.bus.rendezvous import owner
from haetae.bus.topics import frames
from haetae.errors import Transient
from haetae.telemetry.health import Health


class EventLog(Protocol):
    """Any structlog logger."""

    def info(self, event: str, **values: object) -> object: ...


class OwnedShards:
    """Leases are kept alive by a thread of their own; they are given back between batches only, when no frame is in hand."""

    def __init__(self, leases: Leases, holder: str, n_shards: int, log: EventLog) -> None:
        self._leases = leases
        self._holder = holder
        self._names = [str(shard) for shard in range(n_shards)]
        self._log = log
        self._lock = threading.Lock()
        self._held: set[str] = set()
        self._wanted: set[str] = set()

    def held(self) -> frozenset[int]:
        """The shards that are ours for certain."""
        return frozenset(int(name) for name in self._held if self._leases.is_held(name))

    def topics(self) -> list[str]:
        """The streams to read now. Gives back what others should have: call it only when no frame is in hand."""
        if self._held - self._wanted:
            self._give_back()
        return [frames(shard) for shard in sorted(self.held())]

    def keep(self, stop: threading.Event, health: Health) -> None:
        """Renews and acquires leases until `stop` is set. The body of a thread."""
        while not stop.is_set():
            try:
                self.turn()
                health.beat("shards")
            except Transient as error:
                self._log.info("leases_not_renewed", cause=error.message)
            stop.wait(self._leases.renew_every_s)
        health.forget("shards")

    def turn(self) -> None:
        """One renewal. Raises Transient."""
        with self._lock:
            self._leases.heartbeat()
            members = self._leases.members()
            self._wanted = {name for name in self._names if members and owner(name, members) == self._holder}
            held = self._leases.renew(sorted(self._held))
            held |= {name for name in sorted(self._wanted - held) if self._leases.acquire(name)}
            if held != self._held:
                self._log.info("shards_changed", held=sorted(held, key=int), of=len(self._names))
            self._held = held

    def leave(self) -> None:
        """Gives everything back: nothing is in hand any more. Raises Transient."""
        with self._lock:
            for name in sorted(self._held):
                self._leases.release(name)
            self._held = set()
            self._leases.leave()

    def _give_back(self) -> None:
        with self._lock:
            for name in sorted(self._held - self._wanted):
                try:
                    self._leases.release(name)
                except Transient:
                    self._log.info("lease_left_to_expire", shard=name)
                self._held.discard(name)
