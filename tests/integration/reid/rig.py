"""A reid worker as `python -m services.reid` composes it, with the parts at hand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import redis
from cryptography.fernet import Fernet
from prometheus_client import CollectorRegistry

from haetae.blobs.local_folder import LocalFolder
from haetae.bus.connection import connect
from haetae.bus.consumer import Commit, Consumer, Message, Outgoing
from haetae.bus.publisher import Publisher
from haetae.bus.topics import SIGHTINGS, TRACKLETS, group_of
from haetae.domain.sighting import Sighting
from haetae.domain.timing import SystemClock
from haetae.domain.tracklet import Tracklet
from haetae.imaging.colours import clothing_colours
from haetae.imaging.jpeg import encode
from haetae.inference.attribute_classifier import AttributeClassifier
from haetae.inference.embedder import Embedder
from haetae.inference.port import Inference
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from haetae.telemetry import logs
from haetae.telemetry.tally import Tally
from haetae.wire import sighting as sighting_wire
from haetae.wire import tracklet as tracklet_wire
from services.reid.crops import BlobCrops
from services.reid.metrics import ReidMetrics
from services.reid.pipeline import ReidPipeline
from services.reid.reembedding import Reembedding
from services.reid.worker import ReidWorker
from tests.kit.builders import HD, pixels

Handle = Callable[[Sequence[Message]], Commit]


@dataclass
class Rig:
    """The peers of one worker; `embedder` is the network whose embeddings it makes."""

    redis: redis.Redis
    store: Store
    blobs: LocalFolder
    inference: Inference
    embedder: str = "reid-0288"

    def pipeline(self) -> ReidPipeline:
        """A pipeline over the real networks."""
        return ReidPipeline(
            BlobCrops(self.blobs, Tally(logs.get(), "crops_lost")),
            Embedder(self.inference, self.embedder),
            AttributeClassifier(self.inference, "attributes-0230"),
            clothing_colours,
        )

    def worker(self) -> ReidWorker:
        """A worker that may always re-embed."""
        pipeline, clock, metrics = self.pipeline(), SystemClock(), ReidMetrics(CollectorRegistry())
        again = Reembedding(pipeline, self.store, metrics, clock, logs.get(), may_work=lambda: True, every_s=0.1)
        return ReidWorker(pipeline, self.store, again, metrics, clock)

    @contextmanager
    def running(self, name: str = "reid-0", *, claim_idle_s: float = 30.0) -> Iterator[ReidWorker]:
        """A worker that consumes while the block runs."""
        worker, stop = self.worker(), threading.Event()
        consumer = self.consumer(name, claim_idle_s=claim_idle_s)
        thread = threading.Thread(target=consumer.run, args=(worker.handle, stop, worker.on_idle), name=name)
        thread.start()
        try:
            yield worker
        finally:
            stop.set()
            thread.join(timeout=20)
            assert not thread.is_alive()

    def consumer(self, name: str, *, claim_idle_s: float = 30.0) -> Consumer:
        """A member of reid's group that looks often."""
        return Consumer(self.redis, [TRACKLETS], group_of(TRACKLETS), name, block_s=0.1, claim_idle_s=claim_idle_s)

    def with_crops(self, tracklet: Tracklet) -> Tracklet:
        """The tracklet, its crops in the blobs: people-sized pictures that differ by shot."""
        for n, shot in enumerate(tracklet.best_shots):
            size = replace(HD, width=80, height=200)
            self.blobs.put(shot.blob_key, encode(pixels(size, seed=tracklet.id.int % 1000 + n)))
        return tracklet

    def send(self, *tracklets: Tracklet) -> None:
        """Puts tracklets on the bus, each by itself."""
        publisher = Publisher(self.redis)
        for tracklet in tracklets:
            publisher.publish([Outgoing(TRACKLETS, tracklet_wire.to_bytes(tracklet))])

    def told(self) -> list[Sighting]:
        """The sightings on the bus, oldest first."""
        entries = cast(list[tuple[bytes, dict[bytes, bytes]]], self.redis.xrange(SIGHTINGS))
        return [sighting_wire.from_bytes(fields[b"p"]) for _, fields in entries]

    def stored(self, tracklet: Tracklet) -> list[Sighting]:
        """The rows of a tracklet, with their embeddings."""
        with self.store.begin() as transaction:
            return transaction.sightings.many([tracklet.id], with_embeddings=True)

    def backlog(self) -> int:
        """Tracklets that are not done."""
        return Publisher(self.redis).backlog(TRACKLETS)


def open_rig(redis_url: str, postgres_url: str, blobs: Path, inference: Inference, embedder: str = "reid-0288") -> Rig:
    """A rig on running servers."""
    store = open_store(postgres_url, cipher=Cipher([Fernet.generate_key().decode()]))
    return Rig(connect(redis_url, block_s=0.1), store, LocalFolder(blobs), inference, embedder)
