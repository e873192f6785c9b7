"""A peer on loopback that answers HTTP requests as it is told to, and fails in every way a server can."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["BaseHTTPRequestHandler", threading.Event], None]


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    data: bytes

    @property
    def body(self) -> Any:
        """The body as JSON."""
        return json.loads(self.data)


@dataclass
class HttpPeer:
    """The peer: what it was asked, and how it answers next."""

    behave: Behaviour
    received: list[Received] = field(default_factory=list)
    address: str = ""


@contextmanager
def http_peer(peer: HttpPeer) -> Iterator[HttpPeer]:
    """Serves until the block ends; answers that never end are ended then."""
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            peer.received.append(Received(self.command, self.path, dict(self.headers), data))
            with suppress(OSError):  # the caller has hung up
                peer.behave(self, ended)

        do_GET = do_HEAD = do_PUT = do_DELETE = do_POST  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield peer
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def replying(body: bytes, *, status: int = 200, kind: str = "application/json", **headers: str) -> Behaviour:
    """These bytes as a whole reply."""

    def behave(request: BaseHTTPRequestHandler, _: threading.Event) -> None:
        request.send_response(status)
        sent = {"Content-Type": kind, "Content-Length": str(len(body))} | {k.replace("_", "-"): v for k, v in headers.items()}
        for name, value in sent.items():
            request.send_header(name, value)
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    return behave


def silent(_: BaseHTTPRequestHandler, ended: threading.Event) -> None:
    """Takes the request and says nothing."""
    ended.wait(30)


def dripping_headers(request: BaseHTTPRequestHandler, ended: threading.Event) -> None:
    """A header now and then, without end: no single read is slow."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for n in range(600):
        if ended.wait(0.05):
            return
        request.wfile.write(f"X-{n}: y\r\n".encode())


def dripping_body(request: BaseHTTPRequestHandler, ended: threading.Event) -> None:
    """A blank of the body now and then, without end."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
    for _ in range(600):
        if ended.wait(0.05):
            return
        request.wfile.write(b" ")


def endless(request: BaseHTTPRequestHandler, ended: threading.Event) -> None:
    """More and more of a body."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
    for _ in range(2000):
        if ended.is_set():
            return
        request.wfile.write(b" " * 65536)


def garbage(request: BaseHTTPRequestHandler, _: threading.Event) -> None:
    """Bytes that are no HTTP."""
    request.wfile.write(b"\x00\xff\x16\x03garbage\r\n\r\n" * 10)
    request.close_connection = True


def breaking_off(request: BaseHTTPRequestHandler, _: threading.Event) -> None:
    """Half of what was announced."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
    request.close_connection = True


def hanging_up(request: BaseHTTPRequestHandler, _: threading.Event) -> None:
    """Closes without a word."""
    request.close_connection = True
