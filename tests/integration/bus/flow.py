"""A small service for bus tests: each message in gives one message out, one count and a new state."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import redis

from haetae.bus.connection import connect
from haetae.bus.consumer import Commit, Consumer, Message, Outgoing
from haetae.bus.ledger import PROCESSED, Ledger, LedgerEntry
from haetae.bus.publisher import Publisher
from haetae.domain.ids import CameraId
from tests.kit import builders as make
from tests.kit import waiting

IN, OUT, GROUP = "test.in", "test.out", "doubler"
CAMERA = CameraId("gate-1")


def impatient(url: str) -> redis.Redis:
    """A client whose calls end after half a second."""
    return connect(url, block_s=-4.5)


def send(client: redis.Redis, numbers: Sequence[int], topic: str = IN) -> None:
    """Publishes numbers."""
    Publisher(client).publish([Outgoing(topic, str(n).encode()) for n in numbers])


def doubled(messages: Sequence[Message]) -> Commit:
    """What follows from a batch: each number out once, each counted once, the last one kept."""
    return Commit(
        publish=[Outgoing(OUT, message.payload) for message in messages],
        put={"test.state": messages[-1].payload},
        ledger=[LedgerEntry(CAMERA, make.T0, PROCESSED)] * len(messages),
    )


def delivered(client: Any, consumer: str, n: int) -> list[bytes]:
    """Hands `n` messages to a consumer that does nothing with them; gives their ids."""
    return [id for id, _ in client.xreadgroup(GROUP, consumer, {IN: ">"}, count=n)[0][1]]


def out(client: Any) -> list[int]:
    """The numbers that came out, in order."""
    return [int(fields[b"p"]) for _, fields in client.xrange(OUT)]


def counted(client: redis.Redis) -> int:
    """How many were counted."""
    return Ledger(client).read(CAMERA, make.window()).get(make.T0.replace(second=0), {}).get(PROCESSED, 0)


def n_pending(client: Any, topic: str = IN) -> int:
    """How many messages are pending; none where there is no group yet."""
    try:
        return int(client.xpending(topic, GROUP)["pending"])
    except redis.ResponseError:
        return 0


def nothing_left(client: redis.Redis, topic: str = IN) -> bool:
    """No message waits and none is pending."""
    return client.xlen(topic) == 0 and n_pending(client, topic) == 0


@contextmanager
def running(consumer: Consumer, handle: Callable[[Sequence[Message]], Commit], **more: object) -> Iterator[threading.Event]:
    """The consumer at work in a thread of its own; ended with the block, whose errors are not hidden by it."""
    stop = threading.Event()
    thread = threading.Thread(target=consumer.run, args=(handle, stop), kwargs=more, daemon=True)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()


def until(condition: Callable[[], bool], within_s: float = 60.0) -> None:
    """Waits until `condition` holds; long enough for a machine that does much else."""
    waiting.until(condition, "it happens", within_s=within_s)
