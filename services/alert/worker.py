"""The handling of messages: sightings and camera reports become alerts and what is to be told, in one transaction."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from haetae.bus.consumer import Commit, Message
from haetae.bus.topics import SIGHTINGS
from haetae.domain.alert import Alert, AlertKind, AlertPhase
from haetae.domain.camera import CameraReport
from haetae.domain.sighting import Sighting
from haetae.domain.timing import Clock
from haetae.errors import Refused, Transient
from haetae.store.alerts import AlertFilter
from haetae.store.store import Store, Transaction
from haetae.telemetry import logs, tracing
from haetae.telemetry.tally import Tally
from haetae.wire import camera_report as camera_report_wire
from haetae.wire import sighting as sighting_wire
from services.alert.camera_watch import CameraChange, CameraWatch
from services.alert.events import event_of, key_of
from services.alert.metrics import AlertMetrics
from services.alert.pipeline import Change, WatchList, camera_alert, camera_ended, changes_by, ended_quietly

MOST_OPEN = 500  # watch-list alerts of one camera at a time that are looked at
HOUSEKEEPING_S = 30.0


class Keeping(Protocol):
    """Looks after the watch list from time to time."""

    def keep(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Timing:
    """When watch-list entries are read again, and when an alert of which nothing is heard ends."""

    refresh_s: float = 2.0
    quiet_after_s: float = 3600.0


class AlertWorker:
    """Handles batches of `haetae.sightings` and `haetae.cameras`, and notices what lasts for too long."""

    def __init__(
        self,
        store: Store,
        cameras: CameraWatch,
        keeping: Keeping,
        metrics: AlertMetrics,
        clock: Clock,
        source: str,
        timing: Timing = Timing(),
    ) -> None:
        self._store = store
        self._cameras = cameras
        self._keeping = keeping
        self._metrics = metrics
        self._clock = clock
        self._source = source
        self._refresh_s = timing.refresh_s
        self._quiet_after = timedelta(seconds=timing.quiet_after_s)
        self._watch_list = WatchList(())
        self._watch_list_until_s = float("-inf")
        self._next_housekeeping_s = float("-inf")

    def begin(self, stop: threading.Event) -> None:
        """Waits until the store is there with its tables, and learns how the cameras fared while this worker was away."""
        waited = Tally(logs.get(), "waited_for_store", every_s=10.0)
        while not stop.is_set():
            if (why := self._store.ready()) is None:
                try:
                    self.learn()
                except Transient as error:
                    why = error.message
                else:
                    return
            waited.count(why=why)
            stop.wait(1.0)

    def learn(self) -> None:
        """Takes over where another worker was: knows of the cameras what is stored, and nothing else. Raises Transient."""
        with self._store.begin() as transaction:
            reports = transaction.cameras.reports()
        self._cameras.forget()
        for report in reports.values():
            self._cameras.see(report)

    def handle(self, messages: Sequence[Message]) -> Commit:
        """Stores what follows from a batch. Done again after a crash, it finds everything done. Raises Transient, Poison."""
        sightings: list[tuple[Sighting, str]] = []  # each with the trace that it is in
        reports: list[CameraReport] = []
        for message in messages:
            if message.topic == SIGHTINGS:
                sightings.append((sighting_wire.from_bytes(message.payload), message.traceparent))
            else:
                reports.append(camera_report_wire.from_bytes(message.payload))
        told: list[tuple[Alert, str]] = []
        with self._store.begin() as transaction:
            known = [report for report in reports if transaction.cameras.report(report)]
            for sighting, trace in sightings:
                told += [(alert, trace) for alert in self._sighting(transaction, sighting)]
        for report in known:
            self._cameras.see(report)
        for alert, trace in told:
            about = {"haetae.alert.id": str(alert.id), "haetae.alert.kind": alert.kind.value}
            tracing.continued(f"alert {alert.phase.value}", trace, kind=tracing.Kind.INTERNAL, attributes=about).end()
        self._tell([alert for alert, _ in told])
        return Commit()

    def on_idle(self) -> Commit | None:
        """Cameras that have been down or up for long enough; now and then, what has gone quiet or expired."""
        for change in self._cameras.due(self._clock.now()):
            self._camera(change)
        if self._clock.monotonic_s() >= self._next_housekeeping_s:
            self._next_housekeeping_s = self._clock.monotonic_s() + HOUSEKEEPING_S
            self._end_quiet()
            self._keeping.keep()
        return None

    def _sighting(self, transaction: Transaction, sighting: Sighting) -> list[Alert]:
        now = self._clock.now()
        hits = self._entries(transaction).hits(sighting, now)
        if not hits and not sighting.closed:
            return []
        only = AlertFilter(kinds=(AlertKind.WATCH_LIST_MATCH,), cameras=(sighting.camera_id,), open=True)
        seen, _ = transaction.alerts.page(only, limit=MOST_OPEN)
        locked = (transaction.alerts.open_for(alert.kind, alert.camera_id, alert.entry_id) for alert in seen)
        opened = [alert for alert in locked if alert is not None]
        return self._stored(transaction, changes_by(sighting, hits, opened, now))

    def _camera(self, change: CameraChange) -> None:
        now = self._clock.now()
        with self._store.begin() as transaction:
            opened = transaction.alerts.open_for(AlertKind.CAMERA_STALE, change.camera_id)
            changes = []
            if change.down and opened is None:
                changes = [Change(camera_alert(change.camera_id, change.since, change.detail, now))]
            elif not change.down and opened is not None:
                changes = [Change(camera_ended(opened, change.since, now, change.detail))]
            told = self._stored(transaction, changes)
        self._cameras.told(change)
        self._tell(told)

    def _end_quiet(self) -> None:
        before = self._clock.now() - self._quiet_after
        with self._store.begin() as transaction:
            only = AlertFilter(kinds=(AlertKind.WATCH_LIST_MATCH,), open=True)
            opened, _ = transaction.alerts.page(only, limit=MOST_OPEN)
            quiet = [ended_quietly(alert, self._clock.now()) for alert in opened if alert.updated_at < before]
            told = self._stored(transaction, quiet)
        self._tell(told)

    def _stored(self, transaction: Transaction, changes: Sequence[Change]) -> list[Alert]:
        """Stores changes with what is to be told of them; gives the alerts that are told of."""
        told: list[Alert] = []
        done_before: set[UUID] = set()
        for change in changes:
            alert = change.alert
            if alert.id in done_before:
                continue
            if not _store(transaction, change):
                done_before.add(alert.id)  # stored by an earlier try of the same message
                continue
            if change.told:
                told.append(alert)
        webhooks = [webhook for webhook in transaction.webhooks.all() if webhook.enabled] if told else []
        for alert in told:
            event = event_of(alert, source=self._source)
            for webhook in webhooks:
                if not webhook.kinds or alert.kind in webhook.kinds:
                    transaction.outbox.add(webhook.id, key_of(alert), event, self._clock.now())
        return told

    def _tell(self, alerts: Sequence[Alert]) -> None:
        for alert in alerts:
            self._metrics.told(alert)
            logs.get().info(
                f"alert_{alert.phase.value}", alert_id=str(alert.id), kind=alert.kind.value, camera_id=alert.camera_id
            )

    def _entries(self, transaction: Transaction) -> WatchList:
        now_s = self._clock.monotonic_s()
        if now_s >= self._watch_list_until_s:
            self._watch_list = WatchList(transaction.watch_lists.active(self._clock.now()))
            self._watch_list_until_s = now_s + self._refresh_s
        return self._watch_list


def _store(transaction: Transaction, change: Change) -> bool:
    """Whether this state of the alert is new. Raises Transient where another worker opened one for the same entry just now."""
    alert, alerts = change.alert, transaction.alerts
    if not change.told or alert.phase is AlertPhase.UPDATED:
        return alerts.update(alert)
    if alert.phase is AlertPhase.ENDED:
        return alerts.end(alert)
    if alerts.start(alert):
        return True
    try:
        alerts.get(alert.id)
    except Refused:
        raise Transient("Another alert for the same entry was opened just now.", camera_id=alert.camera_id) from None
    return False
