"""Forgetting what has been kept long enough: whole days of sightings with their crops, then what was asked and told.

A wrong clock must not purge: nothing is done where the caller's clock and the database's differ, nor where more would go than
passing time explains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from haetae.domain.recording import RecordingState
from haetae.errors import Refused
from haetae.store.partitions import drop_day, existing_days
from haetae.store.store import Store
from haetae.store.tables import AlertRow, DeliveryRow, QueryRow, RecordingRow, SightingDayRow, WatchListEntryRow
from haetae.store.tables.base import Base

_CLOCKS_MAY_DIFFER_BY = timedelta(hours=1)
_EXPIRED_ENTRIES_STAY = timedelta(days=1)
_DONE = (RecordingState.FINISHED.value, RecordingState.FAILED.value)
_ACTOR = "retention"


class DayBlobs(Protocol):
    """What retention needs of the blobs: keys "crops/<day>/...", "probes/<day>/...", "watch/<entry>/..."."""

    def delete_below(self, prefix: str) -> int:
        """Forgets what is below `prefix`; how many blobs there were."""
        ...

    def children(self, prefix: str) -> list[str]:
        """The names directly below `prefix`."""
        ...


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What one run removed."""

    days: tuple[date, ...] = ()
    n_sightings: int = 0
    n_blobs: int = 0
    n_records: int = 0  # queries, alerts, deliveries, recordings, expired watch-list entries


def _never() -> bool:
    return False


def keep(
    store: Store, blobs: DayBlobs, now: datetime, *, days: int = 30, force: bool = False, stopped: Callable[[], bool] = _never
) -> Forgotten:
    """Forgets everything older than `days`: to be called about once an hour. Raises Refused (409), Transient.

    Refused ("purge-too-large", "clocks-differ") stands in the audit as well; `force` is for a person who has looked at it.
    Once `stopped` says so, no further day is begun; the next run goes on.
    """
    day = (now - timedelta(days=days)).astimezone(UTC).date()
    dropped = drop_before(store, blobs, day, now, max_share=max(0.05, 1.5 / days), force=force, stopped=stopped)
    if stopped():
        return dropped
    n_records, n_blobs = purge_before(store, blobs, datetime(day.year, day.month, day.day, tzinfo=UTC), now, force=force)
    return Forgotten(dropped.days, dropped.n_sightings, dropped.n_blobs + n_blobs, n_records)


def drop_before(
    store: Store,
    blobs: DayBlobs,
    day: date,
    now: datetime,
    *,
    max_share: float = 0.05,
    force: bool = False,
    stopped: Callable[[], bool] = _never,
) -> Forgotten:
    """Drops the sightings, embeddings and crops of the days before `day` (capture time, UTC), the oldest day first.

    Raises Refused where that is more than `max_share` of all sightings and of all days, unless forced. Crops go first: what
    breaks off in between, or is left once `stopped` says so, is finished by the next run.
    """
    _check_clock(store, now, force)
    with store.begin() as transaction:
        stored = existing_days(transaction.session.connection())
        rows = SightingDayRow.started_on
        n_all, n_old = transaction.session.execute(
            select(func.count(), func.count().filter(rows < day)).select_from(SightingDayRow)
        ).one()
    known = sorted({*stored, *_days_below(blobs, "crops")})
    old = [known_day for known_day in known if known_day < day]
    share = len(old) / len(known) if old else 0.0
    if n_all:
        share = min(share, n_old / n_all)  # one busy day is no reason to keep it
    if share > max_share and not force:
        _refuse(store, now, "purge-too-large", f"{share:.0%} of all sightings would be forgotten at once.", before=str(day))
    done = [_drop(store, blobs, old_day, now) for old_day in old if not stopped()]
    days = tuple(old_day for each in done for old_day in each.days)
    return Forgotten(days, sum(each.n_sightings for each in done), sum(each.n_blobs for each in done))


def purge_before(store: Store, blobs: DayBlobs, before: datetime, now: datetime, *, force: bool = False) -> tuple[int, int]:
    """Forgets queries and probes, ended alerts, finished deliveries and recordings of before `before`, and expired entries.

    Gives how many records and blobs went. Raises Refused where the clocks differ. Watch-list entries go a day after they expired.
    """
    _check_clock(store, now, force)
    with store.begin() as transaction:
        expired = select(WatchListEntryRow.id).where(WatchListEntryRow.expires_at < now - _EXPIRED_ENTRIES_STAY)
        entries = transaction.session.scalars(expired).all()
    n_blobs = sum(blobs.delete_below(f"probes/{day}") for day in _days_below(blobs, "probes") if day < before.date())
    n_blobs += sum(blobs.delete_below(f"watch/{entry}") for entry in entries)
    with store.begin() as transaction:
        counts = _purge_rows(transaction.session, before, entries)
        if any(counts.values()) or n_blobs:
            detail = {**counts, "blobs": n_blobs, "before": before.isoformat()}
            transaction.audit.record(_ACTOR, "records_purged", before.date().isoformat(), detail, now)
    return sum(counts.values()), n_blobs


def _drop(store: Store, blobs: DayBlobs, day: date, now: datetime) -> Forgotten:
    n_blobs = blobs.delete_below(f"crops/{day}")
    with store.begin() as transaction:
        n_sightings = drop_day(transaction.session.connection(), day)
        detail = {"sightings": n_sightings, "blobs": n_blobs}
        transaction.audit.record(_ACTOR, "day_dropped", day.isoformat(), detail, now)
    return Forgotten((day,), n_sightings, n_blobs)


def _purge_rows(session: Session, before: datetime, entries: Sequence[UUID]) -> dict[str, int]:
    purges: list[tuple[str, type[Base], ColumnElement[bool]]] = [
        ("queries", QueryRow, QueryRow.asked_at < before),
        ("alerts", AlertRow, AlertRow.ended_at < before),
        ("deliveries", DeliveryRow, DeliveryRow.next_attempt_at.is_(None) & (DeliveryRow.created_at < before)),
        ("recordings", RecordingRow, RecordingRow.state.in_(_DONE) & (RecordingRow.updated_at < before)),
        ("watch_list_entries", WatchListEntryRow, WatchListEntryRow.id.in_(entries)),
    ]
    counts = {}
    for name, table, old in purges:
        gone = delete(table).where(old).returning(table.__table__.c.id)
        counts[name] = len(session.execute(gone, execution_options={"synchronize_session": False}).all())
    return counts


def _days_below(blobs: DayBlobs, prefix: str) -> list[date]:
    days = []
    for name in blobs.children(prefix):
        try:
            days.append(date.fromisoformat(name))
        except ValueError:
            continue  # not ours
    return days


def _check_clock(store: Store, now: datetime, force: bool) -> None:
    with store.begin() as transaction:
        database_now = transaction.session.scalars(select(func.now())).one()
    if abs(database_now - now) > _CLOCKS_MAY_DIFFER_BY and not force:
        _refuse(store, now, "clocks-differ", "The clocks of this program and of PostgreSQL differ.", database=str(database_now))


def _refuse(store: Store, now: datetime, kind: str, why: str, **detail: str) -> None:
    with store.begin() as transaction:
        transaction.audit.record(_ACTOR, "purge_refused", kind, {"why": why, **detail}, now)
    raise Refused(f"{why} Check the clock; if it is right, force the purge.", status=409, kind=kind)
