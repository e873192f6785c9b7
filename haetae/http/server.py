"""Serving an application until it is told to stop: what is being answered is answered, nothing new is taken."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from haetae.errors import Misconfigured

GRACE_S = 10
KEEP_ALIVE_S = 5
STARTED_WITHIN_S = 20.0


class _Server(uvicorn.Server):
    """Signals belong to the service, which sets its stop event."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Served:
    """An application that is being served from a thread."""

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        self._socket = _listening(host, port)
        self.port: int = self._socket.getsockname()[1]  # also where 0 (any) was asked for
        self._server = _server(app)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, name="http", daemon=True)

    def start(self) -> None:
        """Begins, and waits until requests are answered. Raises Misconfigured where the application cannot start."""
        self._thread.start()
        pause = threading.Event()
        for _ in range(int(STARTED_WITHIN_S / 0.01)):
            if self._server.started:
                return
            if not self._thread.is_alive():
                break
            pause.wait(0.01)
        raise Misconfigured("The HTTP server did not start.")

    def stop(self) -> None:
        """Ends gracefully, within GRACE_S."""
        self._server.should_exit = True
        self._thread.join(GRACE_S + 2)
        self._socket.close()


def serve(app: Starlette, host: str, port: int, stop: threading.Event) -> None:
    """Serves until `stop` is set, then ends gracefully. Raises Misconfigured where the port is taken."""
    served = serve_in_thread(app, host, port)
    stop.wait()
    served.stop()


def serve_in_thread(app: Starlette, host: str, port: int) -> Served:
    """Serves beside other work; call `stop()` on what is returned. Raises Misconfigured where the port is taken."""
    served = Served(app, host, port)
    served.start()
    return served


def _server(app: Starlette) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,  # counted in metrics; a line for each request would hold paths and nothing new
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
            timeout_keep_alive=KEEP_ALIVE_S,
            lifespan="off",
        )
    )


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise Misconfigured(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
