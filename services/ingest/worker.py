"""The worker: decides what to read, has it read, tells how it goes. Four loops: no outage of one peer stops another."""

from __future__ import annotations

import threading
from collections.abc import Callable

from haetae.domain.camera import CameraState
from haetae.errors import Refused, Transient
from haetae.telemetry import logs
from haetae.telemetry.health import Health
from services.ingest.claims import Claims
from services.ingest.errands import Errand
from services.ingest.metrics import IngestMetrics
from services.ingest.readers import Readers
from services.ingest.reports import Reports
from services.ingest.roster import Roster

_TURN_S = 0.2
_STALE_S = 60.0


class IngestWorker:
    """Runs until told to stop; on the way out it gives its cameras back, so that others take them over at once."""

    def __init__(
        self, roster: Roster, claims: Claims, readers: Readers, reports: Reports, health: Health, *, max_recordings: int
    ) -> None:
        self._roster, self._claims, self._readers, self._reports, self._health = roster, claims, readers, reports, health
        self._max_recordings = max_recordings
        self._metrics = IngestMetrics()
        self._done: set[str] = set()  # fingerprints of recordings that were read
        self._wanted: frozenset[str] = frozenset()
        self._in_use: frozenset[str] = frozenset()

    def run(self, stop: threading.Event) -> None:
        """Blocks until `stop` is set and everything has ended."""
        ended = threading.Event()
        threads = [
            self._loop("cameras", self._roster.refresh, 1.0, ended),
            self._loop("leases", lambda: self._claims.turn(self._wanted, self._in_use), 0.5, ended),
            self._loop("reports-bus", self._reports.flush_bus, 0.3, ended),
            self._loop("reports-store", self._reports.flush_store, 0.5, ended),
        ]
        while not stop.wait(_TURN_S):
            self.turn()
            self._health.beat("readers", _STALE_S)
        self._readers.stop()
        ended.set()
        for thread in threads:
            thread.join(3.0)
        try:
            self._claims.leave()
        except Transient as error:
            logs.get().warning("leases_not_returned", cause=str(error))

    def turn(self) -> None:
        """One look at everything."""
        errands = {name: errand for name, errand in self._roster.errands().items() if errand.fingerprint not in self._done}
        held = self._claims.held()
        self._wanted = frozenset(self._chosen(errands, set(held)))
        mine = {name: errands[name] for name in held if name in self._wanted and self._claims.is_mine(name)}
        self._readers.turn(mine, held)
        self._in_use = frozenset(self._readers.in_use())
        statuses = {name: status for name, status in self._readers.statuses().items() if name in mine}
        self._reports.note(mine, statuses)
        self._done |= {mine[name].fingerprint for name, status in statuses.items() if status.state is CameraState.FINISHED}
        disabled = [id for id in self._roster.disabled if self._claims.is_mine(f"camera:{id}")]
        self._reports.note_disabled(disabled)
        self._reports.forget({**{errand.camera.id: None for errand in mine.values()}, **dict.fromkeys(disabled)})
        self._metrics.frames(self._readers.totals())
        self._metrics.cameras(self._reports.states())
        self._metrics.readers(len(self._readers.pids()), self._readers.n_restarts)

    def _chosen(self, errands: dict[str, Errand], held: set[str]) -> list[str]:
        """All live cameras; of what can wait only as much as may be read at once, what was begun first."""
        waiting = [name for name, errand in errands.items() if not errand.is_live and self._claims.is_mine(name)]
        waiting.sort(key=lambda name: name not in held)
        return [name for name, errand in errands.items() if errand.is_live] + waiting[: self._max_recordings]

    def _loop(self, name: str, act: Callable[[], None], every_s: float, ended: threading.Event) -> threading.Thread:
        def run() -> None:
            failing = False
            while not ended.wait(every_s):
                try:
                    act()
                except (Transient, Refused) as error:
                    if not failing:
                        logs.get().warning("peer_lost", loop=name, cause=str(error))
                    failing = True
                else:
                    if failing:
                        logs.get().info("peer_came_back", loop=name)
                    failing = False
                    self._health.beat(name, _STALE_S)

        self._health.beat(name, _STALE_S)
        thread = threading.Thread(target=run, name=name, daemon=True)
        thread.start()
        return thread
