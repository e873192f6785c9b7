"""Spans on their way to a collector: so many wait, in a thread of their own; the rest is dropped and counted."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from haetae.telemetry import logs
from haetae.telemetry.metrics import Metrics

MOST_WAITING = 4096
AT_ONCE = 512
EVERY_S = 1.0
_TOLD_EVERY_S = 60.0


class SpansSent(SpanProcessor):
    """Sends once a second, or as soon as a batch is full. Who ends a span never waits: what there is no room for is dropped."""

    def __init__(self, exporter: SpanExporter, *, within_s: float) -> None:
        """It ends within `within_s`."""
        self._exporter = exporter
        self._within_s = within_s
        self._waiting: deque[ReadableSpan] = deque()
        self._changed = threading.Condition()
        self._ending = False
        self._told_s = float("-inf")
        metrics = Metrics("traces")
        self._sent = metrics.counter("spans_sent", "Spans that the collector took.")
        self._dropped = metrics.counter("spans_dropped", "Spans that never left: why.", ["reason"])
        for reason in ("queue_full", "not_delivered", "ended"):
            self._dropped.labels(reason)
        self._thread = threading.Thread(target=self._run, name="spans", daemon=True)
        self._thread.start()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing yet."""

    def on_end(self, span: ReadableSpan) -> None:
        """It waits for its turn, where there is room."""
        with self._changed:
            if not self._ending and len(self._waiting) < MOST_WAITING:
                self._waiting.append(span)
                if len(self._waiting) == AT_ONCE:
                    self._changed.notify()
                return
        self._dropped.labels("queue_full" if not self._ending else "ended").inc()

    def shutdown(self) -> None:
        """Sends what waits as long as there is time."""
        ends_s = time.monotonic() + self._within_s
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join(0.75 * self._within_s)
        self._exporter.shutdown()  # ends its pauses between two tries
        self._thread.join(max(0.0, ends_s - time.monotonic()))
        with self._changed:
            self._dropped.labels("ended").inc(len(self._waiting))
            self._waiting.clear()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nobody asks for it."""
        return False

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ending or len(self._waiting) >= AT_ONCE, EVERY_S)
                batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
                if not batch and self._ending:
                    return
            if batch:
                self._send(batch)

    def _send(self, batch: list[ReadableSpan]) -> None:
        if self._exporter.export(batch) is SpanExportResult.SUCCESS:
            self._sent.inc(len(batch))
            return
        self._dropped.labels("not_delivered").inc(len(batch))
        now_s = time.monotonic()
        if now_s - self._told_s >= _TOLD_EVERY_S:
            self._told_s = now_s
            logs.get().warning("spans_not_delivered", n=len(batch), cause=_CAUSES.last)


class _Causes(logging.Filter):
    """Hears why sending failed instead of the log, which would hear it for each batch."""

    _NAME = "opentelemetry.exporter.otlp.proto.http.trace_exporter"

    def __init__(self) -> None:
        super().__init__()
        self.last = ""
        logging.getLogger(self._NAME).addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Keeps what was said last, but for the last try's words that its time is up: those before say why."""
        said = record.getMessage()
        if not self.last or "due to timeout" not in said:
            self.last = said[:300]
        return False


_CAUSES = _Causes()  # the logger is the process's
