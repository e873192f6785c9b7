"""A collector, and this process as one that sends its spans there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from haetae.telemetry import tracing
from haetae.telemetry.collector import Collector
from tests.kit.otlp_collector import OtlpCollector, otlp_collector


@pytest.fixture
def collector() -> Iterator[OtlpCollector]:
    """It takes whatever comes."""
    with otlp_collector() as running:
        yield running


@pytest.fixture
def traced(collector: OtlpCollector) -> Iterator[OtlpCollector]:
    """Every request and every frame of this process is traced."""
    tracing.start("test", Collector(collector.address, frame_sample_ratio=1.0))
    yield collector
    tracing.stop()
