"""Another thread ends what a transaction does, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from random import Random

import pytest
from sqlalchemy import text

from haetae.errors import Transient
from haetae.store.engine import open_store
from haetae.store.interruption import Interruption
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from tests.kit.waiting import until

pytestmark = pytest.mark.integration


@pytest.fixture
def one_connection(url: str) -> Iterator[Store]:
    """A store whose pool has one connection: whoever comes next gets the one that was just given back."""
    store = open_store(url, cipher=Cipher([]), pool_size=1, application_name="interrupted")
    yield store
    store.close()


def sleep(store: Store, interruption: Interruption, seconds: float) -> bool:
    """Whether a statement of that length was let end."""
    try:
        with store.begin(consistent=True, interruption=interruption) as transaction:
            transaction.session.execute(text("SELECT pg_sleep(:s)"), {"s": seconds})
    except Transient:
        return False
    return True


def test_a_running_statement_ends_at_once(one_connection: Store) -> None:
    """A minute's statement is gone from the server, and the pool has a connection for the next."""
    interruption = Interruption()
    ended: list[bool] = []
    thread = threading.Thread(target=lambda: ended.append(sleep(one_connection, interruption, 60.0)))
    thread.start()
    until(lambda: n_sleeping(one_connection) == 1, "the statement runs")
    interruption.request()
    thread.join(10)
    assert ended == [False]
    assert n_sleeping(one_connection) == 0
    with one_connection.begin() as transaction:
        assert transaction.session.execute(text("SELECT 1")).scalar_one() == 1


def test_nothing_begins_after_it(one_connection: Store) -> None:
    """What was interrupted before it began does not begin; to interrupt what has ended changes nothing."""
    before, after = Interruption(), Interruption()
    before.request()
    assert not sleep(one_connection, before, 0.0)
    assert sleep(one_connection, after, 0.0)
    after.request()
    with one_connection.begin() as transaction:
        assert transaction.session.execute(text("SELECT 1")).scalar_one() == 1


def test_it_never_ends_somebody_elses_statement(one_connection: Store) -> None:
    """Requests around the instant at which a statement ends: the next on the same pool, of somebody else, is always let end."""
    random = Random(4)
    outcomes = set()
    for _ in range(60):
        interruption = Interruption()
        late_s = random.uniform(0.0, 0.02)
        thread = threading.Timer(late_s, interruption.request)
        thread.start()
        outcomes.add(sleep(one_connection, interruption, 0.01))
        with one_connection.begin() as transaction:
            transaction.session.execute(text("SELECT pg_sleep(0.01)"))
        thread.join()
    assert outcomes == {True, False}  # some came before the end and some after, or this would prove nothing


def n_sleeping(store: Store) -> int:
    """How many statements sleep now."""
    with store.beside() as transaction:
        words = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND application_name = 'interrupted'"
        return int(transaction.session.execute(text(words)).scalar_one())
