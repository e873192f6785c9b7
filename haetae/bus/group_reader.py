"""Reading a consumer group: new messages, our own pending ones, those of dead consumers. Right on Redis 6.2 and 7."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, zip_longest
from typing import Any, cast

import redis
from redis.exceptions import ResponseError

from haetae.bus.connection import redis_errors
from haetae.bus.effects import Message
from haetae.bus.scripts import Script
from haetae.telemetry import logs

FORGET_CONSUMERS_AFTER_S = 3600.0


class GroupReader:
    """One consumer of one group. Every call raises Transient, and `GroupMissing` where the group was flushed away."""

    def __init__(self, client: redis.Redis, group: str, name: str, *, batch: int) -> None:
        self._redis = client
        self._group = group
        self._name = name
        self._batch = batch
        self._take = Script(client, "take")
        self._hold = Script(client, "hold")
        self._sweep = Script(client, "sweep")

    def create_groups(self, topics: Iterable[str]) -> None:
        """Makes each topic and its group, from the first message on; what is there stays."""
        for topic in topics:
            try:
                with redis_errors():
                    self._redis.xgroup_create(topic, self._group, id="0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    def new(self, topics: Sequence[str], block_s: float) -> list[Message]:
        """New messages, at most `batch` of a topic, topics taking turns; waits at most `block_s` for the first."""
        with redis_errors(), _missing_groups():
            reply = cast(
                list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]] | None,
                self._redis.xreadgroup(
                    self._group,
                    self._name,
                    dict.fromkeys(topics, ">"),
                    count=self._batch,
                    block=max(1, round(block_s * 1000)),
                ),
            )
        by_topic = [[_message(topic.decode(), id, fields, 1) for id, fields in entries] for topic, entries in reply or ()]
        return [message for message in chain.from_iterable(zip_longest(*by_topic)) if message is not None]

    def own_pending(self, topic: str) -> list[Message]:
        """Messages that were handed to this consumer's name before and never ended."""
        return self._taken(topic, "own", 0)

    def abandoned(self, topic: str, idle_s: float) -> list[Message]:
        """Messages that some consumer took `idle_s` ago or longer and never ended: they are ours now."""
        return self._taken(topic, "any", idle_s)

    def hold(self, messages: Sequence[Message]) -> list[Message]:
        """Those of `messages` that are still ours; nobody claims them while we wait."""
        arguments: list[Any] = [self._group, self._name]
        for message in messages:
            arguments += (message.topic, message.id, message.deliveries)
        held = self._hold([], arguments)
        return [message for message, ours in zip(messages, held, strict=True) if ours]

    def forget_gone_consumers(self, topics: Iterable[str]) -> None:
        """Removes names of consumers that were not seen for an hour and have nothing pending."""
        with _missing_groups():
            for topic in topics:
                self._sweep([topic], [self._group, round(FORGET_CONSUMERS_AFTER_S * 1000)])

    def _taken(self, topic: str, whose: str, idle_s: float) -> list[Message]:
        with _missing_groups():
            ghosts, taken = self._take([topic], [self._group, self._name, whose, round(idle_s * 1000), self._batch])
        if ghosts:
            logs.get().warning("ghosts_removed", topic=topic, n=ghosts)
        return [
            _message(topic, id, dict(zip(fields[::2], fields[1::2], strict=True)), deliveries) for id, fields, deliveries in taken
        ]


def _message(topic: str, id: bytes, fields: Mapping[bytes, bytes], deliveries: int) -> Message:
    if len(fields) == 1:  # most are in no trace
        return Message(topic, id.decode(), fields[b"p"], deliveries)
    return Message(topic, id.decode(), fields[b"p"], deliveries, fields.get(b"traceparent", b"").decode("ascii", "replace"))


class GroupMissing(Exception):
    """The stream or its group is gone: somebody flushed or deleted it."""


class _missing_groups:  # noqa: N801 - used like the functions of contextlib
    """Turns Redis's words for a missing group into GroupMissing."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, ResponseError) and ("NOGROUP" in str(error) or "no such key" in str(error).lower()):
            raise GroupMissing from error
        if isinstance(error, ResponseError) and str(error).startswith("UNBLOCKED"):
            raise GroupMissing from error
