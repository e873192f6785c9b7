"""What reid measures: how long a person takes to become searchable, and how many crops the networks read."""

from __future__ import annotations

from prometheus_client import REGISTRY, CollectorRegistry

from haetae.telemetry.metrics import Metrics


class ReidMetrics:
    """The service's metrics, by what they count."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        metrics = Metrics("reid", registry)
        self._searchable = metrics.latency(
            "searchable_seconds",
            "From the arrival of the newest frame behind a tracklet's message to its committed row.",
            ["closed"],
        )
        self._crops = metrics.counter("crops_read", "Crops that went through the networks.")
        self._embedded_again = metrics.counter("sightings_embedded_again", "Rows of another model that were embedded again.")
        self._dropped_days = metrics.counter("days_dropped", "Days of sightings and crops that retention removed.")
        self._n_crops_told = 0

    def stored(self, *, closed: bool, seconds: float) -> None:
        """A tracklet's row was committed `seconds` after the arrival of its newest frame."""
        self._searchable.labels("yes" if closed else "no").observe(max(0.0, seconds))

    def crops_read_to(self, total: int) -> None:
        """The networks have read `total` crops since the start of the process."""
        self._crops.inc(total - self._n_crops_told)
        self._n_crops_told = total

    def embedded_again(self, n: int) -> None:
        """`n` rows of another model have an embedding of today's now."""
        self._embedded_again.inc(n)

    def dropped_days(self, n: int) -> None:
        """Retention removed `n` days."""
        self._dropped_days.inc(n)
