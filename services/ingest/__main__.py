"""Composes and runs ingest: `python -m services.ingest`."""

from __future__ import annotations

import threading

from haetae.bus.connection import connect, probe
from haetae.bus.leases import Leases
from haetae.bus.publisher import Publisher
from haetae.domain.timing import SystemClock
from haetae.http.app import create_app
from haetae.http.server import serve_in_thread
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher
from haetae.telemetry.health import Health
from services.ingest.claims import Claims
from services.ingest.readers import Readers
from services.ingest.reports import Reports
from services.ingest.roster import Roster
from services.ingest.settings import IngestSettings
from services.ingest.worker import IngestWorker
from services.launch import launch


def main(settings: IngestSettings, stop: threading.Event) -> None:
    """Runs until `stop` is set. Raises Misconfigured."""
    own, health, name = settings.ingest, Health(stop), settings.ingest.worker_name
    _ = settings.site  # what is wrong with it is told here, before anything starts
    cipher = Cipher([key.get_secret_value() for key in settings.secrets.credential_keys])
    store = open_store(settings.postgres.url.get_secret_value(), cipher=cipher, application_name="haetae-ingest")
    redis = connect(settings.redis.url.get_secret_value())
    claims = Claims(Leases(redis, "ingest", name, own.lease_ttl_s), name, ttl_s=own.lease_ttl_s)
    reports = Reports(name, SystemClock(), Publisher(redis), store)
    worker = IngestWorker(Roster(store), claims, Readers(own), reports, health, max_recordings=own.max_recordings)
    health.check("redis", lambda: probe(redis))
    health.check("postgres", store.ready)
    served = serve_in_thread(create_app("Haetae ingest", "1", health), own.host, own.port, settings.http.serving())
    worker.run(stop)
    served.stop()
    store.close()


if __name__ == "__main__":
    launch("ingest", IngestSettings, main)
