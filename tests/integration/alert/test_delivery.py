"""Webhooks are told, signed, until they have it: a real Celery worker, a real receiver."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from haetae.domain.timing import SystemClock
from haetae.store.webhooks import Webhook
from services.alert.deliveries import Deliveries
from services.alert.sending import Sender
from services.alert.tasks import queue_key
from tests.integration.alert.receiver import Receiver
from tests.integration.alert.rig import LOOPBACK, Rig
from tests.integration.alert.test_worker import SECRET, entry, seen
from tests.integration.bus.flow import until

pytestmark = pytest.mark.integration
OLD = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"


def told(rig: Rig, receiver: Receiver, *, secrets: tuple[str, ...] = (SECRET,)) -> Webhook:
    """A webhook at the receiver."""
    receiver.secret = secrets[-1]
    webhook = Webhook(uuid4(), receiver.url, secrets)
    rig.add(webhook)
    return webhook


def attempt(rig: Rig, *, networks: tuple[str, ...] = LOOPBACK) -> None:
    """Tries what is due now, in this process."""
    sender = Sender(SystemClock(), allowed_networks=networks, timeout_s=2)
    deliveries = Deliveries(rig.store, sender, SystemClock())
    rig.leases_over()
    with rig.store.begin() as transaction:
        due = transaction.outbox.due(datetime.now(UTC))
    for delivery in due:
        deliveries.attempt(delivery.id, delivery.attempts)


def with_one_due(rig: Rig) -> None:
    """An alert that started, and its message."""
    with rig.store.begin() as transaction:
        for webhook in transaction.webhooks.all():
            transaction.outbox.add(webhook.id, "a.1", {"id": "a.1", "type": "haetae.alert.started"}, datetime.now(UTC))


def webhook_state(rig: Rig) -> tuple[bool, str]:
    """Whether the one webhook is enabled, and why not."""
    with rig.store.begin() as transaction:
        (webhook,) = transaction.webhooks.all()
    return webhook.enabled, webhook.detail


def test_from_the_sighting_to_a_receiver_that_fails_first(rig: Rig, receiver: Receiver) -> None:
    """A hit on the bus ends as two signed events at a receiver that first answered 500: each id effective exactly once."""
    told(rig, receiver, secrets=(SECRET, OLD))
    rig.add(entry())
    receiver.statuses = [500]
    with rig.delivering(), rig.running() as health:
        rig.see(seen(closed=False), seen(closed=True, revision=2))
        until(lambda: len(receiver.accepted) == 2, within_s=40)
        until(lambda: rig.waiting() == 0)
        assert health.ready() == {}
    (alert,) = rig.alerts()
    assert sorted(receiver.accepted) == [f"{alert.id}.1", f"{alert.id}.2"]
    assert [receiver.accepted[key]["data"]["phase"] for key in sorted(receiver.accepted)] == ["started", "ended"]
    assert len(receiver.attempts) == 3
    assert receiver.unsigned == 0


def test_a_sender_killed_in_the_middle_loses_nothing(rig: Rig, receiver: Receiver) -> None:
    """kill -9 while the receiver holds the request: when the lease is over the message goes out again under the same id."""
    told(rig, receiver)
    rig.add(entry())
    receiver.hang.set()
    with rig.running():
        with rig.delivering() as process:
            rig.see(seen(closed=True))
            until(lambda: len(receiver.attempts) >= 1, within_s=30)
            process.kill()
        receiver.hang.clear()
        assert rig.waiting() >= 1
        rig.leases_over()
        with rig.delivering():
            until(lambda: len(receiver.accepted) == 2 and rig.waiting() == 0, within_s=30)
    assert len(set(receiver.attempts)) == 2


def test_without_a_worker_rows_wait_in_the_outbox(rig: Rig, receiver: Receiver) -> None:
    """With nobody to send, the queue holds a few tasks and the rows do not use up their attempts."""
    webhook = told(rig, receiver)
    with rig.store.begin() as transaction:
        for n in range(60):
            transaction.outbox.add(webhook.id, f"a.{n}", {"id": f"a.{n}"}, datetime.now(UTC))
    dispatcher = rig.dispatcher()
    for _ in range(5):
        dispatcher.dispatch()
        rig.leases_over()
    assert rig.redis.llen(queue_key()) == 20
    with rig.store.begin() as transaction:
        assert transaction.session.execute(text("SELECT max(attempts), count(*) FROM outbox")).one() == (1, 60)


def test_a_late_task_does_nothing(rig: Rig, receiver: Receiver) -> None:
    """A task whose lease went to another attempt, or whose message is delivered, sends nothing."""
    told(rig, receiver)
    with_one_due(rig)
    with rig.store.begin() as transaction:
        (first,) = transaction.outbox.due(datetime.now(UTC))
    rig.leases_over()
    with rig.store.begin() as transaction:
        (second,) = transaction.outbox.due(datetime.now(UTC))
    deliveries = Deliveries(rig.store, Sender(SystemClock(), allowed_networks=LOOPBACK, timeout_s=2), SystemClock())
    receiver.statuses = [204, 204]
    for delivery in (first, second, second, first):
        deliveries.attempt(delivery.id, delivery.attempts)
    assert receiver.attempts == ["a.1"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_whatever_is_no_success_is_tried_again(rig: Rig, receiver: Receiver, status: int) -> None:
    """Redirects are not followed; errors wait and are tried again, no sooner than the receiver asks."""
    told(rig, receiver)
    with_one_due(rig)
    receiver.statuses = [status]
    receiver.headers = {"Location": receiver.url, "Retry-After": "600"}
    attempt(rig)
    assert len(receiver.attempts) == 1
    with rig.store.begin() as transaction:
        wait_s, error = transaction.session.execute(
            text("SELECT extract(epoch FROM next_attempt_at - now()), last_error FROM outbox")
        ).one()
    assert 550 < wait_s <= 610
    assert str(status) in error
    assert webhook_state(rig)[0]


def test_a_receiver_that_is_gone_is_disabled(rig: Rig, receiver: Receiver) -> None:
    """410 disables the webhook at once, and the audit says so; nothing more is sent."""
    told(rig, receiver)
    with_one_due(rig)
    receiver.statuses = [410]
    attempt(rig)
    assert webhook_state(rig) == (False, "Disabled by Haetae: HTTP 410 Gone")
    assert "webhook_disabled" in rig.acts()
    attempt(rig)
    assert len(receiver.attempts) == 1


def test_after_the_last_attempt_the_webhook_is_disabled(rig: Rig, receiver: Receiver) -> None:
    """About three days of failures, and the receiver is given up."""
    told(rig, receiver)
    with_one_due(rig)
    receiver.statuses = [503] * 20
    for _ in range(20):
        attempt(rig)
    assert len(receiver.attempts) == 11
    assert not webhook_state(rig)[0]
    assert rig.waiting() == 0


def test_addresses_that_are_not_allowed_are_not_called(rig: Rig, receiver: Receiver) -> None:
    """A webhook whose name leads into a network that is not allowed (any more) is not connected to."""
    told(rig, receiver)
    with_one_due(rig)
    attempt(rig, networks=())
    assert receiver.attempts == []
    assert rig.waiting() == 1


def test_a_receiver_that_hangs_costs_its_deadline(rig: Rig, receiver: Receiver) -> None:
    """No answer within the timeout is a failed attempt."""
    told(rig, receiver)
    with_one_due(rig)
    receiver.hang.set()
    attempt(rig)
    assert rig.waiting() == 1
    with rig.store.begin() as transaction:
        assert "Timeout" in transaction.session.execute(text("SELECT last_error FROM outbox")).scalar_one()
