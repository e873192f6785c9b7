"""A peer on loopback that speaks the chat completions of OpenAI-compatible endpoints, and fails in every way they can."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATH = "/v1/chat/completions"
Behaviour = Callable[["BaseHTTPRequestHandler", threading.Event], None]


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class LanguageModel:
    """The peer: what it was asked, and how it answers next."""

    behave: Behaviour
    received: list[Received] = field(default_factory=list)
    address: str = ""

    @property
    def endpoint(self) -> str:
        """The base that goes into the settings."""
        return f"{self.address}/v1"

    def says(self, content: object) -> None:
        """From now on the model's words are these: text as it is, anything else as JSON."""
        self.behave = saying(content if isinstance(content, str) else json.dumps(content))


@contextmanager
def language_model(behave: Behaviour | None = None) -> Iterator[LanguageModel]:
    """The peer until the block ends; answers that never end are ended then."""
    model, ended = LanguageModel(behave or saying("{}")), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            model.received.append(Received(self.path, dict(self.headers), json.loads(body)))
            with suppress(OSError):  # the caller has hung up
                model.behave(self, ended)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield model
    finally:
        ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def completion(content: str) -> bytes:
    """The body of a chat completion."""
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice]}).encode()


def saying(content: str) -> Behaviour:
    """A model that answers in the protocol."""
    return replying(completion(content))


def replying(body: bytes, *, status: int = 200, kind: str = "application/json", **headers: str) -> Behaviour:
    """These bytes as a whole reply."""

    def behave(request: BaseHTTPRequestHandler, _: threading.Event) -> None:
        request.send_response(status)
        sent = {"Content-Type": kind, "Content-Length": str(len(body))} | {k.replace("_", "-"): v for k, v in headers.items()}
        for name, value in sent.items():
            request.send_header(name, value)
        request.end_headers()
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


def streaming(content: str) -> Behaviour:
    """The events of a streamed completion, though none was asked for."""
    chunk = json.dumps({"choices": [{"delta": {"content": content}}]}).encode()
    return replying(b"data: " + chunk + b"\n\ndata: [DONE]\n\n", kind="text/event-stream")


def compressed(n_bytes: int) -> Behaviour:
    """A small reply that is huge when it is unpacked."""
    return replying(gzip.compress(b" " * n_bytes), Content_Encoding="gzip")
