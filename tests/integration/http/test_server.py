"""Serving on a real port."""

from __future__ import annotations

import socket
import threading

import httpx
import pytest

from haetae.errors import Misconfigured
from haetae.http.app import create_app
from haetae.http.server import serve, serve_in_thread
from haetae.telemetry.health import Health

pytestmark = pytest.mark.integration


def test_a_request_under_way_is_answered_while_the_server_stops() -> None:
    """Stopping takes nothing new and finishes what is being answered; the port is free afterwards."""
    app = create_app("Probe", "1", Health())
    entered, may_end = threading.Event(), threading.Event()

    @app.get("/slow")
    def slow() -> str:
        entered.set()
        may_end.wait(10)
        return "done"

    served = serve_in_thread(app, "127.0.0.1", 0)
    answers: list[httpx.Response] = []
    asking = threading.Thread(target=lambda: answers.append(httpx.get(f"http://127.0.0.1:{served.port}/slow", timeout=20)))
    asking.start()
    assert entered.wait(10)
    stopping = threading.Thread(target=served.stop)
    stopping.start()
    may_end.set()
    stopping.join(15)
    asking.join(15)
    assert answers[0].json() == "done"
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{served.port}/healthz")


def test_a_taken_port_is_a_misconfiguration() -> None:
    """The reason is told at the start."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Misconfigured, match="Cannot listen"):
        serve(create_app("Probe", "1", Health()), "127.0.0.1", taken.getsockname()[1], threading.Event())


def test_serving_ends_with_the_stop_event() -> None:
    """`serve` blocks until the event is set, also outside the main thread."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    stop = threading.Event()
    serving = threading.Thread(target=serve, args=(create_app("Probe", "1", Health()), "127.0.0.1", port, stop))
    serving.start()
    transport = httpx.HTTPTransport(retries=5)
    with httpx.Client(transport=transport) as client:
        assert client.get(f"http://127.0.0.1:{port}/healthz").json() == {"status": "alive"}
    stop.set()
    serving.join(15)
    assert not serving.is_alive()
