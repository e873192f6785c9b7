"""Alerts and their outbox: one open alert of a kind, each message sent by one sender, tried for about three days."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from haetae.domain.alert import Alert, AlertKind, AlertPhase
from haetae.domain.ids import CameraId
from haetae.errors import Refused
from haetae.store.alerts import AlertFilter
from haetae.store.outbox import WAITS_S, DeliveryState
from haetae.store.store import Store
from haetae.store.webhooks import Webhook
from tests.kit import builders as b

pytestmark = pytest.mark.integration

SECRET = "whsec_canary-1b2c"


def alert(name: str = "a", camera: str = "gate-1", *, entry: str | None = "Kim", started_s: float = 0.0) -> Alert:
    """A watch-list alert that has just started."""
    at = b.at(started_s)
    entry_id = b.uuid(entry) if entry else None
    return Alert(
        b.uuid(name), AlertKind.WATCH_LIST_MATCH, AlertPhase.STARTED, CameraId(camera), at, at,
        score=0.8125, entry_id=entry_id, sighting_id=b.sighting(1).id, crop_key="crops/x.jpg", extra={"zone": "1"},
    )  # fmt: skip


def webhook(store: Store, name: str = "w") -> UUID:
    """A stored webhook's id."""
    with store.begin() as t:
        t.webhooks.add(Webhook(b.uuid(name), "https://example.org/hook", (SECRET,)))
    return b.uuid(name)


def test_an_alert_lives_from_start_to_end(store: Store) -> None:
    """Start, update and end are kept; nothing older and nothing after the end changes it."""
    started = alert()
    updated = replace(started, phase=AlertPhase.UPDATED, updated_at=b.at(5), score=0.9)
    ended = replace(updated, phase=AlertPhase.ENDED, updated_at=b.at(9), ended_at=b.at(9))
    with store.begin() as t:
        assert t.alerts.start(started)
        assert not t.alerts.start(started)
        assert t.alerts.get(started.id) == started
        assert t.alerts.update(updated)
        assert not t.alerts.update(replace(started, updated_at=b.at(1)))
        assert t.alerts.open_for(started.kind, started.camera_id, started.entry_id) == updated
        assert t.alerts.end(ended)
        assert not t.alerts.update(replace(updated, updated_at=b.at(60)))
        assert t.alerts.get(started.id) == ended
        assert t.alerts.open_for(started.kind, started.camera_id, started.entry_id) is None
        with pytest.raises(Refused):
            t.alerts.get(b.uuid("nobody"))


@pytest.mark.parametrize("entry", ["Kim", None])
def test_only_one_of_a_kind_is_open(store: Store, entry: str | None) -> None:
    """Two workers that see the same thing start one alert between them; after its end there may be another."""

    def start(n: int) -> bool:
        with store.begin() as t:
            return t.alerts.start(alert(f"{n}", entry=entry))

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(start, range(6))) == 1
    with store.begin() as t:
        found = t.alerts.open_for(AlertKind.WATCH_LIST_MATCH, CameraId("gate-1"), b.uuid(entry) if entry else None)
        assert found is not None
        t.alerts.end(replace(found, phase=AlertPhase.ENDED, updated_at=b.at(1), ended_at=b.at(1)))
        assert t.alerts.start(alert("next", entry=entry))


def test_acknowledgement_stays_whatever_follows(store: Store) -> None:
    """The first to acknowledge is kept, the judgement may change, and updates of the rule do not touch either."""
    with store.begin() as t:
        t.alerts.start(alert())
        t.alerts.acknowledge(b.uuid("a"), "kim", b.at(3))
        t.alerts.update(replace(alert(), phase=AlertPhase.UPDATED, updated_at=b.at(5)))
        judged = t.alerts.acknowledge(b.uuid("a"), "lee", b.at(9), false_alarm=True)
    with store.begin() as t:
        assert t.alerts.get(b.uuid("a")) == judged
    assert (judged.acknowledged_by, judged.acknowledged_at, judged.false_alarm) == ("kim", b.at(3), True)


def test_alerts_are_listed_as_asked(store: Store) -> None:
    """Filters combine, newest first, and the cursor continues where the page ended."""
    with store.begin() as t:
        for n in range(6):
            t.alerts.start(alert(f"{n}", f"cam-{n % 2}", entry=f"e{n}", started_s=n))
        t.alerts.acknowledge(b.uuid("1"), "kim", b.at(3))
        page, cursor = t.alerts.page(limit=4)
        rest, end = t.alerts.page(limit=4, after=cursor)
        assert [a.id for a in page + rest] == [b.uuid(f"{n}") for n in (5, 4, 3, 2, 1, 0)]
        assert end is None
        for only, n in [
            (AlertFilter(cameras=(CameraId("cam-1"),)), 3),
            (AlertFilter(acknowledged=False), 5),
            (AlertFilter(acknowledged=True, open=True), 1),
            (AlertFilter(open=False), 0),
            (AlertFilter(kinds=(AlertKind.CAMERA_STALE,)), 0),
            (AlertFilter(entry_id=b.uuid("e3")), 1),
            (AlertFilter(window=b.window(1, 3)), 2),
        ]:
            assert len(t.alerts.page(only, limit=99)[0]) == n, only


def test_webhook_secrets_are_encrypted(store: Store) -> None:
    """A secret is in no column and no representation, and two may be used while one is changed."""
    id = webhook(store)
    with store.begin() as t:
        assert SECRET not in str(t.session.execute(text("SELECT webhooks::text FROM webhooks")).scalar_one())
        assert SECRET not in repr(t.webhooks.all())
        t.webhooks.set_secrets(id, ("whsec_new", SECRET))
        t.webhooks.set_enabled(id, False, "three days without an answer")
        stored = t.webhooks.get(id)
        assert (stored.secrets, stored.enabled) == (("whsec_new", SECRET), False)
        t.webhooks.remove(id)
        with pytest.raises(Refused):
            t.webhooks.get(id)


def test_an_alert_and_its_message_stand_or_fall_together(store: Store) -> None:
    """What is rolled back leaves neither the alert nor the delivery."""
    id = webhook(store)

    def fail_after_writing() -> None:
        with store.begin() as t:
            t.alerts.start(alert())
            t.outbox.add(id, "a/started", {"n": 1}, b.T0)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    with store.begin() as t:
        assert t.outbox.waiting() == 0
        assert t.alerts.page(limit=9)[0] == []


def test_two_senders_never_take_one_delivery(store: Store) -> None:
    """Senders that ask at the same time get disjoint deliveries, all together every one, each key once."""
    id = webhook(store)
    with store.begin() as t:
        added = [t.outbox.add(id, f"event-{n % 40}", {"n": n}, b.T0) for n in range(50)]
    assert sum(added) == 40

    def take(_: int) -> list[str]:
        with store.begin() as t:
            return [delivery.key for delivery in t.outbox.due(b.at(1), limit=7)]

    with ThreadPoolExecutor(6) as pool:
        taken = [key for keys in pool.map(take, range(12)) for key in keys]
    assert sorted(taken) == sorted({f"event-{n}" for n in range(40)})


def test_a_lease_ends_with_its_time_or_its_transaction(store: Store) -> None:
    """A killed sender's delivery is due again after the lease; a rolled back lease was none."""
    id = webhook(store)

    def fail_after_leasing() -> None:
        with store.begin() as t:
            assert len(t.outbox.due(b.T0)) == 1
            raise RuntimeError

    with store.begin() as t:
        t.outbox.add(id, "k", {}, b.T0)
    with pytest.raises(RuntimeError):
        fail_after_leasing()
    with store.begin() as t:
        [delivery] = t.outbox.due(b.T0, lease_s=30)
        assert delivery.attempts == 1
        assert t.outbox.due(b.at(29)) == []
        [again] = t.outbox.due(b.at(30), lease_s=30)
        assert (again.id, again.attempts) == (delivery.id, 2)
        t.outbox.delivered(again.id, b.at(31))
        assert t.outbox.due(b.at(999)) == []
        assert t.outbox.failed(again.id, b.at(32), "too late") is DeliveryState.DELIVERED


def test_retries_last_about_three_days_then_the_delivery_is_dead(store: Store) -> None:
    """Each failure waits longer, a receiver may ask for more, and after the last attempt nothing more is sent."""
    id = webhook(store)
    now = b.T0
    with store.begin() as t:
        t.outbox.add(id, "k", {}, now)
        for wait_s in WAITS_S:
            [delivery] = t.outbox.due(now)
            assert t.outbox.failed(delivery.id, now, "503") is DeliveryState.DUE
            assert t.outbox.due(now + timedelta(seconds=wait_s * 0.999)) == []
            now += timedelta(seconds=wait_s * 1.2)
        [delivery] = t.outbox.due(now)
        assert timedelta(days=2.9) < now - b.T0 < timedelta(days=3.7)
        assert t.outbox.failed(delivery.id, now, "x" * 9999) is DeliveryState.DEAD
        dead = t.outbox.get(delivery.id)
        assert dead is not None
        assert (dead.state, len(dead.last_error)) == (DeliveryState.DEAD, 500)
        assert t.outbox.due(now + timedelta(days=9)) == []
        t.outbox.add(id, "slow", {}, b.T0)
        [slow] = t.outbox.due(b.T0)
        t.outbox.failed(slow.id, b.T0, "429", retry_after_s=600)
        assert t.outbox.due(b.at(599)) == []
        assert len(t.outbox.due(b.at(600))) == 1
