"""Sightings and camera reports become alerts, on a real Redis and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import ANY

import pytest

from haetae.bus.consumer import Message
from haetae.bus.topics import SIGHTINGS
from haetae.domain.alert import AlertKind, AlertPhase
from haetae.domain.camera import CameraState
from haetae.domain.sighting import Sighting
from haetae.domain.watch_list import WatchListEntry
from haetae.store.webhooks import Webhook
from haetae.wire import sighting as sighting_wire
from tests.integration.alert.rig import Rig
from tests.integration.bus.flow import until
from tests.kit import builders as make

pytestmark = pytest.mark.integration
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def entry(name: str = "Kim", **changes: object) -> WatchListEntry:
    """An entry that is active now."""
    soon = datetime.now(UTC) + timedelta(days=1)
    return make.watch_list_entry(name, **{"seeds": (1,), "expires_at": soon, **changes})  # type: ignore[arg-type]


def seen(number: int = 1, *, closed: bool, revision: int = 1, seed: int = 1) -> Sighting:
    """A sighting that looks like the entry."""
    return make.sighting(number, seed=seed, closed=closed, revision=revision)


def webhook(name: str, **changes: object) -> Webhook:
    """A receiver that nobody tells in these tests: only the outbox is looked at."""
    return replace(Webhook(make.uuid(name), "https://vms.example/alerts", (SECRET,)), **changes)  # type: ignore[arg-type]


def outbox(rig: Rig) -> list[tuple[str, str]]:
    """(webhook, phase) of everything that is to be sent."""
    with rig.store.begin() as transaction:
        due = transaction.outbox.due(datetime.now(UTC) + timedelta(days=1), limit=100)
    return sorted((str(delivery.webhook_id), delivery.payload["type"].rpartition(".")[2]) for delivery in due)


def test_a_hit_starts_and_ends_one_alert_with_its_messages(rig: Rig) -> None:
    """An open sighting near to an entry starts an alert, its close ends it; those who want this kind are told, others are not."""
    wants, other, off = webhook("all"), webhook("cameras", kinds=(AlertKind.CAMERA_STALE,)), webhook("off", enabled=False)
    rig.add(entry(), wants, other, off)
    worker = rig.worker()

    def handle(sighting: Sighting) -> None:
        worker.handle([Message(SIGHTINGS, "1-0", sighting_wire.to_bytes(sighting))])

    handle(seen(closed=False))
    (alert,) = rig.alerts()
    assert (alert.phase, alert.entry_id, alert.sighting_id) == (AlertPhase.STARTED, entry().id, seen(closed=False).id)
    handle(seen(closed=False, revision=2))
    handle(seen(closed=True, revision=3))
    handle(seen(closed=True, revision=3))
    (ended,) = rig.alerts()
    assert (ended.id, ended.phase) == (alert.id, AlertPhase.ENDED)
    assert outbox(rig) == [(str(wants.id), "ended"), (str(wants.id), "started")]


def test_over_the_bus_everything_is_done_once(rig: Rig) -> None:
    """Hits, strangers and rubbish come over the bus: one alert for each person and camera, and nothing is left behind."""
    rig.add(entry())
    with rig.running():
        rig.see(seen(1, closed=False), seen(2, closed=True, seed=77), seen(1, closed=True, revision=2))
        rig.redis.xadd("haetae.sightings", {"p": b"rubbish"})
        rig.see(replace(seen(3, closed=True), camera_id="gate-2"))  # type: ignore[arg-type]
        until(lambda: rig.backlog() == 0 and len(rig.alerts()) == 2)
    assert {(alert.camera_id, alert.phase) for alert in rig.alerts()} == {
        ("gate-1", AlertPhase.ENDED),
        ("gate-2", AlertPhase.ENDED),
    }
    assert rig.redis.xlen("haetae.sightings.dead") == 1


def test_a_camera_that_goes_and_comes_back(rig: Rig) -> None:
    """Stale for long enough starts an alert, live again ends it; after a restart an open one is ended as well."""
    with rig.store.begin() as transaction:
        transaction.cameras.add(make.camera("gate-1"))
    now = datetime.now(UTC)
    with rig.running():
        rig.report(make.camera_report(state=CameraState.STALE, since=now, detail="no frame for 10 s"))
        until(lambda: [alert.phase for alert in rig.alerts()] == [AlertPhase.STARTED])
        assert rig.alerts()[0].detail == "no frame for 10 s"
    with rig.running():
        rig.report(make.camera_report(state=CameraState.LIVE, since=datetime.now(UTC)))
        until(lambda: [alert.phase for alert in rig.alerts()] == [AlertPhase.ENDED])
    with rig.store.begin() as transaction:
        assert transaction.cameras.reports() == {"gate-1": ANY}


def test_what_goes_quiet_ends_and_what_expires_is_forgotten(rig: Rig) -> None:
    """An alert whose tracklet never closed ends after the quiet time; an expired entry leaves with its crops."""
    rig.add(entry(), entry("Old", seeds=(5,), expires_at=datetime.now(UTC) + timedelta(seconds=1)))
    rig.blobs.put(f"watch/{entry('Old').id}/0.jpg", b"crop")
    with rig.running():
        rig.see(seen(closed=False))
        until(lambda: rig.backlog() == 0 and len(rig.alerts()) == 1)
    until(lambda: _expired(rig))
    rig.worker(quiet_after_s=0.01).on_idle()
    assert [alert.phase for alert in rig.alerts()] == [AlertPhase.ENDED]
    with rig.store.begin() as transaction:
        assert [one.name for one in transaction.watch_lists.all()] == ["Kim"]
    assert rig.blobs.children("watch") == []
    assert "watch_list_entry_expired" in rig.acts()


def _expired(rig: Rig) -> bool:
    with rig.store.begin() as transaction:
        return len(transaction.watch_lists.active(datetime.now(UTC))) == 1
