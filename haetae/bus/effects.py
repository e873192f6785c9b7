"""What follows from messages, applied to Redis all at once or not at all, and once however often it is tried."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any
from uuid import uuid4

import redis

from haetae.bus.ledger import KEPT_S, LedgerEntry, summed
from haetae.bus.scripts import Script

DEAD_LETTERS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for `topic`. `about` is set on dead letters only: JSON that says why.

    `traceparent` says which trace it belongs to (W3C Trace Context); empty: none, as of most messages and all dead letters.
    """

    topic: str
    payload: bytes
    about: str = ""
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a stream; `deliveries` counts how often it was handed to a consumer, this time included.

    What is sent on because of it carries its `traceparent`; empty: it is in no trace.
    """

    topic: str
    id: str
    payload: bytes
    deliveries: int = 1
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Commit:
    """What followed from a batch: messages to send, plain keys to put and delete, frames to count."""

    publish: Sequence[Outgoing] = ()
    put: Mapping[str, bytes] = field(default_factory=dict)
    delete: Sequence[str] = ()
    ledger: Sequence[LedgerEntry] = ()

    def is_empty(self) -> bool:
        """Whether nothing followed."""
        return not (self.publish or self.put or self.delete or self.ledger)


class Applied(IntEnum):
    """How a commit ended."""

    LOST = -1  # a message is no longer ours: nothing was applied
    BEFORE = 0  # this commit had been applied and its reply was lost
    NOW = 1


class Session:
    """Numbers the commits of one process, so that Redis knows a repetition, even one that was stuck on an old connection.

    Every commit is tried until its fate is known or given up for good: the next number settles that the former can no longer
    come through.
    """

    def __init__(self, client: redis.Redis) -> None:
        self._script = Script(client, "apply")
        self._marker = f"haetae.applied.{uuid4()}"
        self._number = 0
        self._lock = threading.Lock()

    def next_number(self) -> int:
        """The number of a new commit."""
        with self._lock:
            self._number += 1
            return self._number

    def apply(self, number: int, commit: Commit, *, group: str = "", consumer: str = "", done: Sequence[Message] = ()) -> Applied:
        """Acknowledges and deletes `done` and applies `commit`, in one step. Raises Transient: try again with the same number."""
        arguments: list[Any] = [number, group, consumer, KEPT_S, DEAD_LETTERS_KEPT, len(done)]
        for message in done:
            arguments += (message.topic, message.id, message.deliveries)
        arguments.append(len(commit.publish))
        for outgoing in commit.publish:
            arguments += (outgoing.topic, outgoing.payload, outgoing.about or outgoing.traceparent)
        arguments.append(len(commit.put))
        for key, value in commit.put.items():
            arguments += (key, value)
        arguments += (len(commit.delete), *commit.delete)
        counts = list(summed(commit.ledger))
        arguments.append(len(counts))
        for count in counts:
            arguments += count
        return Applied(self._script([self._marker], arguments))
