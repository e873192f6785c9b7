"""What Prometheus is told of alerts and deliveries."""

from __future__ import annotations

from haetae.domain.alert import Alert
from haetae.telemetry.metrics import Metrics


class AlertMetrics:
    """Alerts by kind and phase, and what waits to be delivered."""

    def __init__(self) -> None:
        metrics = Metrics("alert")
        self._told = metrics.counter("alerts", "Alerts that started, changed or ended.", ["kind", "phase"])
        self._waiting = metrics.gauge("deliveries_waiting_messages", "Deliveries neither made nor given up.")

    def told(self, alert: Alert) -> None:
        """An alert has a new state."""
        self._told.labels(alert.kind.value, alert.phase.value).inc()

    def waiting(self, n: int) -> None:
        """How many deliveries wait now."""
        self._waiting.set(n)
