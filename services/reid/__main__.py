"""Composes and runs reid: `python -m services.reid`."""

from __future__ import annotations

import threading

from haetae.blobs.chosen import open_blobs
from haetae.bus.connection import connect, probe
from haetae.bus.consumer import Consumer
from haetae.bus.leases import Leases
from haetae.bus.topics import TRACKLETS, group_of
from haetae.domain.timing import SystemClock
from haetae.errors import Transient
from haetae.http.app import create_app
from haetae.http.server import serve_in_thread
from haetae.imaging.colours import clothing_colours
from haetae.inference.attribute_classifier import AttributeClassifier
from haetae.inference.embedder import Embedder
from haetae.inference.triton import TritonInference
from haetae.store.engine import open_store
from haetae.store.retention import keep
from haetae.store.secrets import Cipher
from haetae.telemetry import logs
from haetae.telemetry.health import Health
from haetae.telemetry.tally import Tally
from services.launch import launch
from services.reid.crops import BlobCrops
from services.reid.metrics import ReidMetrics
from services.reid.pipeline import ReidPipeline
from services.reid.reembedding import Reembedding
from services.reid.retention import RetentionJob
from services.reid.settings import ReidSettings
from services.reid.worker import ReidWorker, wait_until_ready


def main(settings: ReidSettings, stop: threading.Event) -> None:
    """Runs until `stop` is set. Raises Misconfigured."""
    own, log, clock, metrics, health = settings.reid, logs.get(), SystemClock(), ReidMetrics(), Health(stop)
    redis, blobs = connect(settings.redis.url.get_secret_value()), open_blobs(settings.blobs.folder, settings.blobs.s3.named())
    cipher = Cipher([key.get_secret_value() for key in settings.secrets.credential_keys])
    store = open_store(settings.postgres.url.get_secret_value(), cipher=cipher, application_name="haetae-reid")
    inference = TritonInference(
        settings.triton.address, shared_memory=settings.triton.shared_memory, ca_file=settings.triton.ca_file
    )
    networks = settings.models.names()
    embedder = Embedder(inference, networks.embedder, deadline_s=settings.triton.deadline_s)
    classifier = AttributeClassifier(inference, networks.attributes, deadline_s=settings.triton.deadline_s)
    pipeline = ReidPipeline(BlobCrops(blobs, Tally(log, "crops_lost")), embedder, classifier, clothing_colours,
                            shots_per_tracklet=own.shots_per_tracklet, remembered_crops=own.remembered_crops)  # fmt: skip

    reembedder = Leases(redis, "reid.reembedding", own.worker_name, ttl_s=3 * own.reembed_every_s)
    reembedding = Reembedding(pipeline, store, metrics, clock, log, every_s=own.reembed_every_s,
                              may_work=lambda: reembedder.acquire("gallery"))  # fmt: skip
    retainer = Leases(redis, "reid.retention", own.worker_name, ttl_s=1.5 * own.retention_every_s)
    retention = RetentionJob(lambda: len(keep(store, blobs, clock.now(), days=own.retention_days, stopped=stop.is_set).days),
                             retainer, log, every_s=own.retention_every_s)  # fmt: skip
    worker = ReidWorker(pipeline, store, reembedding, metrics, clock)
    consumer = Consumer(redis, [TRACKLETS], group_of(TRACKLETS), own.worker_name, batch=own.batch, health=health)

    health.check("redis", lambda: probe(redis))
    health.check("postgres", store.ready)
    health.check("blobs", blobs.ready)
    for network in (networks.embedder, networks.attributes):
        health.check(network, lambda name=network: None if inference.ready(name) else "Triton does not serve it now.")  # type: ignore[misc]
    served = serve_in_thread(create_app("Haetae reid", "1", health), own.host, own.port, settings.http.serving())
    retention.start(stop)
    wait_until_ready(store, stop, Tally(log, "waited_for_store", every_s=10.0))
    consumer.run(worker.handle, stop, worker.on_idle)
    try:
        reembedder.release("gallery")
    except Transient as error:
        log.info("lease_left_to_expire", cause=error.message)
    served.stop()
    retention.join()
    store.close()


if __name__ == "__main__":
    launch("reid", ReidSettings, main)
