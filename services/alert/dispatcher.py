"""Moves what is due from the outbox to Celery. Whatever dies in between, the row is due again when its lease is over."""

from __future__ import annotations

import threading

import redis
from celery import Celery
from kombu.exceptions import OperationalError

from haetae.bus.connection import redis_errors
from haetae.domain.timing import Clock
from haetae.errors import Transient
from haetae.store.store import Store
from haetae.telemetry import logs
from haetae.telemetry.health import Health
from haetae.telemetry.tally import Tally
from services.alert.metrics import AlertMetrics
from services.alert.tasks import DELIVER, LEASE_S, queue_key

MOST_WAITING = 20  # tasks in the queue: with no worker there, rows stay in the outbox and do not use up their attempts
EVERY_S = 0.5


class Dispatcher:
    """A thread of the alert service."""

    def __init__(
        self, store: Store, client: redis.Redis, celery: Celery, metrics: AlertMetrics, health: Health, clock: Clock
    ) -> None:
        self._store = store
        self._redis = client
        self._celery = celery
        self._metrics = metrics
        self._health = health
        self._clock = clock
        self._away = Tally(logs.get(), "dispatch_postponed", every_s=10.0)

    def start(self, stop: threading.Event) -> threading.Thread:
        """Runs until `stop` is set."""
        thread = threading.Thread(target=self._run, args=(stop,), name="dispatcher", daemon=True)
        thread.start()
        return thread

    def dispatch(self) -> int:
        """Hands what is due to Celery, at most what its queue has room for. Raises Transient."""
        with redis_errors():
            room = MOST_WAITING - int(self._redis.llen(queue_key()))
        n = 0
        with self._store.begin() as transaction:
            self._metrics.waiting(transaction.outbox.waiting())
            due = transaction.outbox.due(self._clock.now(), limit=room, lease_s=LEASE_S) if room > 0 else []
        for delivery in due:
            try:
                self._celery.send_task(DELIVER, args=[str(delivery.id), delivery.attempts], retry=False)
            except (OperationalError, redis.RedisError) as error:
                raise Transient("The task queue is away.", cause=type(error).__name__) from error
            n += 1
        return n

    def _run(self, stop: threading.Event) -> None:
        while not stop.wait(EVERY_S):
            try:
                self.dispatch()
            except Transient as error:
                self._away.count(cause=error.message)
                continue
            self._health.beat("dispatcher")
