"""Dead letters: what could not be processed and why, and the way back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import redis

from haetae.bus.connection import redis_errors
from haetae.bus.effects import Message, Outgoing
from haetae.bus.scripts import Script
from haetae.bus.topics import dead_letter
from haetae.telemetry.redaction import redact

MAX_CAUSE = 500


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was set aside; `id` is its id among the dead letters."""

    topic: str
    id: str
    payload: bytes
    cause: str
    message_id: str
    deliveries: int
    set_aside_at: datetime


def dead_letter_of(message: Message, cause: str, at: datetime) -> Outgoing:
    """The dead letter of a message."""
    about = {
        "cause": redact(cause)[:MAX_CAUSE],
        "message_id": message.id,
        "deliveries": message.deliveries,
        "set_aside_at": at.isoformat(),
    }
    return Outgoing(dead_letter(message.topic), message.payload, json.dumps(about))


class DeadLetters:
    """The dead letters of all topics."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._replay = Script(client, "replay")

    def count(self, topic: str) -> int:
        """How many messages of `topic` were set aside. Raises Transient."""
        with redis_errors():
            return int(self._redis.xlen(dead_letter(topic)))

    def list(self, topic: str, *, limit: int = 100) -> list[DeadLetter]:
        """The oldest dead letters of `topic`. Raises Transient."""
        with redis_errors():
            entries = cast(list[tuple[bytes, dict[bytes, bytes]]], self._redis.xrange(dead_letter(topic), count=limit))
        return [_read(topic, id.decode(), fields) for id, fields in entries]

    def replay(self, topic: str, ids: Sequence[str]) -> int:
        """Puts dead letters back at the end of their topic; gives how many there were. Raises Transient."""
        return sum(int(self._replay([dead_letter(topic), topic], [id])) for id in ids)

    def drop(self, topic: str, ids: Sequence[str]) -> int:
        """Deletes dead letters for good. Raises Transient."""
        with redis_errors():
            return int(self._redis.xdel(dead_letter(topic), *ids)) if ids else 0


def _read(topic: str, id: str, fields: dict[bytes, bytes]) -> DeadLetter:
    about: dict[str, Any] = json.loads(fields[b"a"])
    return DeadLetter(
        topic=topic,
        id=id,
        payload=fields[b"p"],
        cause=about["cause"],
        message_id=about["message_id"],
        deliveries=about["deliveries"],
        set_aside_at=datetime.fromisoformat(about["set_aside_at"]),
    )
