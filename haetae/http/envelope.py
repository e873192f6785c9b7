"""What happens around every request: its id, its metrics, its span, the bound on its body. Plain ASGI: nothing is buffered."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import structlog
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from haetae.http import traced
from haetae.http.problems import problem
from haetae.telemetry.metrics import Metrics

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Envelope:
    """Wraps an ASGI application."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        metrics = Metrics("http")
        self._seconds: Histogram = metrics.latency("request_seconds", "Time to the end of an answer.", ["method", "route"])
        self._answers: Counter = metrics.counter("answers", "Answers by status.", ["method", "route", "status"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the lifespan, which passes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        scope["haetae.request_id"] = request_id
        began_s = time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        with traced.began(scope["path"], headers) as step:
            answer = _Answer(send, request_id, step.traceparent)
            try:
                await self._bounded(scope, receive, answer, headers.get(b"content-length", b""))
            finally:
                structlog.contextvars.unbind_contextvars("request_id")
                labels = (_method(scope), _route(scope))
                self._seconds.labels(*labels).observe(time.perf_counter() - began_s)
                self._answers.labels(*labels, str(answer.status)).inc()
                traced.ended(step, request_id, labels, answer.status)

    async def _bounded(self, scope: Scope, receive: Receive, answer: _Answer, declared: bytes) -> None:
        if declared.isdigit() and int(declared) > self._max_body_bytes:
            await self._refuse(scope, receive, answer)
            return
        n_read = 0

        async def receive_bounded() -> Message:
            nonlocal n_read
            message = await receive()
            n_read += len(message.get("body", b""))
            if n_read > self._max_body_bytes:
                raise HTTPException(413, self._too_large())  # FastAPI lets this one through while it reads a body
            return message

        await self._app(scope, receive_bounded, answer)

    async def _refuse(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        response = problem(
            413, "too-large", self._too_large(), request_id=scope["haetae.request_id"], headers={"Connection": "close"}
        )
        await response(scope, receive, answer)

    def _too_large(self) -> str:
        return f"A request body may have at most {self._max_body_bytes} bytes."


class _Answer:
    """Passes an answer on with the ids of request and trace in it, and remembers its status."""

    def __init__(self, send: Send, request_id: str, traceparent: str) -> None:
        self._send = send
        self._ids = [(b"x-request-id", request_id.encode())]
        if traceparent:
            self._ids.append((b"traceresponse", traceparent.encode()))  # as W3C's Trace Context calls it in answers
        self.status = 500

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            extra = [*self._ids, (b"x-content-type-options", b"nosniff")]
            message = {**message, "headers": [*message.get("headers", ()), *extra]}
        await self._send(message)


def _method(scope: Scope) -> str:
    method = scope["method"]
    return method if method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} else "other"


def _route(scope: Scope) -> str:
    """The path's template, so that ids do not become labels."""
    return getattr(scope.get("route"), "path", "unmatched")
