"""Composes and runs alert: `python -m services.alert`. Webhooks are sent by `python -m services.alert.delivery` beside it."""

from __future__ import annotations

import threading

from haetae.blobs.chosen import open_blobs
from haetae.bus.connection import connect, probe
from haetae.bus.consumer import Consumer
from haetae.bus.leases import Leases
from haetae.bus.topics import SIGHTINGS, group_of
from haetae.domain.timing import SystemClock
from haetae.http.access import RememberedKeys
from haetae.http.server import serve_in_thread
from haetae.inference.detector import PersonDetector
from haetae.inference.embedder import Embedder
from haetae.inference.patient import Patient
from haetae.inference.photo_people import PhotoPeople
from haetae.inference.triton import TritonInference
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher
from haetae.telemetry.health import Health
from services.alert.app import make_app
from services.alert.camera_watch import CameraWatch
from services.alert.desk import Desk
from services.alert.dispatcher import Dispatcher
from services.alert.metrics import AlertMetrics
from services.alert.persons import PersonReader
from services.alert.registry import Registry
from services.alert.sending import Sender
from services.alert.settings import AlertSettings
from services.alert.tasks import make_celery
from services.alert.turn import Turn
from services.alert.worker import AlertWorker, Timing
from services.launch import launch


def main(settings: AlertSettings, stop: threading.Event) -> None:
    """Runs until `stop` is set. Raises Misconfigured."""
    own, clock, health, metrics = settings.alert, SystemClock(), Health(stop), AlertMetrics()
    redis_url, networks = settings.redis.url.get_secret_value(), tuple(settings.sources.allowed_networks)
    redis = connect(redis_url)
    cipher = Cipher([key.get_secret_value() for key in settings.secrets.credential_keys])
    store = open_store(settings.postgres.url.get_secret_value(), cipher=cipher, pool_size=settings.postgres.pool_size,
                       statement_timeout_s=settings.postgres.statement_timeout_s, application_name="haetae-alert")  # fmt: skip
    triton = settings.triton
    inference = Patient(TritonInference(triton.address, shared_memory=triton.shared_memory, ca_file=triton.ca_file))
    names = settings.models.names()
    detector = PersonDetector(inference, names.detector, min_score=own.least_person_score)
    reader = PersonReader(PhotoPeople(detector), Embedder(inference, names.embedder))
    blobs = open_blobs(settings.blobs.folder, settings.blobs.s3.named())
    registry = Registry(store, blobs, reader, clock)
    sender = Sender(clock, allowed_networks=networks, timeout_s=own.delivery_timeout_s)
    watch = CameraWatch(stale_after_s=own.stale_after_s, live_after_s=own.live_after_s)
    worker = AlertWorker(store, watch, registry, metrics, clock, own.event_source,
                         Timing(own.watch_list_refresh_s, own.quiet_after_s))  # fmt: skip
    turn = Turn(Leases(redis, "alert", own.worker_name, own.lease_ttl_s), worker.learn)
    consumer = Consumer(redis, turn.topics, group_of(SIGHTINGS), own.worker_name, batch=own.batch, exclusive=True, health=health)

    health.check("redis", lambda: probe(redis))
    health.check("postgres", store.ready)
    health.check("blobs", blobs.ready)
    keys = RememberedKeys(store.caller, remembered_s=own.key_remembered_s)
    desk = Desk(store, registry, sender, own, networks, clock)
    served = serve_in_thread(make_app(desk, keys, health), own.host, own.port, settings.http.serving())
    worker.begin(stop)
    dispatching = Dispatcher(store, redis, make_celery(redis_url), metrics, health, clock).start(stop)
    keeping = turn.start(stop, health)
    consumer.run(worker.handle, stop, turn.only(worker.on_idle))
    keeping.join()
    turn.leave()
    dispatching.join(10)
    served.stop()
    store.close()


if __name__ == "__main__":
    launch("alert", AlertSettings, main)
