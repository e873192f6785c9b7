"""Secrets are encrypted anew with the newest key while others read and write them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from haetae.domain.camera import Credentials
from haetae.domain.ids import CameraId
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher
from haetae.store.secrets_at_rest import TABLES, Batch, Census
from haetae.store.store import Store
from haetae.store.webhooks import Webhook
from tests.kit import builders as b
from tests.kit.waiting import until

pytestmark = pytest.mark.integration

NOW = datetime(2026, 5, 4, tzinfo=UTC)
OLD, NEW = Cipher.new_key(), Cipher.new_key()
CANARY = "canary-77"


@pytest.fixture
def old(store: Store, url: str) -> Iterator[Store]:
    """A program that was not restarted yet; the module's schema is emptied after each test."""
    yield (opened := open_store(url, cipher=Cipher([OLD])))
    opened.close()


@pytest.fixture
def both(url: str) -> Iterator[Store]:
    """A program that has the new key in front."""
    yield (opened := open_store(url, cipher=Cipher([NEW, OLD]), application_name="renewing"))
    opened.close()


@pytest.fixture
def new(url: str) -> Iterator[Store]:
    """A program from whose list the old key is gone."""
    yield (opened := open_store(url, cipher=Cipher([NEW])))
    opened.close()


def fill(store: Store, n_cameras: int) -> None:
    """Cameras with passwords, one without, and two webhooks."""
    with store.begin() as t:
        t.cameras.add(b.camera("open"))
        for n in range(n_cameras):
            t.cameras.add(b.camera(f"c{n}"), Credentials("admin", f"{CANARY}-{n}"))
        for n in range(2):
            t.webhooks.add(Webhook(b.uuid(f"w{n}"), "https://example.org/hook", (f"{CANARY}-w{n}",)))


def batches(store: Store, limit: int) -> list[Batch]:
    """Everything encrypted anew, so many rows in a transaction."""
    done = []
    for table in TABLES:
        last: object = None
        while True:
            with store.begin() as t:
                batch = t.secrets.renew(table, NOW, after=last, limit=limit)
            if batch is None:
                break
            done.append(batch)
            last = batch.last
    return done


def census(store: Store) -> Census:
    """Which key reads what."""
    with store.begin() as t:
        return t.secrets.census()


def password(store: Store, camera: str) -> str:
    """What the camera asks for."""
    with store.begin() as t:
        credentials = t.cameras.credentials(CameraId(camera))
    assert credentials is not None
    return credentials.password


def test_all_secrets_need_the_new_key_alone_afterwards(old: Store, both: Store, new: Store) -> None:
    """Each is what it was, under the new key; a second time nothing is left to do; the audit holds numbers, no secret."""
    fill(old, 5)
    key, older = Cipher([NEW, OLD]).key_ids
    assert census(both) == Census({key: 0, older: 7}, ())
    assert [batch.n_renewed for batch in batches(both, 2)] == [2, 2, 1, 2]
    assert census(both) == Census({key: 7, older: 0}, ())
    assert [password(new, f"c{n}") for n in range(5)] == [f"{CANARY}-{n}" for n in range(5)]
    with new.begin() as t:
        assert sorted(webhook.secrets for webhook in t.webhooks.all()) == [(f"{CANARY}-w0",), (f"{CANARY}-w1",)]
    assert {(batch.n_renewed, batch.n_current) for batch in batches(both, 10)} == {(0, 5), (0, 2)}
    with new.begin() as t:
        records = [record for record in t.audit.page() if record.act == "secrets_renewed"]
    assert [(record.subject, record.detail["n"]) for record in records[:2]] == [("webhooks", 2), ("cameras", 1)]
    assert CANARY not in str(records)


def test_what_is_changed_meanwhile_stays_changed(old: Store, both: Store, new: Store) -> None:
    """A password that somebody is just setting is waited for, and not overwritten with the one from before."""
    fill(old, 3)
    renewing = threading.Thread(target=lambda: batches(both, 10))
    with old.begin() as t:
        t.cameras.set_credentials(CameraId("c1"), Credentials("admin", "fresh"))
        renewing.start()
        until(lambda: is_waiting(new), "the renewal waits for the row")
    renewing.join(20)
    assert password(new, "c1") == "fresh"
    assert password(new, "c2") == f"{CANARY}-2"


def test_a_report_does_not_wait_for_a_renewal(old: Store, both: Store) -> None:
    """A camera's state is told while its password's row is locked."""
    fill(old, 1)
    with both.begin() as t:
        t.secrets.renew("cameras", NOW)
        with old.begin() as other:
            other.session.execute(text("SET LOCAL lock_timeout = '500ms'"))
            assert other.cameras.report(b.camera_report("c0"))


def test_what_no_key_reads_is_named_and_left(old: Store, both: Store, new: Store) -> None:
    """The others are renewed around it, and its row stays as it is for whoever finds the key."""
    fill(old, 4)
    with old.begin() as t:
        stranger = Cipher([Cipher.new_key()]).encrypt(CANARY)
        t.session.execute(text("UPDATE cameras SET credentials = :c WHERE id = 'c2'"), {"c": stranger})
    assert sum(batch.n_renewed for batch in batches(both, 2)) == 5
    seen = census(new)
    assert (seen.n_current, seen.n_older, seen.unreadable) == (5, 0, ("cameras/c2",))
    with new.begin() as t:
        found = t.session.execute(text("SELECT credentials FROM cameras WHERE id = 'c2'")).scalar_one()
    assert bytes(found) == stranger


def is_waiting(store: Store) -> bool:
    """Whether the renewal waits for a lock."""
    words = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'renewing' AND wait_event_type = 'Lock'"
    with store.begin() as t:
        return bool(t.session.execute(text(words)).scalar_one())
