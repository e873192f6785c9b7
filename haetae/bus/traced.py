"""The handling of messages as spans of the traces that they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from haetae.bus.effects import Message
from haetae.telemetry import tracing
from haetae.telemetry.tracing import Attributes, Step


@contextmanager
def steps_of(messages: Sequence[Message], group: str) -> Iterator[Sequence[Message]]:
    """The block handles a batch: a span for each message that is in a trace, as whose part the message is handed on.

    What is done for the whole batch stands below the last of them; its own span tells how many messages it was done for.
    """
    if not any(message.traceparent for message in messages):
        yield messages
        return
    with ExitStack() as steps:
        yield [_within(steps.enter_context(_step(message, group, len(messages))), message) for message in messages]


def _step(message: Message, group: str, n: int) -> Step:
    if not message.traceparent:
        return tracing.NOTHING
    attributes: Attributes = {
        "messaging.system": "redis",
        "messaging.operation.type": "process",
        "messaging.destination.name": message.topic,
        "messaging.consumer.group.name": group,
        "messaging.message.id": message.id,
        "messaging.batch.message_count": n,
        "haetae.deliveries": message.deliveries,
    }
    return tracing.continued(f"{group} {message.topic.rstrip('.0123456789')}", message.traceparent, attributes=attributes)


def _within(step: Step, message: Message) -> Message:
    """With the step's own place in the trace. Where this process makes no spans, whoever is next goes on with the one before."""
    return replace(message, traceparent=step.traceparent) if step.traceparent else message
