"""Milvus as the index of a gallery that one machine's memory does not hold, kept up to date beside the API."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy.orm import Session

from haetae.domain.embedding import ModelVersion
from haetae.domain.query import Scope
from haetae.errors import Transient
from haetae.store.index import Found, Question
from haetae.store.milvus import Connected, Follower, nearest
from haetae.store.store import Store
from haetae.telemetry import logs
from services.search.graphs import Graphs

__all__ = ["Connected", "Following"]

_WORTH_TELLING = 1_000  # rows handed on together


class Sighted:
    """Milvus as one transaction sees it."""

    def __init__(self, following: Following, session: Session) -> None:
        self._following = following
        self._session = session

    def count(self) -> None:
        """PostgreSQL counts: Milvus does not know what a transaction sees."""

    def nearest(self, model: ModelVersion, asked: Question) -> Found | None:
        """As an exact scan would find; None where only that can tell."""
        return self._following.nearest(self._session, model, asked)


class Following:
    """Hands on what changes in a thread of its own. Where Milvus is away, and until it has everything, exact scans answer."""

    name = "milvus"
    graphs: Graphs | None = None  # they need the vectors in this process

    def __init__(self, store: Store, serving: Callable[[], ModelVersion], connected: Connected, *, every_s: float) -> None:
        self._store = store
        self._serving = serving
        self._connected = connected
        self._every_s = every_s
        self._follower: Follower | None = None
        self._is_away = False

    def sight(self, session: Session, scope: Scope) -> Sighted:
        """What Milvus can tell of the scope."""
        return Sighted(self, session)

    def nearest(self, session: Session, model: ModelVersion, asked: Question) -> Found | None:
        """As `haetae.store.milvus.nearest`; None also where Milvus is away."""
        follower = self._follower
        if follower is None or follower.model != model or self._is_away:
            return None
        try:
            return nearest(follower, session, asked)
        except Transient as error:
            self._tell(error)
            return None

    def start(self, stop: threading.Event) -> None:
        """Begins, and returns at once; ends when `stop` is set."""
        threading.Thread(target=self._run, args=(stop,), name="milvus", daemon=True).start()

    def refresh(self) -> int:
        """Hands on what has changed, and says how many rows that were. Raises Transient."""
        model = self._serving()
        if self._follower is None or self._follower.model != model:
            self._follower = Follower(self._connected, model)
        n_put = self._follower.refresh(self._store)
        if n_put >= _WORTH_TELLING:
            logs.get().info("milvus_caught_up", n=n_put, model=str(model))
        return n_put

    def _run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self.refresh()
                self._is_away = False
            except Transient as error:
                self._tell(error)
            stop.wait(self._every_s)
        if self._follower is not None:
            self._follower.close()

    def _tell(self, error: Transient) -> None:
        if not self._is_away:  # once, not at every try
            logs.get().warning("milvus_away", reason=error.message)
        self._is_away = True
