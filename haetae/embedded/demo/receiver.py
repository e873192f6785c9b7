"""A webhook receiver on loopback: checks every delivery's signature as an integrator must."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from haetae.embedded.ports import LOOPBACK

_LARGEST_BYTES = 1 << 20


@dataclass(slots=True)
class Received:
    """Deliveries so far. Set `secret` once the webhook is registered: what comes before is refused, and sent again."""

    secret: str | None = None
    verified: list[dict[str, Any]] = field(default_factory=list)
    n_refused: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/alerts"

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """The verified events that tell of alerts of this kind."""
        return [event for event in self.verified if event.get("data", {}).get("kind") == kind]


@contextmanager
def receiving() -> Iterator[Received]:
    """Listens on a free port for as long as the block lasts."""
    received = Received()
    server = ThreadingHTTPServer((LOOPBACK, 0), _handler(received))
    received.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, name="webhook-receiver", daemon=True)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def _handler(received: Received) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the base class's name
            body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _LARGEST_BYTES))
            self.send_response(204 if self._accept(body) else 401)
            self.end_headers()

        def _accept(self, body: bytes) -> bool:
            if received.secret is None:
                return False
            try:
                event = Webhook(received.secret).verify(body, dict(self.headers.items()))
            except WebhookVerificationError:
                received.n_refused += 1
                return False
            received.verified.append(event)
            return True

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: deliveries are counted."""

    return Handler
