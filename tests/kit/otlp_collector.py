"""A collector on loopback that takes OTLP over HTTP: reads the messages of the standard, and keeps every span of them."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.kit.http_peer import Behaviour, HttpPeer, http_peer, replying

TAKEN: Behaviour = replying(ExportTraceServiceResponse().SerializeToString(), kind="application/x-protobuf")


@dataclass(frozen=True, slots=True)
class SpanTold:
    """One span as it arrived; ids are hexadecimal, `parent` is empty for a root."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    kind: int
    failed: bool
    attributes: dict[str, str | int | float | bool]
    began_ns: int
    ended_ns: int


@dataclass
class OtlpCollector(HttpPeer):
    """The peer: what it was sent, and how it answers."""

    behave: Behaviour = field(default=TAKEN)

    @property
    def requests(self) -> list[ExportTraceServiceRequest]:
        """What was posted, in order."""
        found = []
        for one in list(self.received):
            data = gzip.decompress(one.data) if one.headers.get("Content-Encoding") == "gzip" else one.data
            found.append(ExportTraceServiceRequest.FromString(data))
        return found

    @property
    def everything(self) -> str:
        """All that arrived, as one text: to look for what must not be in it."""
        return "\n".join(MessageToJson(request) for request in self.requests)

    @property
    def spans(self) -> list[SpanTold]:
        """All spans so far, in the order of their beginnings."""
        found = []
        for request in self.requests:
            for of_process in request.resource_spans:
                about = {pair.key: pair.value.string_value for pair in of_process.resource.attributes}
                for of_scope in of_process.scope_spans:
                    found += [_told(about["service.name"], span) for span in of_scope.spans]
        return sorted(found, key=lambda span: span.began_ns)

    def wait_for(self, enough: Callable[[list[SpanTold]], bool], within_s: float = 20.0) -> list[SpanTold]:
        """The spans once there are `enough` of them; fails with their names where there never are."""
        pause = threading.Event()
        for _ in range(int(within_s / 0.05)):
            if enough(spans := self.spans):
                return spans
            pause.wait(0.05)
        raise AssertionError(f"the spans never came; there are {[(span.service, span.name) for span in self.spans]}")


@contextmanager
def otlp_collector(behave: Behaviour = TAKEN) -> Iterator[OtlpCollector]:
    """Serves until the block ends."""
    collector = OtlpCollector(behave)
    with http_peer(collector):
        yield collector


def _told(service: str, span: Span) -> SpanTold:
    attributes = {pair.key: getattr(pair.value, pair.value.WhichOneof("value") or "string_value") for pair in span.attributes}
    return SpanTold(
        service=service,
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        kind=span.kind,
        failed=span.status.code == Status.STATUS_CODE_ERROR,
        attributes=attributes,
        began_ns=span.start_time_unix_nano,
        ended_ns=span.end_time_unix_nano,
    )
