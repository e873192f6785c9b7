"""Sends what waits in the outbox: `python -m services.alert.delivery` is the Celery worker, a process beside the service."""

from __future__ import annotations

import sys
from uuid import UUID

from celery import Celery

from haetae.domain.timing import SystemClock
from haetae.errors import Misconfigured
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher
from haetae.telemetry import logs
from services.alert.deliveries import Deliveries
from services.alert.sending import Sender
from services.alert.settings import AlertSettings
from services.alert.tasks import DELIVER, make_celery


def make_worker_app(settings: AlertSettings) -> Celery:
    """The Celery application with its one task. Raises Misconfigured."""
    own, clock = settings.alert, SystemClock()
    cipher = Cipher([key.get_secret_value() for key in settings.secrets.credential_keys])
    store = open_store(
        settings.postgres.url.get_secret_value(),
        cipher=cipher,
        pool_size=own.delivery_threads + 1,
        statement_timeout_s=settings.postgres.statement_timeout_s,
        application_name="haetae-delivery",
    )
    sender = Sender(clock, allowed_networks=tuple(settings.sources.allowed_networks), timeout_s=own.delivery_timeout_s)
    deliveries = Deliveries(store, sender, clock)
    app = make_celery(settings.redis.url.get_secret_value())

    @app.task(name=DELIVER)
    def deliver(id: str, attempts: int) -> None:
        """One attempt. An error leaves the row leased: it is due again when the lease is over."""
        deliveries.attempt(UUID(id), attempts)

    return app


def main(settings: AlertSettings) -> None:
    """Runs until SIGTERM or SIGINT, finishing what is being sent."""
    worker = make_worker_app(settings).Worker(
        pool="threads",
        concurrency=settings.alert.delivery_threads,
        loglevel=settings.telemetry.log_level,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    worker.start()
    sys.exit(worker.exitcode)


if __name__ == "__main__":
    try:
        loaded = AlertSettings.load()
        logs.configure("delivery", loaded.telemetry.log_level, loaded.telemetry.log_json)
        logs.get().info("started", settings=loaded.redacted())
        main(loaded)
    except Misconfigured as error:
        sys.exit(f"delivery: {error}")
