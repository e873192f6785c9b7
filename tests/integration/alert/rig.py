"""An alert service as `python -m services.alert` composes it, parts at hand; deliveries run in a process of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from fastapi.testclient import TestClient
from sqlalchemy import text

from haetae.blobs.local_folder import LocalFolder
from haetae.bus.consumer import Consumer, Outgoing
from haetae.bus.publisher import Publisher
from haetae.bus.topics import CAMERA_REPORTS, SIGHTINGS
from haetae.domain.alert import Alert
from haetae.domain.camera import CameraReport
from haetae.domain.sighting import Sighting
from haetae.domain.timing import SystemClock
from haetae.domain.watch_list import WatchListEntry
from haetae.http.access import RememberedKeys
from haetae.inference.detector import PersonDetector
from haetae.inference.embedder import Embedder
from haetae.inference.photo_people import PhotoPeople
from haetae.inference.port import Inference
from haetae.store.store import Store
from haetae.store.webhooks import Webhook
from haetae.telemetry.health import Health
from haetae.wire import camera_report as camera_report_wire
from haetae.wire import sighting as sighting_wire
from services.alert.app import make_app
from services.alert.camera_watch import CameraWatch
from services.alert.desk import Desk
from services.alert.dispatcher import Dispatcher
from services.alert.metrics import AlertMetrics
from services.alert.persons import PersonReader
from services.alert.registry import Registry
from services.alert.sending import Sender
from services.alert.settings import AlertSection
from services.alert.tasks import make_celery
from services.alert.worker import AlertWorker, Timing

ROOT = Path(__file__).resolve().parents[3]
LOOPBACK = ("127.0.0.0/8",)


@dataclass
class Rig:
    """The peers of one service."""

    redis: redis.Redis
    redis_url: str
    store: Store
    store_url: str
    credential_key: str
    blobs: LocalFolder
    inference: Inference

    def registry(self, embedder: str = "reid-0288") -> Registry:
        """The watch list over the real networks."""
        detector = PersonDetector(self.inference, "rtmdet-nano")
        reader = PersonReader(PhotoPeople(detector), Embedder(self.inference, embedder))
        return Registry(self.store, self.blobs, reader, SystemClock())

    def worker(self, **timing: float) -> AlertWorker:
        """A worker that is patient with nobody."""
        cameras = CameraWatch(stale_after_s=0.3, live_after_s=0.2)
        watch = Timing(refresh_s=0.0, **timing)
        return AlertWorker(self.store, cameras, self.registry(), AlertMetrics(), SystemClock(), "/haetae/alert", watch)

    @contextmanager
    def running(self, worker: AlertWorker | None = None) -> Iterator[Health]:
        """Worker and dispatcher at work while the block runs."""
        worker, stop, health = worker or self.worker(), threading.Event(), Health()
        worker.begin(stop)
        consumer = Consumer(self.redis, [SIGHTINGS, CAMERA_REPORTS], "alert", "alert-0", block_s=0.1, health=health)
        thread = threading.Thread(target=consumer.run, args=(worker.handle, stop, worker.on_idle), daemon=True)
        thread.start()
        dispatching = self.dispatcher(health).start(stop)
        try:
            yield health
        finally:
            stop.set()
            thread.join(20)
            dispatching.join(20)
            assert not thread.is_alive()

    def dispatcher(self, health: Health | None = None) -> Dispatcher:
        """From the outbox to Celery."""
        celery = make_celery(self.redis_url)
        return Dispatcher(self.store, self.redis, celery, AlertMetrics(), health or Health(), SystemClock())

    @contextmanager
    def delivering(self, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
        """`python -m services.alert.delivery` while the block runs, with further variables."""
        env = {
            **os.environ,
            "HAETAE_POSTGRES__URL": self.store_url,
            "HAETAE_REDIS__URL": self.redis_url,
            "HAETAE_SECRETS__CREDENTIAL_KEYS": f'["{self.credential_key}"]',
            "HAETAE_SOURCES__ALLOWED_NETWORKS": '["127.0.0.0/8"]',
            **settings,
        }
        process = subprocess.Popen([sys.executable, "-m", "services.alert.delivery"], cwd=ROOT, env=env)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise

    def api(self) -> TestClient:
        """The API, in process."""
        section = AlertSection()
        sender = Sender(SystemClock(), allowed_networks=LOOPBACK, timeout_s=5)
        desk = Desk(self.store, self.registry(), sender, section, LOOPBACK, SystemClock())
        app = make_app(desk, RememberedKeys(self.store.caller, remembered_s=0.0), Health())
        return TestClient(app, raise_server_exceptions=False)

    def headers(self, role: str) -> dict[str, str]:
        """A caller's header; the key is made when it is first asked for."""
        with self.store.begin() as transaction:
            if any(key.name == f"a {role}" for key in transaction.api_keys.all()):
                transaction.api_keys.remove(f"a {role}")
            return {"Authorization": f"Bearer {transaction.api_keys.add(f'a {role}', role)}"}

    def see(self, *sightings: Sighting) -> None:
        """Puts sightings on the bus."""
        Publisher(self.redis).publish([Outgoing(SIGHTINGS, sighting_wire.to_bytes(one)) for one in sightings])

    def report(self, *reports: CameraReport) -> None:
        """Puts camera reports on the bus."""
        Publisher(self.redis).publish([Outgoing(CAMERA_REPORTS, camera_report_wire.to_bytes(one)) for one in reports])

    def add(self, *things: WatchListEntry | Webhook) -> None:
        """Stores entries and webhooks."""
        with self.store.begin() as transaction:
            for thing in things:
                if isinstance(thing, WatchListEntry):
                    transaction.watch_lists.add(thing)
                else:
                    transaction.webhooks.add(thing)

    def alerts(self) -> list[Alert]:
        """All alerts, newest first."""
        with self.store.begin() as transaction:
            return transaction.alerts.page(limit=100)[0]

    def waiting(self) -> int:
        """Deliveries that are neither made nor given up."""
        with self.store.begin() as transaction:
            return transaction.outbox.waiting()

    def leases_over(self) -> None:
        """Lets time pass for the outbox: whatever waits is due now."""
        with self.store.begin() as transaction:
            transaction.session.execute(text("UPDATE outbox SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL"))

    def acts(self) -> Sequence[str]:
        """What the audit holds, newest first."""
        with self.store.begin() as transaction:
            return [record.act for record in transaction.audit.page(limit=100)]

    def backlog(self) -> int:
        """Messages that are not done."""
        publisher = Publisher(self.redis)
        return publisher.backlog(SIGHTINGS) + publisher.backlog(CAMERA_REPORTS)
