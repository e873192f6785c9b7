"""The one consumer loop: every batch ends as acknowledged, left pending, or as dead letters."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import redis

from haetae.bus.effects import Applied, Commit, Message, Outgoing, Session
from haetae.bus.group_reader import GroupMissing, GroupReader
from haetae.bus.replay import dead_letter_of
from haetae.bus.traced import steps_of
from haetae.errors import HaetaeError, Misconfigured, Poison, Transient
from haetae.telemetry import logs
from haetae.telemetry.health import Health
from haetae.telemetry.tally import Tally

__all__ = ["Commit", "Consumer", "Message", "Outgoing"]

FIRST_BACKOFF_S = 0.05
MAX_BACKOFF_S = 1.0
SWEEP_EVERY_S = 600.0

Handle = Callable[[Sequence[Message]], Commit]


class Consumer:
    """One member of a consumer group.

    `name` is stable over restarts of one worker (such as "detect-0") and never used by two at once: then what it left pending
    is taken up again at once, otherwise after `claim_idle_s` by whoever is there. With `exclusive`, the topics are leased to
    this consumer alone, and what former owners left pending is taken up before anything new.
    """

    def __init__(  # noqa: PLR0913 - the dials of a consumer, all but four with a default
        self,
        client: redis.Redis,
        topics: Sequence[str] | Callable[[], Sequence[str]],
        group: str,
        name: str,
        *,
        batch: int = 16,
        block_s: float = 1.0,
        claim_idle_s: float = 30.0,
        max_deliveries: int = 5,
        exclusive: bool = False,
        health: Health | None = None,
    ) -> None:
        self._topics_now = topics if callable(topics) else lambda: topics
        self._reader = GroupReader(client, group, name, batch=batch)
        self._session = Session(client)
        self._group = group
        self._name = name
        self._batch = batch
        self._block_s = block_s
        self._claim_idle_s = claim_idle_s
        self._max_deliveries = max_deliveries
        self._exclusive = exclusive
        self._health = health
        self._log = logs.get().bind(group=group, consumer=name)
        self._away = Tally(self._log, "left_pending", every_s=5.0)
        self._known: set[str] = set()  # topics whose group exists
        self._unsettled: set[str] = set()  # topics in which something may be pending that we do not have in hand
        self._next_claim_s = 0.0
        self._next_sweep_s = 0.0
        self._next_idle_s = 0.0
        self._failures = 0
        self._tries: dict[str, int] = {}  # how often a message alone failed for a reason unknown

    def run(
        self,
        handle: Handle,
        stop: threading.Event,
        on_idle: Callable[[], Commit | None] | None = None,
        on_lost: Callable[[], None] | None = None,
    ) -> None:
        """Hands messages to `handle` until `stop` is set, and applies what it gives back together with the acknowledgement.

        `handle` gets 1 to `batch` messages, in order within a topic. A call that raises must leave nothing behind: the same
        messages come again (Transient: after a pause, until it works; Poison or any other error: one by one, to find the one
        to set aside). The next call comes only after the last Commit was applied, or after `on_lost` was called: then the
        messages belong to another consumer now, and what was kept in memory of them is void. `on_idle` is called between
        batches, at least every `block_s`; its Commit is applied too. Raises Misconfigured.
        """
        self._handle, self._stop = handle, stop
        self._on_idle, self._on_lost = on_idle, on_lost
        while not stop.is_set():
            try:
                self._turn()
                self._failures = 0
            except Transient as error:
                self._back_off(error)
                self._unsettled |= self._known  # the reply that we did not get may have held messages
            except GroupMissing:
                self._log.warning("group_missing")
                self._known.clear()

    def _turn(self) -> None:
        topics = self._prepared()
        self._idle_if_due()
        batch = self._left_over(topics)
        if not batch and topics:
            batch = deque(self._reader.new(topics, self._wait_s()))
        if not topics:
            self._stop.wait(self._wait_s())
        if self._health:
            self._health.beat(f"consumer {self._group}")
        while batch and not self._stop.is_set():
            self._settle([batch.popleft() for _ in range(min(self._batch, len(batch)))])
            self._idle_if_due()

    def _prepared(self) -> list[str]:
        """The topics of now, each with its group."""
        topics = list(self._topics_now())
        added = [topic for topic in topics if topic not in self._known]
        if added:
            self._reader.create_groups(added)
            self._unsettled |= set(added)
        self._known = set(topics)
        self._unsettled &= self._known
        if time.monotonic() >= self._next_sweep_s:
            self._reader.forget_gone_consumers(topics)
            self._next_sweep_s = time.monotonic() + SWEEP_EVERY_S
        return topics

    def _left_over(self, topics: Sequence[str]) -> deque[Message]:
        """What is pending and waits for us: our own first, then what dead consumers left."""
        for topic in topics:
            if topic in self._unsettled:
                messages = self._reader.abandoned(topic, 0) if self._exclusive else self._reader.own_pending(topic)
                if messages:
                    return deque(messages)
                self._unsettled.discard(topic)
        if time.monotonic() >= self._next_claim_s:
            for topic in topics:
                if messages := self._reader.abandoned(topic, self._claim_idle_s):
                    self._log.info("claimed", topic=topic, n=len(messages))
                    return deque(messages)
            self._next_claim_s = time.monotonic() + self._claim_idle_s / 4
        return deque()

    def _settle(self, messages: list[Message]) -> None:
        """Brings every one of `messages` to its end, or leaves it pending when we are stopped or it was lost."""
        parts = deque([messages])
        while parts and not self._stop.is_set():
            part = parts.popleft()
            worn_out = [message for message in part if message.deliveries > self._max_deliveries]
            if worn_out:
                self._dead_letter(worn_out[0], f"delivered {worn_out[0].deliveries - 1} times and never brought to an end")
                parts.appendleft([message for message in part if message is not worn_out[0]])
            elif part:
                parts.extendleft(reversed(self._attempt(part)))

    def _attempt(self, part: list[Message]) -> list[list[Message]]:
        """One call of the handler; gives what has to be tried again, in parts."""
        try:
            with steps_of(part, self._group) as traced:
                commit = self._handle(traced)
        except Transient as error:
            self._back_off(error)
            self._idle_if_due()
            return self._still_ours(part)
        except Misconfigured:
            raise
        except Poison as error:
            return self._isolated(part) or self._dead_letter(part[0], _cause(error))
        except Exception as error:  # noqa: BLE001 - a bug in a handler must not stop the process
            self._log.exception("handler_failed", n=len(part), first=part[0].id, topic=part[0].topic)
            return self._isolated(part) or self._failed_alone(part, error)
        self._failures = 0
        self._tries.clear()
        self._apply(commit, part)
        return []

    def _isolated(self, part: list[Message]) -> list[list[Message]]:
        """Each message by itself, to find the culprit; nothing where it is alone already."""
        return [[message] for message in part] if len(part) > 1 else []

    def _failed_alone(self, part: list[Message], error: BaseException) -> list[list[Message]]:
        (message,) = part
        key = f"{message.topic} {message.id}"
        tries = self._tries.pop(key, message.deliveries - 1) + 1
        if tries >= self._max_deliveries:
            return self._dead_letter(message, _cause(error))
        self._tries[key] = tries
        self._stop.wait(FIRST_BACKOFF_S * 2 ** (tries - 1))
        return [part]

    def _dead_letter(self, message: Message, cause: str) -> list[list[Message]]:
        self._log.error("dead_lettered", topic=message.topic, id=message.id, deliveries=message.deliveries, cause=cause)
        self._apply(Commit(publish=[dead_letter_of(message, cause, datetime.now(UTC))]), [message])
        return []

    def _apply(self, commit: Commit, done: Sequence[Message] = ()) -> None:
        """Applies a commit, however long Redis is away; gives up when stopped. Its repetition is harmless."""
        number = self._session.next_number()
        while True:
            try:
                applied = self._session.apply(number, commit, group=self._group, consumer=self._name, done=done)
                break
            except Transient as error:
                self._unsettled |= self._known
                if self._stop.is_set():
                    return
                self._back_off(error)
        self._failures = 0
        if applied is Applied.LOST:
            self._log.warning("commit_lost", topic=done[0].topic, n=len(done))
            self._unsettled |= self._known
            if self._on_lost:
                self._on_lost()

    def _still_ours(self, part: list[Message]) -> list[list[Message]]:
        try:
            held = self._reader.hold(part)
        except Transient:
            return [part]  # the commit finds out
        if len(held) < len(part):
            self._log.warning("messages_lost", n=len(part) - len(held))
            self._unsettled |= self._known
        return [held] if held else []

    def _idle_if_due(self) -> None:
        now_s = time.monotonic()
        if self._on_idle is None or now_s < self._next_idle_s:
            return
        self._next_idle_s = now_s + self._block_s
        try:
            commit = self._on_idle()
        except Transient as error:
            self._away.count(cause=error.message)
            return
        except Misconfigured:
            raise
        except Exception:  # noqa: BLE001 - a bug in idle work must not stop the messages
            self._log.exception("idle_failed")
            return
        if commit is not None and not commit.is_empty():
            self._apply(commit)

    def _wait_s(self) -> float:
        if self._on_idle is None:
            return self._block_s
        return min(self._block_s, max(0.001, self._next_idle_s - time.monotonic()))

    def _back_off(self, error: Transient) -> None:
        """Waits longer with each failure in a row, with jitter, at most 1.5 s."""
        self._away.count(cause=error.message)
        pause_s = min(MAX_BACKOFF_S, FIRST_BACKOFF_S * 2 ** min(self._failures, 10))
        self._failures += 1
        self._stop.wait(pause_s * random.uniform(0.5, 1.5))


def _cause(error: BaseException) -> str:
    """What went wrong, in one line."""
    text = str(error) if isinstance(error, HaetaeError) else f"{type(error).__name__}: {error}"
    return text.replace("\n", " ")
