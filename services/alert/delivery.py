"""Sends what waits in the outbox: `python -m services.alert.delivery` is the Celery worker, a process beside the service."""

from __future__ import annotations

import sys
from uuid import UUID

from celery import Celery

from haetae.bus.connection import connect, probe
from haetae.domain.timing import SystemClock
from haetae.errors import Misconfigured
from haetae.http.app import create_app
from haetae.http.server import Served, serve_in_thread
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from haetae.telemetry import logs, tracing
from haetae.telemetry.health import Health
from services.alert.deliveries import Deliveries
from services.alert.sending import Sender
from services.alert.settings import AlertSettings
from services.alert.tasks import DELIVER, make_celery


def make_worker_app(settings: AlertSettings, store: Store) -> Celery:
    """The Celery application with its one task. Raises Misconfigured."""
    own, clock = settings.alert, SystemClock()
    sender = Sender(clock, allowed_networks=tuple(settings.sources.allowed_networks), timeout_s=own.delivery_timeout_s)
    deliveries = Deliveries(store, sender, clock)
    app = make_celery(settings.redis.url.get_secret_value())

    @app.task(name=DELIVER)
    def deliver(id: str, attempts: int) -> None:
        """One attempt. An error leaves the row leased: it is due again when the lease is over."""
        with tracing.entry("deliver webhook", kind=tracing.Kind.CONSUMER, attributes={"haetae.attempts": attempts}):
            deliveries.attempt(UUID(id), attempts)

    return app


def opened(settings: AlertSettings) -> Store:
    """The store with a connection for each thread, and one for whoever asks how it goes. Raises Misconfigured."""
    return open_store(
        settings.postgres.url.get_secret_value(),
        cipher=Cipher([key.get_secret_value() for key in settings.secrets.credential_keys]),
        pool_size=settings.alert.delivery_threads + 1,
        statement_timeout_s=settings.postgres.statement_timeout_s,
        application_name="haetae-delivery",
    )


def told(settings: AlertSettings, store: Store) -> Served | None:
    """Health and metrics, where they have a port. Raises Misconfigured."""
    own, health = settings.alert, Health()
    if own.delivery_port is None:
        return None
    redis = connect(settings.redis.url.get_secret_value())
    health.check("redis", lambda: probe(redis))
    health.check("postgres", store.ready)
    app = create_app("Haetae delivery", "1", health)
    return serve_in_thread(app, own.delivery_host, own.delivery_port, settings.http.serving())


def main(settings: AlertSettings) -> None:
    """Runs until SIGTERM or SIGINT, finishing what is being sent."""
    store = opened(settings)
    worker = make_worker_app(settings, store).Worker(
        pool="threads",
        concurrency=settings.alert.delivery_threads,
        loglevel=settings.telemetry.log_level,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    )
    served = told(settings, store)
    worker.start()
    if served is not None:
        served.stop()
    sys.exit(worker.exitcode)


if __name__ == "__main__":
    try:
        loaded = AlertSettings.load()
        logs.configure("delivery", loaded.telemetry.log_level, loaded.telemetry.log_json)
        logs.get().info("started", settings=loaded.redacted())
        tracing.start("delivery", loaded.telemetry.traces.collector())
        main(loaded)
    except Misconfigured as error:
        sys.exit(f"delivery: {error}")
    finally:
        tracing.stop()
