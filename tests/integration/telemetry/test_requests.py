"""Requests as spans: whose trace it is, and what is not in it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from haetae.errors import Refused
from haetae.http.app import create_app
from haetae.telemetry import logs, tracing
from haetae.telemetry.collector import Collector
from haetae.telemetry.health import Health
from tests.kit.otlp_collector import OtlpCollector

pytestmark = pytest.mark.integration
CALLER, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
NOT_LOADED = ("opentelemetry.sdk.trace", "opentelemetry.exporter", "opentelemetry.proto", "requests")
_OFF = """
import sys
from fastapi.testclient import TestClient
from haetae.http.app import create_app
from haetae.telemetry import tracing
from haetae.telemetry.health import Health
import services.ingest.reader, services.search.app
tracing.start("search", None)
app = create_app("Probe", "1", Health())
app.get("/things/{id}")(lambda id: id)
with TestClient(app) as client:
    caller = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    assert client.get("/things/7", headers=caller).json() == "7"
tracing.stop()
print(*sys.modules)
"""


def probe() -> TestClient:
    """An application with an endpoint that works, one that refuses and one that breaks."""
    app: FastAPI = create_app("Probe", "1", Health())

    @app.get("/things/{id}")
    def thing(id: str) -> str:
        with tracing.span("inside"):
            return id

    @app.get("/refused")
    def refused() -> None:
        raise Refused("No.", status=404, kind="unknown-thing")

    @app.get("/bug")
    def bug() -> None:
        raise ZeroDivisionError("canary in an error")

    return TestClient(app, raise_server_exceptions=False)


def test_off_loads_nothing_and_sends_nothing(collector: OtlpCollector) -> None:
    """Without an endpoint of ours neither the SDK's spans nor its exporter are loaded, and nothing is sent: not even where the
    variables that FastAPI's own telemetry obeys point to a collector."""
    theirs = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "FASTAPI_OTEL_AUTO_CONFIGURE": "true"}
    ran = subprocess.run([sys.executable, "-c", _OFF], env={**os.environ, **theirs}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert [name for name in ran.stdout.split() if name.startswith(NOT_LOADED)] == []
    assert collector.received == []


def test_a_caller_s_trace_goes_on(traced: OtlpCollector) -> None:
    """The request stands below the caller's span, what happens in it below the request, and the answer says which it is."""
    answer = probe().get("/things/7", headers={"traceparent": f"00-{CALLER}-{PARENT}-01"})
    inside, request = sorted(traced.wait_for(lambda spans: len(spans) == 2), key=lambda span: span.name != "inside")
    assert (request.trace, request.parent, request.service) == (CALLER, PARENT, "haetae-test")
    assert (inside.trace, inside.parent) == (CALLER, request.id)
    assert answer.headers["traceresponse"] == f"00-{CALLER}-{request.id}-01"


def test_a_caller_that_does_not_trace_is_not_traced(traced: OtlpCollector) -> None:
    """The caller has decided; what is no traceparent decides nothing, and health checks are never traced."""
    client = probe()
    client.get("/things/1", headers={"traceparent": f"00-{CALLER}-{PARENT}-00"})
    client.get("/readyz", headers={"traceparent": f"00-{CALLER}-{PARENT}-01"})
    client.get("/things/2", headers={"traceparent": "00-nonsense"})
    tracing.stop()
    assert [(span.name, span.parent) for span in traced.spans if span.name != "inside"] == [("GET /things/{id}", "")]


def test_a_span_has_nothing_of_what_a_caller_sends(traced: OtlpCollector) -> None:
    """No path, query, header or error's text: a canary in each of them is nowhere in what is sent. Status and route are."""
    client, token = probe(), {"Authorization": "Bearer canary", "User-Agent": "canary", "Cookie": "canary=canary"}
    for path in ("/things/canary?token=canary", "/refused?canary", "/bug?canary", "/canary"):
        client.get(path, headers=token)
    tracing.stop()
    told = {span.name: (span.attributes["http.response.status_code"], span.failed) for span in traced.spans if not span.parent}
    assert told == {
        "GET /things/{id}": (200, False), "GET /refused": (404, False), "GET /bug": (500, True), "GET unmatched": (404, False),
    }  # fmt: skip
    assert "canary" not in traced.everything


def test_nothing_begins_where_the_ratio_is_nothing(collector: OtlpCollector) -> None:
    """With a ratio of 0 only callers begin traces."""
    tracing.start("test", Collector(collector.address, sample_ratio=0.0))
    client = probe()
    assert "traceresponse" not in client.get("/things/1").headers
    assert "traceresponse" in client.get("/things/2", headers={"traceparent": f"00-{CALLER}-{PARENT}-01"}).headers
    tracing.stop()
    assert {span.trace for span in collector.spans} == {CALLER}


def test_logs_name_the_trace_they_belong_to(traced: OtlpCollector, capsys: pytest.CaptureFixture[str]) -> None:
    """What is logged within a span has its ids; what is logged outside has none."""
    logs.configure("test")
    with tracing.entry("work"):
        logs.get().info("within")
    logs.get().info("outside")
    tracing.stop()
    within, outside = capsys.readouterr().err.strip().splitlines()[-2:]
    (span,) = traced.spans
    assert f'"trace_id": "{span.trace}"' in within
    assert f'"span_id": "{span.id}"' in within
    assert "trace_id" not in outside
