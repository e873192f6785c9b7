"""Retention: whole days go with their crops and leave a record; a wrong clock purges nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from haetae.blobs import keys
from haetae.blobs.local_folder import LocalFolder
from haetae.blobs.port import BlobMissing
from haetae.domain.alert import Alert, AlertKind, AlertPhase
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Scope
from haetae.domain.recording import Recording, RecordingState
from haetae.domain.sighting import Sighting
from haetae.domain.timing import TimeWindow
from haetae.errors import Refused, Transient
from haetae.store.partitions import drop_day, existing_days
from haetae.store.retention import drop_before, keep
from haetae.store.store import Store
from haetae.store.webhooks import Webhook
from tests.kit import builders as b
from tests.kit.waiting import until

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC)
NOON = NOW.replace(hour=12, minute=0, second=0, microsecond=0)
YEAR = timedelta(days=365)


@pytest.fixture
def blobs(tmp_path: Path) -> LocalFolder:
    """An empty folder of blobs."""
    return LocalFolder(tmp_path / "blobs")


@pytest.fixture
def days(store: Store) -> Iterator[None]:
    """Drops all partitions after the test."""
    yield
    with store.begin() as t:
        for day in existing_days(t.session.connection()):
            t.session.execute(text(f"DROP TABLE sightings_{day:%Y%m%d}, sighting_embeddings_{day:%Y%m%d}"))


def fill(store: Store, blobs: LocalFolder, n_days: int, *, on_oldest: int = 2) -> list[TrackletId]:
    """Two sightings with a crop each on every one of the last `n_days` days (`on_oldest` on the oldest); the oldest day's ids."""
    oldest = []
    with store.begin() as t:
        for ago in range(n_days):
            for n in range(on_oldest if ago == n_days - 1 else 2):
                sighting = b.sighting(1000 * ago + n, started_at=NOON - timedelta(days=ago))
                t.sightings.upsert(sighting)
                shot = sighting.best_shots[0]
                blobs.put(keys.crop(sighting.started_at, sighting.camera_id, sighting.id, shot.captured_at), b"jpeg")
                if ago == n_days - 1:
                    oldest.append(sighting.id)
    return oldest


def everything(store: Store) -> int:
    """How many sightings are found."""
    with store.begin() as t:
        return t.sightings.count(Scope(TimeWindow(NOON - YEAR, NOON + 2 * YEAR)))


@pytest.mark.usefixtures("days")
def test_the_oldest_day_goes_whole(store: Store, blobs: LocalFolder) -> None:
    """Rows, embeddings, ids and crops of the day are gone, all else stays, a record says so, and a second run does nothing."""
    oldest = fill(store, blobs, 32)
    forgotten = keep(store, blobs, NOW, days=30)
    day = (NOON - timedelta(days=31)).date()
    assert (forgotten.days, forgotten.n_sightings, forgotten.n_blobs) == ((day,), 2, 2)
    assert everything(store) == 62
    assert len(blobs.children("crops")) == 31
    with store.begin() as t:
        assert t.sightings.many(oldest) == []
        assert day not in existing_days(t.session.connection())
        [record] = t.audit.page(subject=day.isoformat())
    assert (record.actor, record.act, record.detail) == ("retention", "day_dropped", {"sightings": 2, "blobs": 2})
    assert keep(store, blobs, NOW, days=30).days == ()


@pytest.mark.usefixtures("days")
def test_a_run_that_is_stopped_ends_between_two_days(store: Store, blobs: LocalFolder) -> None:
    """The day in hand goes whole, no further one is begun, and the next run goes on."""
    fill(store, blobs, 33)
    words = iter([False, True, True])
    stopped = keep(store, blobs, NOW, days=30, force=True, stopped=lambda: next(words))
    assert (len(stopped.days), stopped.n_sightings, everything(store)) == (1, 2, 64)
    assert (len(keep(store, blobs, NOW, days=30).days), everything(store)) == (1, 62)


@pytest.mark.usefixtures("days")
def test_a_busy_oldest_day_goes_as_well(store: Store, blobs: LocalFolder) -> None:
    """One day of thirty is due however many sightings it holds."""
    fill(store, blobs, 32, on_oldest=40)
    assert keep(store, blobs, NOW, days=30).n_sightings == 40


@pytest.mark.usefixtures("days")
def test_a_process_with_a_wrong_clock_purges_nothing(store: Store, blobs: LocalFolder) -> None:
    """Clocks that differ from the database's by more than an hour refuse: a year ahead, days ahead, hours behind."""
    fill(store, blobs, 3)
    for jump in (YEAR, timedelta(days=31), timedelta(hours=-2)):
        with pytest.raises(Refused) as refused:
            keep(store, blobs, NOW + jump, days=30)
        assert refused.value.kind == "clocks-differ"
    for jump in (timedelta(minutes=30), timedelta(minutes=-30)):
        assert keep(store, blobs, NOW + jump, days=30).days == ()
    assert (everything(store), len(blobs.children("crops"))) == (6, 3)


@pytest.mark.usefixtures("days")
def test_a_machine_with_a_wrong_clock_purges_nothing(store: Store, blobs: LocalFolder) -> None:
    """Where both clocks jumped, more than the share would go: refused and audited, until a person forces it."""
    fill(store, blobs, 5)
    with pytest.raises(Refused) as refused:
        drop_before(store, blobs, (NOW + YEAR).date(), NOW)
    assert (refused.value.status, refused.value.kind) == (409, "purge-too-large")
    with pytest.raises(Refused):
        drop_before(store, blobs, (NOON - timedelta(days=3)).date(), NOW)
    assert (everything(store), len(blobs.children("crops"))) == (10, 5)
    with store.begin() as t:
        assert t.audit.page(subject="purge-too-large")[0].act == "purge_refused"
    assert drop_before(store, blobs, (NOW + YEAR).date(), NOW, force=True).n_sightings == 10
    assert (everything(store), blobs.children("crops")) == (0, [])


@pytest.mark.usefixtures("days")
def test_crops_without_sightings_go_too(store: Store, blobs: LocalFolder) -> None:
    """Crops whose sighting never came are forgotten with their day; what is not a day is left alone."""
    blobs.put("crops/2020-01-01/gate-1/x/1.jpg", b"jpeg")
    blobs.put("crops/README", b"?")
    fill(store, blobs, 30)
    assert keep(store, blobs, NOW, days=30).n_blobs == 1
    assert "README" in blobs.children("crops")
    with pytest.raises(BlobMissing):
        blobs.get("crops/2020-01-01/gate-1/x/1.jpg")


@pytest.mark.usefixtures("days")
def test_a_day_that_was_dropped_can_come_back(store: Store, blobs: LocalFolder) -> None:
    """A sighting of a day that was dropped, such as of a recording, is stored again in a new partition."""
    [first, _] = fill(store, blobs, 32)
    keep(store, blobs, NOW, days=30)
    with store.begin() as t:
        assert t.sightings.upsert(b.sighting(31_000, started_at=NOON - timedelta(days=31)))
        assert t.sightings.get(first).started_at == NOON - timedelta(days=31)


@pytest.mark.usefixtures("days")
def test_a_sighting_that_comes_while_its_day_is_dropped_is_not_lost(store: Store) -> None:
    """It waits for the drop, and is stored under its day anew: at once, or when its transaction is repeated."""
    with store.begin() as t:
        t.sightings.upsert(b.sighting(1, started_at=NOON))
    stored: list[bool] = []
    thread = threading.Thread(target=lambda: stored.append(stored_at_last(store, b.sighting(1, started_at=NOON, revision=2))))
    with store.begin() as t:
        assert drop_day(t.session.connection(), NOON.date()) == 1
        thread.start()
        until(lambda: n_waiting(store) == 1, "the sighting waits for the drop")
    thread.join(20)
    assert (stored, everything(store)) == ([True], 1)


def stored_at_last(store: Store, sighting: Sighting) -> bool:
    """Whether it was written, as a consumer does it: what is Transient is done again."""
    for _ in range(3):
        with suppress(Transient), store.begin() as t:
            return t.sightings.upsert(sighting)
    return False


def n_waiting(store: Store) -> int:
    """How many of the tests' connections wait for a lock."""
    words = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'store-tests' AND wait_event_type = 'Lock'"
    with store.beside() as t:
        return int(t.session.execute(text(words)).scalar_one())


def test_what_was_asked_and_told_is_forgotten(store: Store, blobs: LocalFolder) -> None:
    """Old queries with probes, ended alerts, finished deliveries and recordings go, and entries a day after they expired."""
    old, entry_id = NOON - timedelta(days=40), b.uuid("Kim")
    with store.begin() as t:
        t.cameras.add(b.camera("a"))
        t.webhooks.add(Webhook(b.uuid("w"), "https://example.org", ("s",)))
        for n, at in enumerate((old, NOW)):
            t.queries.put(b.uuid(n), "kim", {}, {}, asked_at=at, probes=[b.embedding(n)])
            blobs.put(keys.probe(at, b.uuid(n), 0), b"jpeg")
            t.watch_lists.add(b.watch_list_entry(f"e{n}", expires_at=at, created_at=old))
            blobs.put(keys.watch(b.uuid(f"e{n}"), 0), b"jpeg")
            t.outbox.add(b.uuid("w"), f"done-{n}", {}, at)
            t.recordings.add(Recording(b.uuid(n), CameraId("a"), "/x.mp4", old, RecordingState.FINISHED, 1.0))
            alert = Alert(b.uuid(n), AlertKind.WATCH_LIST_MATCH, AlertPhase.STARTED, CameraId("a"), at, at, entry_id=entry_id)
            t.alerts.start(alert)
            t.alerts.end(replace(alert, phase=AlertPhase.ENDED, ended_at=at))
        t.alerts.start(Alert(b.uuid("open"), AlertKind.CAMERA_STALE, AlertPhase.STARTED, CameraId("a"), old, old))
        for delivery in t.outbox.due(NOW):
            t.outbox.delivered(delivery.id, NOW)
        t.outbox.add(b.uuid("w"), "undelivered", {}, old)
        t.session.execute(text("UPDATE recordings SET updated_at = :old WHERE id = :id"), {"old": old, "id": b.uuid(0)})
    forgotten = keep(store, blobs, NOW, days=30)
    assert (forgotten.n_records, forgotten.n_blobs) == (5, 2)
    with store.begin() as t:
        assert [q.id for q in t.queries.page(limit=9)[0]] == [b.uuid(1)]
        assert t.queries.probes(b.uuid(0)) == []
        assert {a.id for a in t.alerts.page(limit=9)[0]} == {b.uuid(1), b.uuid("open")}
        assert [r.id for r in t.recordings.list()] == [b.uuid(1)]
        assert [e.name for e in t.watch_lists.all()] == ["e1"]
        assert t.outbox.waiting() == 1
        assert t.audit.page(actor="retention")[0].act == "records_purged"
    assert blobs.children("watch") == [str(b.uuid("e1"))]
    assert keep(store, blobs, NOW, days=30).n_records == 0
