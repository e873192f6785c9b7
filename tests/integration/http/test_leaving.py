"""How a server takes its leave, and its certificate."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path

import httpx
import pytest

from haetae.errors import Misconfigured
from haetae.http.app import create_app, sends_away
from haetae.http.server import serve_in_thread
from haetae.http.serving import Serving
from haetae.telemetry.health import Health
from tests.kit.certificates import Authority
from tests.kit.waiting import until

pytestmark = pytest.mark.integration


def test_a_server_that_is_to_end_still_answers_and_says_that_it_goes() -> None:
    """Not ready at once, answers go on with `Connection: close` as long as there is time, then the port is closed."""
    stop = threading.Event()
    app = create_app("Probe", "1", Health(stop))
    served = serve_in_thread(app, "127.0.0.1", 0, Serving(drain_s=3))
    with httpx.Client(base_url=f"http://127.0.0.1:{served.port}", trust_env=False) as client:
        before = client.get("/readyz")
        assert (before.status_code, "connection" in before.headers, sends_away(app)) == (200, False, False)
        stop.set()
        assert client.get("/readyz").json()["problems"] == {"stopping": "The process was told to end."}
        stopping = threading.Thread(target=served.stop)
        stopping.start()
        until(lambda: sends_away(app), "it takes its leave")
        answer = client.get("/healthz")
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        stopping.join(20)
        assert not stopping.is_alive()
        with pytest.raises(httpx.ConnectError):
            client.get("/healthz")


def test_what_may_be_alone_sends_nobody_away() -> None:
    """Without time for others to take over there is nowhere to go: lasting answers are brought to their end instead."""
    app = create_app("Probe", "1", Health())
    served = serve_in_thread(app, "127.0.0.1", 0)
    served.stop()
    assert not sends_away(app)


def test_tls_with_a_certificate_that_is_renewed_while_it_runs(tmp_path: Path) -> None:
    """New connections get the new certificate; a pair that does not fit is not taken, and the former stays."""
    authority, other = Authority(tmp_path / "ca"), Authority(tmp_path / "other")
    cert, key = authority.issue(tmp_path / "server")
    served = serve_in_thread(create_app("Probe", "1", Health()), "127.0.0.1", 0, Serving(cert_file=cert, key_file=key))

    def serial() -> str:
        return ssl.get_server_certificate(("127.0.0.1", served.port))

    try:
        first = serial()
        assert _trusting(authority.certificate, served.port).get("/healthz").status_code == 200
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            _trusting(other.certificate, served.port).get("/healthz")
        good = key.read_bytes()
        key.write_bytes(other.issue(tmp_path / "stranger")[1].read_bytes())
        assert _trusting(authority.certificate, served.port).get("/healthz").status_code == 200
        key.write_bytes(good)
        authority.issue(tmp_path / "server")
        until(lambda: serial() != first, "the new certificate is shown", every_s=0.2)
        assert _trusting(authority.certificate, served.port).get("/healthz").status_code == 200
    finally:
        served.stop()


def _trusting(authority: Path, port: int) -> httpx.Client:
    context = ssl.create_default_context(cafile=str(authority))
    return httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=context, trust_env=False)


def test_half_a_certificate_is_a_misconfiguration(tmp_path: Path) -> None:
    """One file without the other, or files that hold none, are told of at the start."""
    app = create_app("Probe", "1", Health())
    with pytest.raises(Misconfigured, match="both files"):
        serve_in_thread(app, "127.0.0.1", 0, Serving(cert_file=tmp_path / "cert.pem"))
    (tmp_path / "cert.pem").write_text("no certificate")
    with pytest.raises(Misconfigured, match="cannot be used"):
        serve_in_thread(app, "127.0.0.1", 0, Serving(cert_file=tmp_path / "cert.pem", key_file=tmp_path / "cert.pem"))
