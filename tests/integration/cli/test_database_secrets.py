"""`haetae database administrator` and `renew-secrets` as a person runs them beside services."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from haetae.domain.camera import Credentials
from haetae.domain.ids import CameraId
from haetae.store.engine import open_store
from haetae.store.migration import migrate
from haetae.store.secrets import Cipher
from haetae.store.store import Store
from tests.kit import builders as b
from tests.kit.schemas import own_schema
from tests.kit.waiting import until

pytestmark = pytest.mark.integration

OLD, NEW = Cipher.new_key(), Cipher.new_key()
CANARY = "canary-78"
N = 250  # more than two batches


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    """A schema of its own, up to date."""
    with own_schema(postgres_url, "cli_secrets") as url:
        migrate(url)
        yield url


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A program that has the old key only."""
    yield (opened := open_store(url, cipher=Cipher([OLD])))
    opened.close()


def started(url: str, *words: str, keys: tuple[str, ...] = (NEW, OLD)) -> subprocess.Popen[str]:
    environment = {**os.environ, "HAETAE_POSTGRES__URL": url, "HAETAE_SECRETS__CREDENTIAL_KEYS": json.dumps(keys)}
    command = [sys.executable, "-m", "haetae.cli.main", "database", *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(command: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Its end, what it answered and what it remarked: none of them shows a key or a secret."""
    with command:
        out, told = command.communicate(timeout=120)
    assert not any(secret in out + told for secret in (OLD, NEW, CANARY))
    return command.returncode, out, told


def test_the_first_administrator(url: str, store: Store) -> None:
    """The token stands alone on stdout and counts at once; asked again the earlier one has ended, visibly and in the audit."""
    done, first, told = ended(started(url, "administrator"))
    assert (done, store.caller(first.removesuffix("\n"))) == (0, ("administrator", "admin"))
    assert "first key" in told
    done, second, told = ended(started(url, "administrator", "--json"))
    answer = json.loads(second)
    assert (done, answer["ended_earlier"]) == (0, True)
    assert store.caller(answer["token"]) == ("administrator", "admin")
    assert store.caller(first.strip()) is None
    assert "earlier key has ended" in told
    with store.begin() as t:
        acts = [(record.act, record.subject, record.detail["ended_earlier"]) for record in t.audit.page(limit=2)]
        assert answer["token"] not in str(t.audit.page())
    assert acts == [("key_added", "key/administrator", True), ("key_added", "key/administrator", False)]


def test_a_renewal_that_was_killed_is_asked_for_again(url: str, store: Store) -> None:
    """Killed between its batches, each password is still read with one key or the other; again, and the old key can go."""
    with store.begin() as t:
        for n in range(N):
            t.cameras.add(b.camera(f"c{n:03}"), Credentials("admin", f"{CANARY}-{n}"))
    with store.begin() as t:
        t.session.execute(text("SELECT 1 FROM cameras WHERE id = 'c150' FOR UPDATE"))  # holds up the second batch
        killed = started(url, "renew-secrets")
        try:
            until(lambda: is_waiting(store), "the renewal waits at the second batch", within_s=90)
        finally:
            killed.kill()
            ended(killed)
    done, out, told = ended(started(url, "renew-secrets", "--dry-run", "--json"))
    assert (done, [key["secrets"] for key in json.loads(out)["keys"]]) == (1, [100, 150])
    assert "150 are to be encrypted anew" in told
    done, out, told = ended(started(url, "renew-secrets", "--json"))
    assert (done, json.loads(out)["renewed"]) == (0, 150), told
    assert "150 encrypted anew, 100 were up to date" in told
    newest = open_store(url, cipher=Cipher([NEW]))
    with newest.begin() as t:
        for n in range(N):
            assert t.cameras.credentials(CameraId(f"c{n:03}")) == Credentials("admin", f"{CANARY}-{n}")
    newest.close()


def test_what_no_key_reads_is_told(url: str, store: Store) -> None:
    """The row's name, and 1 at the end, also without changing anything."""
    with store.begin() as t:
        t.cameras.add(b.camera("gate-1"), Credentials("admin", CANARY))
    for words in (["--dry-run"], []):
        done, out, told = ended(started(url, "renew-secrets", *words, keys=(NEW,)))
        assert done == 1, told + out
        assert "No key reads cameras/gate-1" in told


def is_waiting(store: Store) -> bool:
    """Whether the renewal waits for a lock."""
    words = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'haetae-renew-secrets' AND wait_event_type = 'Lock'"
    with store.begin() as t:
        return bool(t.session.execute(text(words)).scalar_one())
