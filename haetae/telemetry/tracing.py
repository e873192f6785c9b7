"""Traces, by option: what a request or a frame led to, step by step, through all services.

Spans are made only below one that is sampled, and the present one is known here alone: where nothing is sampled each call is a
look at one variable, and where tracing is off nothing of OpenTelemetry's SDK is loaded. A span has names, counts and ids of the
system; never text of callers, SQL or its parameters, addresses, pixels, embeddings or messages of errors.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from enum import IntEnum
from typing import Protocol, Self

from haetae.errors import Refused
from haetae.telemetry.collector import Collector

Attributes = Mapping[str, str | int | float | bool]


class Kind(IntEnum):
    """What a span is to the one above it, by OpenTelemetry's numbers."""

    INTERNAL = 0
    SERVER = 1
    CLIENT = 2
    PRODUCER = 3
    CONSUMER = 4


class Span(Protocol):
    """One that is sampled and open. Ids are hexadecimal."""

    @property
    def trace_id(self) -> str: ...

    @property
    def span_id(self) -> str: ...

    def child(self, name: str, kind: Kind, attributes: Attributes, since_ns: int | None = None) -> Span: ...

    def note(self, attributes: Attributes, name: str = "") -> None: ...

    def fail(self, error: str) -> None: ...

    def end(self) -> None: ...


class Tracer(Protocol):
    """Begins traces and goes on with those of others. None: it is not sampled."""

    def entry(self, name: str, kind: Kind, traceparent: str, attributes: Attributes) -> Span | None: ...

    def frame(self, name: str, since_ns: int, attributes: Attributes) -> Span | None: ...

    def continued(self, name: str, kind: Kind, traceparent: str, attributes: Attributes) -> Span | None: ...

    def close(self) -> None: ...


_NONE: Attributes = {}
_tracer: Tracer | None = None
_here: ContextVar[Span | None] = ContextVar("haetae_span", default=None)


class Step:
    """A span, or nothing where none is sampled. Its block is what happens within it; without a block it ends by `end`."""

    __slots__ = ("_before", "_span")

    def __init__(self, span: Span | None) -> None:
        self._span = span
        self._before: Span | None = None

    @property
    def traceparent(self) -> str:
        """What is handed on to whoever goes on (W3C Trace Context); empty where there is nothing."""
        return f"00-{self._span.trace_id}-{self._span.span_id}-01" if self._span is not None else ""

    def note(self, attributes: Attributes, name: str = "") -> None:
        """What was learned since it began."""
        if self._span is not None:
            self._span.note(attributes, name)

    def fail(self, error: str) -> None:
        """It went wrong: `error` is a status or the name of a class, never a message."""
        if self._span is not None:
            self._span.fail(error)

    def end(self) -> None:
        """It is over."""
        if self._span is not None:
            self._span.end()

    def __enter__(self) -> Self:
        if self._span is not None:
            self._before = _here.get()
            _here.set(self._span)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if self._span is None:
            return
        _here.set(self._before)  # not reset: a generator may be ended in another context than it was begun in
        if kind is not None and issubclass(kind, Exception) and not issubclass(kind, Refused):
            self._span.fail(kind.__name__)
        self._span.end()


NOTHING = Step(None)
"""No span."""


def start(service: str, collector: Collector | None) -> None:
    """Sends this process's spans there from now on; None: there are none. Raises Misconfigured."""
    global _tracer
    if collector is not None:
        from haetae.telemetry.otlp import OtlpTracer  # only here: its libraries are an option

        _tracer = OtlpTracer(service, collector)


def stop() -> None:
    """Sends what waits, for at most two seconds; there are no spans any more."""
    global _tracer
    tracer, _tracer = _tracer, None
    if tracer is not None:
        tracer.close()


def entry(name: str, traceparent: str = "", *, kind: Kind = Kind.SERVER, attributes: Attributes = _NONE) -> Step:
    """Something from outside: the caller's trace goes on, or not, as the caller says; else a new one may begin."""
    return NOTHING if _tracer is None else Step(_tracer.entry(name, kind, traceparent, attributes))


def frame(name: str, since: datetime, attributes: Attributes = _NONE) -> Step:
    """A frame of a camera, which came in at `since`: few begin a trace."""
    return NOTHING if _tracer is None else Step(_tracer.frame(name, int(since.timestamp() * 1e6) * 1000, attributes))


def continued(name: str, traceparent: str, *, kind: Kind = Kind.CONSUMER, attributes: Attributes = _NONE) -> Step:
    """A message that somebody sent: goes on with what it belongs to, and never begins anything."""
    if _tracer is None or not traceparent:
        return NOTHING
    return Step(_tracer.continued(name, kind, traceparent, attributes))


def span(name: str, attributes: Attributes = _NONE, kind: Kind = Kind.INTERNAL) -> Step:
    """A step of what happens here."""
    above = _here.get()
    return NOTHING if above is None else Step(above.child(name, kind, attributes))


def passed(name: str, took_s: float, attributes: Attributes = _NONE) -> None:
    """A step that has just ended."""
    above = _here.get()
    if above is not None:
        above.child(name, Kind.INTERNAL, attributes, time.time_ns() - int(took_s * 1e9)).end()


def here() -> Span | None:
    """The span that this happens in."""
    return _here.get()
