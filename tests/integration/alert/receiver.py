"""A webhook receiver on a real port, that fails when it is told to and knows each message by its id."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError


class Receiver:
    """Answers with `statuses` in turn and 204 after that; keeps what it accepted, each id once."""

    def __init__(self) -> None:
        self.secret = ""
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}  # to be sent with failures
        self.hang = threading.Event()
        self.attempts: list[str] = []  # webhook-id of everything that came
        self.accepted: dict[str, dict[str, Any]] = {}
        self.unsigned = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/alerts?site=1"

    @contextmanager
    def running(self) -> Iterator[Receiver]:
        """Serves while the block runs."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.hang.clear()
            self._server.shutdown()
            self._server.server_close()
            thread.join(5)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                key = self.headers["webhook-id"]
                receiver.attempts.append(key)
                if receiver.hang.is_set():
                    threading.Event().wait(3)
                status = receiver.statuses.pop(0) if receiver.statuses else 204
                if status < 300:
                    try:
                        event = Verifier(receiver.secret).verify(body, dict(self.headers.items()))
                        assert event["id"] == key
                        assert self.headers["content-type"].startswith("application/cloudevents+json")
                        receiver.accepted[key] = json.loads(body)
                    except (WebhookVerificationError, AssertionError):
                        receiver.unsigned += 1
                        status = 400
                self.send_response(status)
                for name, value in receiver.headers.items() if status >= 300 else ():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler
