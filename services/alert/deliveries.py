"""One delivery from the outbox, tried once; what becomes of it is stored."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from haetae.domain.timing import Clock
from haetae.errors import Refused
from haetae.store.outbox import Delivery, DeliveryState
from haetae.store.store import Store, Transaction
from haetae.store.webhooks import Webhook
from haetae.telemetry import logs
from services.alert.sending import Outcome


class Posts(Protocol):
    """Sends to a receiver."""

    def post(self, webhook: Webhook, key: str, event: dict[str, object]) -> Outcome: ...


class Deliveries:
    """Tries deliveries. A task that comes late or twice does nothing: the row says which attempt is the present one."""

    def __init__(self, store: Store, sender: Posts, clock: Clock) -> None:
        self._store = store
        self._sender = sender
        self._clock = clock

    def attempt(self, id: UUID, attempts: int) -> None:
        """Sends the delivery `id` where its attempt number `attempts` is still the present one. Raises Transient."""
        with self._store.begin() as transaction:
            delivery = transaction.outbox.get(id)
            if delivery is None or delivery.state is not DeliveryState.DUE or delivery.attempts != attempts:
                return
            webhook = _webhook(transaction, delivery)
        if webhook is None:
            return
        if webhook.enabled:
            outcome = self._sender.post(webhook, delivery.key, delivery.payload)
        else:
            outcome = Outcome(delivered=False, error="The webhook is disabled.")
        with self._store.begin() as transaction:
            self._note(transaction, delivery, webhook, outcome)

    def _note(self, transaction: Transaction, delivery: Delivery, webhook: Webhook, outcome: Outcome) -> None:
        now = self._clock.now()
        log = logs.get().bind(webhook_id=str(webhook.id), key=delivery.key, attempts=delivery.attempts)
        if outcome.delivered:
            transaction.outbox.delivered(delivery.id, now)
            log.info("alert_delivered", status=outcome.status)
            return
        state = transaction.outbox.failed(delivery.id, now, outcome.error, retry_after_s=outcome.retry_after_s)
        log.warning("delivery_failed", error=outcome.error, state=state.value)
        if webhook.enabled and (outcome.gone or state is DeliveryState.DEAD):
            reason = f"Disabled by Haetae: {outcome.error}"
            transaction.webhooks.set_enabled(webhook.id, False, reason)
            transaction.audit.record("alert", "webhook_disabled", f"webhook/{webhook.id}", {"reason": reason}, now)
            log.error("webhook_disabled", reason=reason)


def _webhook(transaction: Transaction, delivery: Delivery) -> Webhook | None:
    try:
        return transaction.webhooks.get(delivery.webhook_id)
    except Refused:  # removed a moment ago, and its deliveries with it
        return None
