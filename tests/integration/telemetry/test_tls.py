"""Spans go to the collector that was meant, and to nobody who only has its address."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI, Request

from haetae.http.server import serve_in_thread
from haetae.http.serving import Serving
from haetae.telemetry import tracing
from haetae.telemetry.collector import Collector
from tests.kit.certificates import Authority

pytestmark = pytest.mark.integration


def arrived(folder: Path, trusted: Path, own: Authority) -> list[bytes]:
    """What a collector with a certificate of `own` is sent by a process that trusts `trusted`."""
    app, found = FastAPI(), list[bytes]()

    @app.post("/v1/traces")
    async def take(request: Request) -> None:
        found.append(await request.body())

    cert_file, key_file = own.issue(folder)
    served = serve_in_thread(app, "127.0.0.1", 0, Serving(cert_file=cert_file, key_file=key_file))
    try:
        tracing.start("test", Collector(f"https://127.0.0.1:{served.port}", ca_file=trusted))
        with tracing.entry("work"):
            pass
        tracing.stop()
    finally:
        served.stop()
    return found


def test_only_whom_the_authority_signed_is_told(tmp_path: Path) -> None:
    """With the authority of the collector's certificate the span arrives; with another one nothing does."""
    ours, others = Authority(tmp_path / "ours"), Authority(tmp_path / "others")
    assert arrived(tmp_path / "a", ours.certificate, ours) != []
    assert arrived(tmp_path / "b", others.certificate, ours) == []
