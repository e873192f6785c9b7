"""Which database `haetae tune search` reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from haetae.cli.tune_search import database_url
from haetae.embedded import state
from haetae.embedded.home import Home
from haetae.embedded.state import PartState, Phase, StackState
from haetae.errors import Misconfigured
from services.search.settings import SearchSettings

URL = "postgresql+psycopg2://somebody@db.example/haetae"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv("HAETAE_POSTGRES__URL", raising=False)
    return Home(tmp_path)


def test_a_named_database_is_taken(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever runs here."""
    monkeypatch.setenv("HAETAE_POSTGRES__URL", URL)
    assert database_url(SearchSettings.load(), home) == URL


def test_else_that_of_the_stack_that_runs_here(home: Home) -> None:
    """With its port of now and the password of its folder; without a running stack the message says what to do."""
    with pytest.raises(Misconfigured, match="haetae up"):
        database_url(SearchSettings.load(), home)
    created_at = state.created_at(os.getpid())
    assert created_at is not None
    password = home.secrets().postgres_password
    part = PartState("postgres", Phase.READY, since=0.0, port=54_321)
    state.write(home.state_file, StackState(os.getpid(), created_at, (part,)))
    found = database_url(SearchSettings.load(), home)
    assert found.endswith("@127.0.0.1:54321/haetae")
    assert f":{password}@" in found
    state.write(home.state_file, StackState(os.getpid(), created_at - 1000.0, (part,)))
    with pytest.raises(Misconfigured, match="haetae up"):
        database_url(SearchSettings.load(), home)
