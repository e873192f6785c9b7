"""Serving an application until it is told to stop: what is being answered is answered, nothing new is taken."""

from __future__ import annotations

import math
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from haetae.errors import Misconfigured
from haetae.http.certificate import Certificate
from haetae.http.serving import SENDS_AWAY, Serving

KEEP_ALIVE_S = 75  # longer than load balancers keep idle connections (60 s is usual): who closes first must not be us
STARTED_WITHIN_S = 20.0


class _Server(uvicorn.Server):
    """Signals belong to the service, which sets its stop event."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Served:
    """An application that is being served from a thread. Raises Misconfigured where port or certificate cannot be used."""

    def __init__(self, app: Starlette, host: str, port: int, how: Serving = Serving()) -> None:
        self._how = how
        self._ended = threading.Event()
        files = how.certificate()
        self._certificate = Certificate(*files) if files else None
        self._socket = _listening(host, port)
        self.port: int = self._socket.getsockname()[1]  # also where 0 (any) was asked for
        self._state = app.state
        self._leaving = _Leaving(app)
        self._server = _server(self._leaving, how, self._certificate)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, name="http", daemon=True)

    def start(self) -> None:
        """Begins, and waits until requests are answered. Raises Misconfigured where the application cannot start."""
        self._thread.start()
        if self._certificate is not None:
            self._certificate.follow(self._ended)
        pause = threading.Event()
        for _ in range(int(STARTED_WITHIN_S / 0.01)):
            if self._server.started:
                return
            if not self._thread.is_alive():
                break
            pause.wait(0.01)
        raise Misconfigured("The HTTP server did not start.")

    def stop(self) -> None:
        """Ends gracefully: answers for `drain_s` more and closes each connection with its answer, then takes nothing new."""
        self._leaving.leaving = True
        if self._how.drain_s > 0:
            setattr(self._state, SENDS_AWAY, True)
            self._ended.wait(self._how.drain_s)
        self._ended.set()
        self._server.should_exit = True
        self._thread.join(self._how.grace_s + 2)
        self._socket.close()


class _Leaving:
    """Once `leaving` is set, each answer says that its connection ends: callers who keep connections open go elsewhere."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.leaving = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_leaving(message: Message) -> None:
            if self.leaving and message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        await self._app(scope, receive, send_leaving)


def serve(app: Starlette, host: str, port: int, stop: threading.Event, how: Serving = Serving()) -> None:
    """Serves until `stop` is set, then ends gracefully. Raises Misconfigured where the port is taken."""
    served = serve_in_thread(app, host, port, how)
    stop.wait()
    served.stop()


def serve_in_thread(app: Starlette, host: str, port: int, how: Serving = Serving()) -> Served:
    """Serves beside other work; call `stop()` on what is returned. Raises Misconfigured where the port is taken."""
    served = Served(app, host, port, how)
    served.start()
    return served


def _server(app: ASGIApp, how: Serving, certificate: Certificate | None) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,  # counted in metrics; a line for each request would hold paths and nothing new
            server_header=False,
            timeout_graceful_shutdown=math.ceil(how.grace_s),
            timeout_keep_alive=KEEP_ALIVE_S,
            lifespan="off",
            ssl_context_factory=(lambda *_: certificate.context) if certificate else None,
        )
    )


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise Misconfigured(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
