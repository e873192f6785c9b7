"""Prometheus metrics named `haetae_<service>_<thing>_<unit>`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics import MetricWrapperBase

LATENCY_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

AnyMetric = TypeVar("AnyMetric", bound=MetricWrapperBase)


class Metrics:
    """The metrics of one service. Asking twice for one name gives the same metric."""

    _known: dict[tuple[CollectorRegistry, str], MetricWrapperBase] = {}  # noqa: RUF012 - one process, one set of names: shared on purpose

    def __init__(self, service: str, registry: CollectorRegistry = REGISTRY) -> None:
        self._service = service
        self._registry = registry

    def counter(self, thing: str, help: str, labels: Sequence[str] = ()) -> Counter:
        """A number that only grows; prometheus adds `_total`."""
        return self._once(Counter, thing, help, labels)

    def gauge(self, thing: str, help: str, labels: Sequence[str] = ()) -> Gauge:
        """A number that goes up and down, such as "backlog_messages"."""
        return self._once(Gauge, thing, help, labels)

    def latency(self, thing: str, help: str, labels: Sequence[str] = ()) -> Histogram:
        """How long things take: `thing` ends in "_seconds"."""
        name = f"haetae_{self._service}_{thing}"
        known = self._known.get((self._registry, name))
        if isinstance(known, Histogram):
            return known
        made = Histogram(name, help, labels, buckets=LATENCY_BUCKETS_S, registry=self._registry)
        self._known[(self._registry, name)] = made
        return made

    def _once(self, kind: type[AnyMetric], thing: str, help: str, labels: Sequence[str]) -> AnyMetric:
        name = f"haetae_{self._service}_{thing}"
        known = self._known.get((self._registry, name))
        if isinstance(known, kind):
            return known
        made = kind(name, help, labels, registry=self._registry)
        self._known[(self._registry, name)] = made
        return made


def exposition(registry: CollectorRegistry = REGISTRY) -> tuple[bytes, str]:
    """All metrics in the Prometheus text format, and its content type."""
    return generate_latest(registry), CONTENT_TYPE_LATEST
