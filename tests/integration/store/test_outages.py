"""PostgreSQL away, back, restarted, full: Transient while it lasts, and by itself well again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from haetae.domain.ids import TrackletId
from haetae.embedded.child import running
from haetae.errors import Transient
from haetae.store.engine import open_store
from haetae.store.migration import migrate
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from tests.kit import builders as b
from tests.kit import servers

pytestmark = pytest.mark.integration


def test_connections_that_were_ended_are_replaced(store: Store, url: str) -> None:
    """When the server ends all sessions, the running transaction is Transient and the next one succeeds."""
    admin = open_store(url, cipher=Cipher([]), application_name="admin")

    def end_all_others() -> None:
        with admin.begin() as a:
            a.session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'store-tests' AND datname = current_database()"
                )
            )

    def interrupted() -> None:
        with store.begin() as t:
            t.sightings.upsert(b.sighting(1))
            end_all_others()
            t.sightings.upsert(b.sighting(2))

    with pytest.raises(Transient):
        interrupted()
    with store.begin() as t:
        assert t.sightings.count(b.scope()) == 0
    end_all_others()
    assert store.ready() is None
    admin.close()


def test_an_exhausted_pool_is_transient(url: str) -> None:
    """A transaction that gets no connection within the deadline may be tried again."""
    narrow = open_store(url, cipher=Cipher([]), pool_size=1)
    with narrow.begin() as t:
        t.session.execute(text("SELECT 1"))
        with pytest.raises(Transient), narrow.begin() as second:
            second.session.execute(text("SELECT 1"))
    narrow.close()


def test_waiting_for_a_lock_is_transient_not_expensive(store: Store, url: str) -> None:
    """A search behind a locked table gives up as Transient before the statement timeout would call it expensive."""
    hurried = open_store(url, cipher=Cipher([]), statement_timeout_s=2.0)
    with store.begin() as holder:
        holder.sightings.upsert(b.sighting(1))
        holder.session.execute(text("LOCK TABLE sightings"))
        with pytest.raises(Transient), hurried.begin() as t:
            t.sightings.count(b.scope())
    hurried.close()


def test_no_acknowledged_sighting_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    """A writer that repeats what was Transient ends with every sighting once, over a kill -9 and a restart of the server."""
    n, stop = 0, threading.Event()
    acknowledged: list[TrackletId] = []

    def write() -> None:
        nonlocal n
        while not stop.is_set():
            try:
                with store.begin() as t:
                    t.sightings.upsert(b.sighting(n))
            except Transient:
                time.sleep(0.02)
                continue
            acknowledged.append(b.sighting(n).id)
            n += 1

    writer = threading.Thread(target=write)
    with servers.postgres(tmp_path) as (part, child):
        migrate(part.url)
        store = open_store(part.url, cipher=Cipher([]))
        writer.start()
        try:
            _until(lambda: n > 20)
            child.kill()
            _until(lambda: store.ready() is not None)
            before = n
            with running(part, tmp_path / "restarted.log"):
                _until(lambda: n > before + 20)
                stop.set()
                writer.join()
                with store.begin() as t:
                    assert {s.id for s in t.sightings.many(acknowledged)} == set(acknowledged)
                    assert t.sightings.count(b.scope()) == len(acknowledged) == n
                store.close()
        finally:
            stop.set()
            writer.join()


def _until(true: Callable[[], bool], *, within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
