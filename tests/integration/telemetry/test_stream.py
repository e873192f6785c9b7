"""A trace goes along the stream with the messages that belong to it, and only with those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import pytest
import redis

from haetae.bus.connection import connect
from haetae.bus.consumer import Commit, Consumer, Message, Outgoing
from haetae.bus.publisher import Publisher
from haetae.errors import Poison
from haetae.telemetry import tracing
from haetae.telemetry.collector import Collector
from tests.integration.bus.flow import GROUP, IN, OUT, nothing_left, running, until
from tests.kit.otlp_collector import OtlpCollector

pytestmark = pytest.mark.integration
TRACE = "0af7651916cd43dd8448eb211c80319c"
SAMPLED, NOT_SAMPLED = f"00-{TRACE}-b7ad6b7169203331-01", f"00-{TRACE}-b7ad6b7169203331-00"


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    """Of an empty server."""
    with connect(redis_url) as client:
        client.flushdb()
        yield client


def onward(messages: Sequence[Message]) -> Commit:
    """Each message once more, in its own trace."""
    return Commit(publish=[Outgoing(OUT, message.payload, traceparent=message.traceparent) for message in messages])


def passed_on(client: redis.Redis, *sent: Outgoing) -> list[dict[bytes, bytes]]:
    """What came out of a consumer that was given this."""
    Publisher(client).publish(sent)
    with running(Consumer(client, [IN], GROUP, "one", block_s=0.05), onward):
        until(lambda: nothing_left(client))
    return [fields for _, fields in cast(list[tuple[bytes, dict[bytes, bytes]]], client.xrange(OUT))]


def test_a_message_s_trace_goes_on_with_what_follows_from_it(client: redis.Redis, traced: OtlpCollector) -> None:
    """Of a batch each message that is traced has a span below its sender's, which the next message names; the others, those of
    older senders among them, have neither span nor field."""
    frame = tracing.frame("ingest frame", datetime.now(UTC))
    client.xadd(IN, {"p": b"of an older sender"})
    out = passed_on(
        client, Outgoing(IN, b"a", traceparent=frame.traceparent), Outgoing(IN, b"b"), Outgoing(IN, b"c", traceparent=NOT_SAMPLED)
    )
    frame.end()
    sender, consumer = traced.wait_for(lambda spans: len(spans) == 2)
    assert (sender.name, sender.parent, consumer.name) == ("ingest frame", "", f"{GROUP} test.in")
    assert (consumer.trace, consumer.parent) == (sender.trace, sender.id)
    assert consumer.attributes["messaging.consumer.group.name"] == GROUP
    named = {fields[b"p"]: fields.get(b"traceparent") for fields in out}
    assert named[b"a"] == f"00-{consumer.trace}-{consumer.id}-01".encode()
    assert (named[b"b"], named[b"of an older sender"]) == (None, None)


def test_a_service_that_makes_no_spans_hands_traces_on(client: redis.Redis) -> None:
    """Where tracing is off in between, whoever comes after still goes on with what came before."""
    (out,) = passed_on(client, Outgoing(IN, b"a", traceparent=SAMPLED))
    assert out[b"traceparent"] == SAMPLED.encode()


def test_what_fails_is_a_failed_span_without_its_words(client: redis.Redis, traced: OtlpCollector) -> None:
    """A message that is set aside leaves a span with the name of the error, and nothing of its text."""

    def poisoned(_: Sequence[Message]) -> Any:
        raise Poison("canary")

    Publisher(client).publish([Outgoing(IN, b"a", traceparent=SAMPLED)])
    with running(Consumer(client, [IN], GROUP, "one", block_s=0.05), poisoned):
        until(lambda: nothing_left(client))
    (span,) = traced.wait_for(bool)
    assert (span.failed, span.attributes["error.type"]) == (True, "Poison")
    assert "canary" not in traced.everything


def test_frames_have_a_ratio_of_their_own(collector: OtlpCollector) -> None:
    """Requests are traced while no frame is: one dial does not decide for the other."""
    tracing.start("test", Collector(collector.address, sample_ratio=1.0, frame_sample_ratio=0.0))
    assert tracing.frame("ingest frame", datetime.now(UTC)).traceparent == ""
    assert tracing.entry("request").traceparent != ""
    tracing.stop()
