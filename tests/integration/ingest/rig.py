"""Ingest workers as processes, on real servers, and what can be seen of them from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import psutil
import redis
from cryptography.fernet import Fernet

from haetae.bus import topics
from haetae.bus.connection import connect
from haetae.bus.ledger import Ledger
from haetae.domain.camera import Camera, CameraReport, CameraState, Credentials
from haetae.domain.frame import EncodedFrame
from haetae.domain.ids import CameraId
from haetae.domain.timing import TimeWindow
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from haetae.wire import frame as frame_wire

REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass
class Worker:
    """One `python -m services.ingest`."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def readers(self) -> list[psutil.Process]:
        """Its reader processes."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                found += [child] if "services.ingest.reader" in child.cmdline() else []
        return found

    def stop(self, *, kill: bool = False) -> None:
        readers = self.readers() if self.process.poll() is None else []
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        self.process.wait(timeout=20)
        for reader in readers:
            if kill:
                reader.wait(timeout=10)


@dataclass
class Rig:
    """Empty streams, no cameras, workers on demand."""

    redis: redis.Redis
    redis_url: str
    postgres_url: str
    store: Store
    key: str
    folder: Path
    workers: list[Worker] = field(default_factory=list)

    def start(self, name: str = "w1", **settings: object) -> Worker:
        """A worker; its settings as INGEST fields."""
        log = self.folder / f"{name}-{len(self.workers)}.log"
        environment = {
            **os.environ,
            "HAETAE_REDIS__URL": self.redis_url,
            "HAETAE_POSTGRES__URL": self.postgres_url,
            "HAETAE_SECRETS__CREDENTIAL_KEYS": f'["{self.key}"]',
            "HAETAE_SOURCES__ALLOWED_NETWORKS": '["127.0.0.0/8"]',
            "HAETAE_SOURCES__IMPORT_FOLDERS": f'["{self.folder}"]',
            "HAETAE_INGEST__NAME": name,
            "HAETAE_INGEST__PORT": "0",
            "HAETAE_REDIS__FRAME_SHARDS": "8",
        }
        environment |= {f"HAETAE_INGEST__{field.upper()}": str(value) for field, value in settings.items()}
        with log.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.ingest"], env=environment, cwd=REPOSITORY, stderr=sink, stdout=sink
            )
        self.workers.append(Worker(name, process, log))
        return self.workers[-1]

    def add(self, camera: Camera, credentials: Credentials | None = None) -> None:
        with self.store.begin() as transaction:
            transaction.cameras.add(camera, credentials)

    def reports(self) -> Mapping[CameraId, CameraReport]:
        with self.store.begin() as transaction:
            return transaction.cameras.reports()

    def state(self, camera_id: str) -> CameraState | None:
        report = self.reports().get(CameraId(camera_id))
        return report.state if report else None

    def frames(self, n_shards: int = 8) -> list[EncodedFrame]:
        """Everything published and not taken."""
        found = []
        for shard in range(n_shards):
            entries = cast(list[tuple[bytes, dict[bytes, bytes]]], self.redis.xrange(topics.frames(shard)))
            found += [frame_wire.from_bytes(next(iter(fields.values()))) for _, fields in entries]
        return found

    def ledger(self, camera_id: str) -> Counter[str]:
        """All counts of a camera."""
        now = datetime.now(UTC)
        window = TimeWindow(now - timedelta(hours=1), now + timedelta(minutes=2))
        sums: Counter[str] = Counter()
        for counts in Ledger(self.redis).read(CameraId(camera_id), window).values():
            sums.update(counts)
        return sums

    def logs(self) -> str:
        return "".join(worker.log.read_text() for worker in self.workers)

    def close(self) -> None:
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.stop()
        self.store.close()
        self.redis.close()


def open_rig(redis_url: str, postgres_url: str, folder: Path) -> Rig:
    key = Fernet.generate_key().decode()
    store = open_store(postgres_url, cipher=Cipher([key]))
    return Rig(connect(redis_url), redis_url, postgres_url, store, key, folder)


def until(condition: object, timeout_s: float = 120.0, every_s: float = 0.1) -> float:
    """Seconds until `condition()` came true; fails the test where it did not."""
    began_s = time.monotonic()
    while not condition():  # type: ignore[operator]
        assert time.monotonic() - began_s < timeout_s, f"not within {timeout_s} s"
        time.sleep(every_s)
    return time.monotonic() - began_s
