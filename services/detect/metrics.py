"""What detect measures: the fate of each frame, how fast a person becomes a tracklet, how many are followed."""

from __future__ import annotations

from prometheus_client import REGISTRY, CollectorRegistry

from haetae.domain.timing import Clock
from haetae.telemetry.metrics import Metrics
from services.detect.pipeline import Outcome


class DetectMetrics:
    """The service's metrics, by what they count."""

    def __init__(self, clock: Clock, registry: CollectorRegistry = REGISTRY) -> None:
        metrics = Metrics("detect", registry)
        self._clock = clock
        self._frames = metrics.counter("frames", "Frames by what became of them: processed, or why not.", ["outcome"])
        self._batches = metrics.counter("batches", "Calls of the pipeline: frames / batches is the mean batch.")
        self._tracklets = metrics.counter("tracklets", "Messages about tracklets; passing: ended without being sure.", ["state"])
        self._update = metrics.latency("update_seconds", "From a frame's arrival to the tracklet's message.", ["state"])
        self._batch_time = metrics.latency("batch_seconds", "Time that a batch takes, decoding to commit.")

    def count(self, outcome: Outcome, took_s: float | None = None) -> None:
        """What came of a batch, or of closing idle cameras (no time given)."""
        now = self._clock.now()
        for _, reason in outcome.fates:
            self._frames.labels(reason or "processed").inc()
        if took_s is not None:
            self._batches.inc()
            self._batch_time.observe(took_s)
        for tracklet in outcome.tracklets:
            state = "closed" if tracklet.closed else "born" if tracklet.revision == 1 else "updated"
            self._tracklets.labels(state).inc()
            self._update.labels(state).observe(max(0.0, (now - tracklet.received_at).total_seconds()))
        self._tracklets.labels("passing").inc(outcome.n_passing)
