"""Readiness is made of probes and beats."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from haetae.telemetry.health import Health
from haetae.telemetry.metrics import Metrics, exposition


def test_problems_are_named() -> None:
    """A probe that says why is a problem under its name; one that says nothing is fine."""
    health = Health()
    health.check("store", lambda: "connection refused")
    health.check("redis", lambda: None)
    assert health.ready() == {"store": "connection refused"}


def test_a_loop_that_stops_beating_is_stale() -> None:
    """A loop is a problem once its last beat is older than it allowed, until it beats or is forgotten."""
    now_s = [0.0]
    health = Health(now_s=lambda: now_s[0])
    health.beat("consumer", max_age_s=10)
    now_s[0] = 10.0
    assert health.ready() == {}
    now_s[0] = 12.0
    assert health.ready() == {"consumer": "no successful turn for 12 s"}
    health.beat("consumer", max_age_s=10)
    assert health.stale() == {}
    now_s[0] = 40.0
    health.forget("consumer")
    assert health.ready() == {}


def test_metrics_are_named_by_the_house() -> None:
    """Names are haetae_<service>_<thing>_<unit>, and asking twice gives the same metric."""
    registry = CollectorRegistry()
    metrics = Metrics("probe", registry)
    metrics.counter("frames", "Frames seen.", ["camera"]).labels("gate-1").inc()
    metrics.counter("frames", "Frames seen.", ["camera"]).labels("gate-1").inc()
    metrics.gauge("backlog_messages", "Waiting.").set(3)
    metrics.latency("handle_seconds", "How long.").observe(0.02)
    text, content_type = exposition(registry)
    assert b'haetae_probe_frames_total{camera="gate-1"} 2.0' in text
    assert b"haetae_probe_backlog_messages 3.0" in text
    assert b'haetae_probe_handle_seconds_bucket{le="0.025"} 1.0' in text
    assert content_type.startswith("text/plain")
