"""Spans by OpenTelemetry's SDK, sent over OTLP. Loaded only where a collector is named.

The global tracer of OpenTelemetry stays unset: libraries that would make spans of their own, with what we leave out, make none.
"""

from __future__ import annotations

import random
import socket
import ssl
import time
from importlib.metadata import PackageNotFoundError, version

from haetae.errors import Misconfigured
from haetae.telemetry.collector import Collector
from haetae.telemetry.tracing import Attributes, Kind

try:
    import requests
    from opentelemetry import trace
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON, ParentBased
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    from haetae.telemetry.spans_sent import SpansSent
except ModuleNotFoundError as error:
    raise Misconfigured("Traces need what `pip install 'haetae[tracing]'` brings.", missing=error.name) from error

SEND_WITHIN_S = 5.0
CLOSE_WITHIN_S = 2.0
_KINDS = {kind: trace.SpanKind(kind.value) for kind in Kind}
_FAILED = trace.Status(trace.StatusCode.ERROR)
_READS = TraceContextTextMapPropagator()


class OtlpTracer:
    """Decides what is sampled before anything is made of it: what is not costs a random number."""

    def __init__(self, service: str, collector: Collector) -> None:
        """Raises Misconfigured. Whether somebody is there is found out by sending."""
        self._ratio, self._frame_ratio = collector.sample_ratio, collector.frame_sample_ratio
        self._sent = SpansSent(_exporter(collector), within_s=CLOSE_WITHIN_S)
        limits = SpanLimits(max_span_attributes=32, max_span_attribute_length=256, max_links=32, max_events=0)
        provider = TracerProvider(
            resource=Resource.create(_resource(service)),
            sampler=ParentBased(ALWAYS_ON),
            span_limits=limits,
            shutdown_on_exit=False,
        )
        provider.add_span_processor(self._sent)
        self._tracer = provider.get_tracer("haetae")

    def entry(self, name: str, kind: Kind, traceparent: str, attributes: Attributes) -> OtlpSpan | None:
        """As the port says."""
        caller = _context(traceparent) if traceparent else None
        if caller is not None:
            return self._under(caller, name, kind, attributes)
        return self._begun(name, kind, attributes) if random.random() < self._ratio else None

    def frame(self, name: str, since_ns: int, attributes: Attributes) -> OtlpSpan | None:
        """As the port says."""
        if random.random() >= self._frame_ratio:
            return None
        return self._begun(name, Kind.PRODUCER, attributes, since_ns)

    def continued(self, name: str, kind: Kind, traceparent: str, attributes: Attributes) -> OtlpSpan | None:
        """As the port says."""
        caller = _context(traceparent)
        return None if caller is None else self._under(caller, name, kind, attributes)

    def close(self) -> None:
        """As `tracing.stop` says."""
        self._sent.shutdown()

    def _under(self, caller: Context, name: str, kind: Kind, attributes: Attributes) -> OtlpSpan | None:
        if not trace.get_current_span(caller).get_span_context().trace_flags.sampled:
            return None
        return OtlpSpan(
            self._tracer, self._tracer.start_span(name, context=caller, kind=_KINDS[kind], attributes=dict(attributes))
        )

    def _begun(self, name: str, kind: Kind, attributes: Attributes, since_ns: int | None = None) -> OtlpSpan:
        span = self._tracer.start_span(
            name, context=Context(), kind=_KINDS[kind], attributes=dict(attributes), start_time=since_ns
        )
        return OtlpSpan(self._tracer, span)


class OtlpSpan:
    """One span of the SDK's."""

    __slots__ = ("_span", "_tracer", "span_id", "trace_id")

    def __init__(self, tracer: trace.Tracer, span: trace.Span) -> None:
        self._tracer, self._span = tracer, span
        context = span.get_span_context()
        self.trace_id = trace.format_trace_id(context.trace_id)
        self.span_id = trace.format_span_id(context.span_id)

    def child(self, name: str, kind: Kind, attributes: Attributes, since_ns: int | None = None) -> OtlpSpan:
        """As the port says."""
        above = trace.set_span_in_context(self._span, Context())
        span = self._tracer.start_span(name, context=above, kind=_KINDS[kind], attributes=dict(attributes), start_time=since_ns)
        return OtlpSpan(self._tracer, span)

    def note(self, attributes: Attributes, name: str = "") -> None:
        """As the port says."""
        self._span.set_attributes(dict(attributes))
        if name:
            self._span.update_name(name)

    def fail(self, error: str) -> None:
        """As the port says."""
        self._span.set_attribute("error.type", error)
        self._span.set_status(_FAILED)

    def end(self) -> None:
        """As the port says."""
        self._span.end(time.time_ns())


def _context(traceparent: str) -> Context | None:
    """Whose trace it is; None where the text says nothing of the kind."""
    context = _READS.extract({"traceparent": traceparent}, Context())
    return context if trace.get_current_span(context).get_span_context().is_valid else None


def _exporter(collector: Collector) -> OTLPSpanExporter:
    session = requests.Session()
    session.trust_env = False  # to the collector and nowhere else: no proxy, no .netrc
    if collector.ca_file is not None:
        try:
            ssl.create_default_context(cafile=collector.ca_file)
        except (OSError, ssl.SSLError):
            raise Misconfigured(
                "The file that the collector's certificate is checked by holds no certificates.", ca_file=collector.ca_file
            ) from None
    return OTLPSpanExporter(
        collector.address,
        certificate_file=str(collector.ca_file) if collector.ca_file is not None else None,
        headers=dict(collector.headers),
        timeout=SEND_WITHIN_S,
        compression=Compression.Gzip,
        session=session,
    )


def _resource(service: str) -> dict[str, str]:
    try:
        of = version("haetae")
    except PackageNotFoundError:
        of = "unknown"
    return {
        "service.name": f"haetae-{service}",
        "service.namespace": "haetae",
        "service.version": of,
        "service.instance.id": socket.gethostname(),
    }
