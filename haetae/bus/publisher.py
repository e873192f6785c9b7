"""Sends messages, with the counts that belong to them, in one step."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import redis

from haetae.bus.connection import redis_errors
from haetae.bus.effects import Commit, Outgoing, Session
from haetae.bus.ledger import LedgerEntry

__all__ = ["Outgoing", "Publisher"]


class Publisher:
    """Publishes from any number of threads, one call after the other.

    A call that raises Transient may have been applied or not. The same messages and counts handed in again as the next call
    are applied once in all: so keep what failed and begin with it.
    """

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._session = Session(client)
        self._uncertain: tuple[int, Commit] | None = None
        self._lock = threading.Lock()

    def publish(self, messages: Sequence[Outgoing], ledger: Sequence[LedgerEntry] = ()) -> None:
        """Appends the messages and adds the counts: all or nothing. Raises Transient."""
        commit = Commit(publish=tuple(messages), ledger=tuple(ledger))
        if commit.is_empty():
            return
        with self._lock:
            number = self._number_for(commit)
            self._uncertain = (number, commit)
            self._session.apply(number, commit)
            self._uncertain = None

    def backlog(self, topic: str) -> int:
        """How many messages of `topic` are not done yet. Raises Transient."""
        with redis_errors():
            return int(self._redis.xlen(topic))

    def _number_for(self, commit: Commit) -> int:
        if self._uncertain is not None and self._uncertain[1] == commit:
            return self._uncertain[0]
        return self._session.next_number()
