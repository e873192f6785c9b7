"""The API over a real socket, as often as there are replicas; its streams of events; a gallery that waits until it is let."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
from sqlalchemy import text

from haetae.http.access import RememberedKeys
from haetae.http.server import serve_in_thread
from haetae.store.store import Store
from haetae.telemetry.health import Health
from services.search.app import make_app
from tests.integration.search.conftest import Api

WINDOW = {"from": "2026-05-04T00:00:00Z", "to": "2026-05-05T00:00:00Z"}
BLACK = {"name": "upper_colour", "values": ["black"]}
EVENTS = {"Accept": "text/event-stream"}


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream; a comment has the name ":"."""

    name: str
    data: Any = None


def events(response: httpx.Response) -> Iterator[Event]:
    """The events of a stream as they come, comments too."""
    name, data = "", ""
    for line in response.iter_lines():
        if line.startswith(":"):
            yield Event(":")
        elif line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            data += line.removeprefix("data: ")
        elif not line and name:
            yield Event(name, json.loads(data))
            name, data = "", ""


@contextmanager
def replica(api: Api, *, role: str = "operator", **settings: float) -> Iterator[httpx.Client]:
    """One more process's worth of the API over the same database, set up like this, and a client of it."""
    section = api.desk.section.model_copy(update=settings)
    keys = RememberedKeys(api.desk.store.caller, remembered_s=5.0)
    served = serve_in_thread(make_app(replace(api.desk, section=section), keys, Health()), "127.0.0.1", 0)
    address = f"http://127.0.0.1:{served.port}"
    try:
        with httpx.Client(base_url=address, headers=api.headers(role), timeout=20.0, trust_env=False) as client:
            yield client
    finally:
        served.stop()


@contextmanager
def waiting_gallery(store: Store) -> Iterator[threading.Event]:
    """Every statement that reads sightings waits, as in a database that is busy, until the event is set or the block ends."""
    go_on, locked = threading.Event(), threading.Event()

    def hold() -> None:
        with store.beside() as transaction:
            transaction.session.execute(text("LOCK TABLE sightings IN ACCESS EXCLUSIVE MODE"))
            locked.set()
            go_on.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(10)
    try:
        yield go_on
    finally:
        go_on.set()
        holder.join()


def n_waiting(store: Store) -> int:
    """How many statements of other connections wait for a lock now."""
    with store.beside() as transaction:
        counted = transaction.session.execute(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"))
        return int(counted.scalar_one())
