"""Ingest's metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from haetae.domain.camera import CameraState
from haetae.domain.ids import CameraId
from haetae.telemetry.metrics import Metrics


class IngestMetrics:
    """Frames by camera and fate, cameras by state, reader processes."""

    def __init__(self) -> None:
        metrics = Metrics("ingest")
        self._frames = metrics.counter("frames", "Frames by camera and fate.", ("camera", "fate"))
        self._cameras = metrics.gauge("cameras", "Cameras of this worker by state.", ("state",))
        self._readers = metrics.gauge("readers", "Reader processes.")
        self._restarts = metrics.counter("reader_restarts", "Reader processes that died or were killed.")
        self._seen: dict[tuple[str, str], int] = {}
        self._n_restarts = 0

    def frames(self, totals: Mapping[str, Mapping[str, int]]) -> None:
        """Totals since the worker began; they only grow."""
        for camera, fates in totals.items():
            for fate, n in fates.items():
                before = self._seen.get((camera, fate), 0)
                if n > before:
                    self._frames.labels(camera, fate).inc(n - before)
                    self._seen[camera, fate] = n

    def cameras(self, states: Mapping[CameraId, CameraState]) -> None:
        counts = Counter(states.values())
        for state in CameraState:
            self._cameras.labels(state.value).set(counts[state])

    def readers(self, n: int, n_restarts: int) -> None:
        self._readers.set(n)
        self._restarts.inc(n_restarts - self._n_restarts)
        self._n_restarts = n_restarts
