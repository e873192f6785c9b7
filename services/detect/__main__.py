"""Composes and runs detect: `python -m services.detect`."""

from __future__ import annotations

import threading

from haetae.blobs.chosen import open_blobs
from haetae.bus.connection import connect, probe
from haetae.bus.consumer import Consumer
from haetae.bus.leases import Leases
from haetae.bus.publisher import Publisher
from haetae.bus.topics import frames, group_of
from haetae.domain.timing import SystemClock
from haetae.errors import Transient
from haetae.http.app import create_app
from haetae.http.server import serve_in_thread
from haetae.inference.detector import PersonDetector
from haetae.inference.triton import TritonInference
from haetae.telemetry import logs
from haetae.telemetry.health import Health
from haetae.tracking.best_shots import BestShots
from haetae.tracking.follower import Follower
from haetae.tracking.tracker import Tracker
from services.detect.admission import Admission, AgeLimit
from services.detect.followings import Followings
from services.detect.idle import IdleCameras
from services.detect.metrics import DetectMetrics
from services.detect.pipeline import DetectPipeline
from services.detect.settings import DetectSettings
from services.detect.shards import OwnedShards
from services.detect.worker import DetectWorker
from services.launch import launch


def main(settings: DetectSettings, stop: threading.Event) -> None:
    """Runs until `stop` is set. Raises Misconfigured."""
    own, log, clock, health = settings.detect, logs.get(), SystemClock(), Health(stop)
    redis, n_shards = connect(settings.redis.url.get_secret_value()), settings.redis.frame_shards
    inference = TritonInference(
        settings.triton.address, shared_memory=settings.triton.shared_memory, ca_file=settings.triton.ca_file
    )
    network = settings.models.names().detector
    detector = PersonDetector(inference, network, min_score=own.min_score, deadline_s=settings.triton.deadline_s)
    follower = Follower(Tracker(own.tracker()), BestShots(), update_every_s=own.update_every_s)
    admission = Admission(clock, AgeLimit(own.max_frame_age_s, own.fresh_frame_age_s))
    blobs = open_blobs(settings.blobs.folder, settings.blobs.s3.named())
    pipeline = DetectPipeline(detector, follower, blobs, admission)

    followings, publisher = Followings(redis, n_shards), Publisher(redis)
    idle = IdleCameras(followings, lambda shard: publisher.backlog(frames(shard)), clock,
                        max_gap_s=own.max_gap_s, recording_patience_s=own.recording_patience_s)  # fmt: skip
    shards = OwnedShards(Leases(redis, "detect", own.worker_name, own.lease_ttl_s), own.worker_name, n_shards, log)
    worker = DetectWorker(pipeline, followings, idle, shards, DetectMetrics(clock), clock)
    consumer = Consumer(
        redis, shards.topics, group_of(frames(0)), own.worker_name, batch=own.batch, exclusive=True, health=health
    )

    health.check("redis", lambda: probe(redis))
    health.check("blobs", blobs.ready)
    health.check("detector", lambda: None if inference.ready(network) else "Triton does not serve it now.")
    served = serve_in_thread(create_app("Haetae detect", "1", health), own.host, own.port, settings.http.serving())
    keeper = threading.Thread(target=shards.keep, args=(stop, health), name="shards", daemon=True)
    keeper.start()
    consumer.run(worker.handle, stop, worker.on_idle)
    keeper.join()
    try:
        shards.leave()
    except Transient as error:
        log.info("leases_left_to_expire", cause=error.message)
    served.stop()


if __name__ == "__main__":
    launch("detect", DetectSettings, main)
