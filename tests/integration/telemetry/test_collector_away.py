"""A collector that is away costs spans, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY

from haetae.telemetry import tracing
from haetae.telemetry.collector import Collector
from haetae.telemetry.spans_sent import MOST_WAITING
from tests.kit.http_peer import Behaviour, breaking_off, dripping_headers, hanging_up, replying, silent
from tests.kit.otlp_collector import otlp_collector

pytestmark = pytest.mark.integration
REFUSING = "http://127.0.0.1:9"  # nobody listens there
HOW: dict[str, Behaviour] = {
    "silent": silent,
    "dripping": dripping_headers,
    "hanging-up": hanging_up,
    "half-an-answer": breaking_off,
    "unauthorised": replying(b"", status=401),
    "overloaded": replying(b"", status=503),
}


def dropped() -> dict[str, float]:
    """Spans that never left, by reason, as the metric has it."""
    reasons = ("queue_full", "not_delivered", "ended")
    return {why: REGISTRY.get_sample_value("haetae_traces_spans_dropped_total", {"reason": why}) or 0.0 for why in reasons}


def sent() -> float:
    """Spans that were taken, as the metric has it."""
    return REGISTRY.get_sample_value("haetae_traces_spans_sent_total") or 0.0


@pytest.fixture(params=["refusing", *HOW])
def endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    """A collector that is no use, in each way."""
    if request.param == "refusing":
        yield REFUSING
        return
    with otlp_collector(HOW[request.param]) as collector:
        yield collector.address


@pytest.mark.timeout(30)
def test_whatever_it_does_work_goes_on_and_ends(endpoint: str) -> None:
    """More spans than there is room for, and an end: nobody waits for the collector, and every span is in a count."""
    for thread in threading.enumerate():
        if thread.name == "spans":  # of the test before: it still counts what it had in hand
            thread.join(20)
    before, taken = dropped(), sent()
    tracing.start("test", Collector(endpoint))
    n = MOST_WAITING + 2000
    for _ in range(n):
        with tracing.entry("work"):
            pass
    tracing.stop()
    after = dropped()
    lost = sum(after[why] - before[why] for why in after)
    in_hand = n - lost - (sent() - taken)  # a batch that the collector had not answered when time was up
    assert lost >= n - 512
    assert 0 <= in_hand <= 512


def test_stopping_does_not_wait_for_an_answer() -> None:
    """The end comes while the collector still holds the request."""
    with otlp_collector(silent) as collector:
        tracing.start("test", Collector(collector.address))
        with tracing.entry("work"):
            pass
        tracing.stop()
        assert collector.received
        assert any(thread.name == "spans" for thread in threading.enumerate())


def test_what_waits_is_sent_at_the_end() -> None:
    """A process that ends sends its last spans first."""
    with otlp_collector() as collector:
        tracing.start("test", Collector(collector.address, headers={"x-canary": "of the test"}))
        with tracing.entry("work"):
            pass
        tracing.stop()
        assert [span.name for span in collector.spans] == ["work"]
        assert collector.received[0].headers["x-canary"] == "of the test"
        assert collector.received[0].path == "/v1/traces"
