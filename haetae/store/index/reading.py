"""What an index asks PostgreSQL: where the reader stands, what has changed since, and exact distances."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import and_, case, false, func, null, select, text
from sqlalchemy.orm import Session

from haetae.domain.attributes import AttributeCondition
from haetae.domain.embedding import Vectors
from haetae.domain.ids import CameraId
from haetae.domain.query import Scope
from haetae.domain.sighting_ids import Ids, to_columns
from haetae.store.gallery import among, distance_to_nearest
from haetae.store.index.snapshot import Snapshot
from haetae.store.scopes import allowed_by, within
from haetae.store.tables import RemovedEmbeddingRow, SightingEmbeddingRow, SightingRow

MOST_CHANGES = 20_000
"""So many changed rows are compared one by one; where more have changed, the index is too old to help."""

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Partition:
    """A day's partition of embeddings. `storage` changes when it is truncated or written anew."""

    oid: int
    storage: int
    day: date
    name: str


@dataclass(frozen=True, slots=True)
class Position:
    """What a transaction sees: `models` are the numbers of all that ever embedded, `any_removed` says whether sightings may have
    no embedding."""

    snapshot: Snapshot
    partitions: frozenset[Partition]
    models: frozenset[int]
    any_removed: bool


_POSITION = text("""
    SELECT pg_current_snapshot()::text, ARRAY(SELECT id FROM embedding_models), EXISTS (SELECT FROM removed_embeddings),
           ARRAY(SELECT concat_ws(' ', c.oid, c.relfilenode, right(c.relname, 8), c.oid::regclass)
                 FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                 WHERE i.inhparent = 'sighting_embeddings'::regclass)
""")


def position(session: Session) -> Position:
    """Where this transaction stands; it must be REPEATABLE READ."""
    snapshot, models, any_removed, partitions = session.connection().execute(_POSITION).one()
    return Position(Snapshot.parse(snapshot), _partitions(tuple(partitions)), frozenset(models), any_removed)


@lru_cache(maxsize=8)
def _partitions(told: tuple[str, ...]) -> frozenset[Partition]:
    found = [one.split(" ", 3) for one in told]
    return frozenset(Partition(int(oid), int(file), date.fromisoformat(day), name) for oid, file, day, name in found)


def gone_since(session: Session, since: int, model_number: int) -> Ids:
    """The ids of rows that were deleted, or embedded by another model, by the transaction `since` or a later one."""
    row, removed = SightingEmbeddingRow, RemovedEmbeddingRow
    other = select(row.sighting_id).where(row.changed_in >= since, row.model_id != model_number)
    found = session.scalars(other.union_all(select(removed.sighting_id).where(removed.removed_in >= since)))
    return to_columns(list(found))


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """Rows of the days of a scope that changed since: all `ids` (k, 2), and those `inside` the scope with their distances."""

    ids: Ids
    inside: Sequence[tuple[UUID, float]]


def changed_within(
    session: Session, since: int, model_number: int, probes: Vectors, scope: Scope, cameras: Sequence[CameraId] | None
) -> Changed | None:
    """What changed in the scope's days by the transaction `since` or a later one; None where it is more than MOST_CHANGES."""
    row, removed = SightingEmbeddingRow, RemovedEmbeddingRow
    first, last, *others = within(row, scope, cameras)
    inside = and_(row.model_id == model_number, *others)
    changed = (
        select(row.sighting_id, inside.label("inside"), case((inside, distance_to_nearest(probes)), else_=null()).label("d"))
        .where(row.changed_in >= since, first, last)
        .order_by(row.changed_in)  # with the limit: PostgreSQL takes the index, whatever it believes about the rows
        .limit(MOST_CHANGES)
    )
    gone = select(removed.sighting_id, false(), null()).where(removed.removed_in >= since).limit(MOST_CHANGES)
    found = session.execute(changed.subquery().select().union_all(gone)).all()
    if len(found) >= MOST_CHANGES:
        return None
    return Changed(to_columns([id for id, _, _ in found]), [(id, float(d)) for id, here, d in found if here])


def distances_of(session: Session, ids: Sequence[UUID], probes: Vectors, scope: Scope) -> dict[UUID, float]:
    """The distances of stored rows of the scope's days to the nearest probe, as PostgreSQL computes them."""
    row = SightingEmbeddingRow
    wanted = select(row.sighting_id, distance_to_nearest(probes)).where(
        *within(row, scope, None)[:2], among(row.sighting_id, ids)
    )
    return {id: float(d) for id, d in session.execute(wanted)}


def allowed(session: Session, ids: Sequence[UUID], conditions: Sequence[AttributeCondition], scope: Scope) -> set[UUID]:
    """Those of the sightings against which no required condition speaks."""
    wanted = select(SightingRow.id).where(
        *within(SightingRow, scope, None)[:2], among(SightingRow.id, ids), *allowed_by(conditions)
    )
    return set(session.scalars(wanted))


def n_embedded_otherwise(session: Session, models: Collection[int], scope: Scope, cameras: Sequence[CameraId] | None) -> int:
    """How many sightings of the scope were embedded by one of these models."""
    row = SightingEmbeddingRow
    wanted = select(func.count()).select_from(row).where(row.model_id.in_(models), *within(row, scope, cameras))
    return session.scalars(wanted).one()


def n_without_embedding(session: Session, scope: Scope, cameras: Sequence[CameraId] | None) -> int:
    """How many sightings of the scope have none: it was removed, or never made; either is written down as a removal."""
    row, sighting, removed = SightingEmbeddingRow, SightingRow, RemovedEmbeddingRow
    days = within(row, scope, None)[:2]
    noted = select(removed.started_on, removed.sighting_id).distinct().subquery()
    embedded = select(row.sighting_id).where(row.started_on == sighting.started_on, row.sighting_id == sighting.id, *days)
    same = (sighting.started_on == noted.c.started_on) & (sighting.id == noted.c.sighting_id)
    wanted = select(func.count()).select_from(noted).join(sighting, same)
    return session.scalars(wanted.where(*within(sighting, scope, cameras), ~embedded.exists())).one()


def to_us(at: datetime) -> int:
    """Microseconds since 2000, as PostgreSQL counts."""
    return (at - EPOCH) // timedelta(microseconds=1)
