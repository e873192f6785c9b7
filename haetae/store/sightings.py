"""Sightings: written once per tracklet however often the message comes, read by id or by scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row, Select, Uuid, any_, bindparam, func, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from haetae.domain.attributes import AttributeCondition
from haetae.domain.embedding import Embedding, ModelVersion, normalised
from haetae.domain.geometry import ImageSize
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Scope
from haetae.domain.sighting import Sighting
from haetae.domain.timing import to_us
from haetae.errors import Refused
from haetae.ranking.evidence import UNMEASURED, Reliability
from haetae.store import cursor as cursors
from haetae.store.documents import (
    attributes_from_json,
    attributes_to_json,
    best_shots_from_json,
    best_shots_to_json,
    pack_path,
    unpack_path,
)
from haetae.store.failures import within_budget
from haetae.store.gallery import Gallery, embedding_of
from haetae.store.partitions import PARTITIONED, ensure_days
from haetae.store.scopes import allowed_by, cameras_in, weighed, within
from haetae.store.tables import EmbeddingModelRow, SightingDayRow, SightingEmbeddingRow, SightingRow

_GIVEN = [column for column in SightingRow.__table__.columns if column.server_default is None]
_FIXED = {"started_on", "id", "camera_id", "started_at"}  # by a sighting's first message

# Made once: building a statement costs more than running it.
_NEW = insert(SightingRow).values({column.name: bindparam(column.name) for column in _GIVEN})
_STORE = _NEW.on_conflict_do_update(
    index_elements=["started_on", "id"],
    set_={column.name: _NEW.excluded[column.name] for column in SightingRow.__table__.columns if column.name not in _FIXED},
    where=SightingRow.revision < _NEW.excluded.revision,
).returning(SightingRow.started_on, SightingRow.id, SightingRow.camera_id, SightingRow.started_at, SightingRow.ended_at)
_STORE_BOTH = embedding_of(_STORE.cte("stored"))  # one trip; nothing where the sighting was not written
_MISSING = [
    func.to_regclass(func.concat(f"{table}_", func.to_char(SightingDayRow.started_on, "YYYYMMDD"))).is_(None)
    for table in PARTITIONED
]
# Where the id is known its row is written as it is: that locks it, and gives the day of its first message.
_TAKE_DAY = (
    insert(SightingDayRow)
    .on_conflict_do_update(index_elements=["id"], set_={"started_on": SightingDayRow.started_on})
    .returning(SightingDayRow.started_on, or_(*_MISSING).label("missing"))
)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a sighting fits conditions: the sum of their log odds; of equal ones the better seen, then the newer is first."""

    id: TrackletId
    log_odds: float
    quality: float
    started_at: datetime

    @property
    def order(self) -> tuple[float, float, int, UUID]:
        """Small for the first."""
        return -self.log_odds, -self.quality, -to_us(self.started_at), self.id


class Sightings(Gallery):
    """The sightings as one transaction sees them."""

    def __init__(self, session: Session, definitions: Engine, scan_workers: int) -> None:
        super().__init__(session, scan_workers)
        self._definitions = definitions

    def upsert(self, sighting: Sighting) -> bool:
        """Stores the sighting where it is new or a newer revision; False where an equal or newer revision is stored.

        A sighting stays under the day, time and camera of its first message: a later one whose `started_at` differs, even
        across midnight, changes the same row. Without an embedding the stored one stays.
        """
        day = self._day_of(sighting.id, sighting.started_at.astimezone(UTC).date())
        columns = {**_columns(sighting), "started_on": day}
        if sighting.embedding is not None:
            with_it = {**columns, **self._embedding_columns(sighting.id, sighting.embedding)}
            return self._session.connection().execute(_STORE_BOTH, with_it).one_or_none() is not None
        if self._session.connection().execute(_STORE, columns).one_or_none() is None:
            return False
        self._prolong(day, sighting.id, sighting.ended_at)
        return True

    def get(self, id: TrackletId, *, with_embedding: bool = False) -> Sighting:
        """Raises Refused (404, "unknown-sighting")."""
        found = self.many([id], with_embeddings=with_embedding)
        if not found:
            raise Refused("There is no such sighting.", status=404, kind="unknown-sighting", sighting_id=id)
        return found[0]

    def many(self, ids: Sequence[TrackletId], *, with_embeddings: bool = False) -> list[Sighting]:
        """The sightings in the order of `ids`; those that are not stored are left out."""
        if not ids:
            return []
        rows = self._session.connection().execute(_looked_up(with_embeddings=with_embeddings), {"ids": list(ids)})
        found = {row.id: _sighting(row, _embedding(row) if with_embeddings else None) for row in rows}
        return [found[id] for id in ids if id in found]

    def page(
        self, scope: Scope, conditions: Sequence[AttributeCondition] = (), *, limit: int, after: str | None = None
    ) -> tuple[list[Sighting], str | None]:
        """At most `limit` sightings of the scope, newest first, and the cursor of the next page (None: that was all).

        Required conditions exclude what speaks against them. Raises Refused (422 for the cursor, 503 where it takes too long).
        """
        with within_budget():
            cameras = cameras_in(self._session, scope)
            if cameras == [] or limit < 1:
                return [], None
            row = SightingRow
            wanted = select(row).where(*within(row, scope, cameras), *allowed_by(conditions))
            if after is not None:
                wanted = wanted.where(tuple_(row.started_at, row.id) < tuple_(*cursors.decode(after)))
            rows = self._session.scalars(wanted.order_by(row.started_at.desc(), row.id.desc()).limit(limit + 1)).all()
            last = rows[limit - 1] if len(rows) > limit else None
            return [_sighting(r) for r in rows[:limit]], cursors.encode(last.started_at, last.id) if last else None

    def fitting(
        self,
        scope: Scope,
        conditions: Sequence[AttributeCondition],
        *,
        limit: int,
        reliability: Reliability = UNMEASURED,
    ) -> list[tuple[TrackletId, float]]:
        """The `limit` sightings that fit the conditions best, with the sum of their log odds, best first.

        `reliability` is that of the network that read the attributes. Of equal ones the better seen, then the newer comes first.
        Raises Refused (503) where it takes too long.
        """
        return [(fit.id, fit.log_odds) for fit in self.fits(scope, conditions, limit=limit, reliability=reliability)]

    def fits(
        self,
        scope: Scope,
        conditions: Sequence[AttributeCondition],
        *,
        limit: int,
        reliability: Reliability = UNMEASURED,
    ) -> list[Fit]:
        """As `fitting`, with all that they are ordered by: what two scopes give can be put together in order."""
        with within_budget():
            cameras = cameras_in(self._session, scope)
            if cameras == [] or limit < 1:
                return []
            row = SightingRow
            worth = weighed(conditions, reliability)
            odds = worth.log_odds.label("log_odds")
            wanted = select(row.id, odds, row.quality, row.started_at).select_from(row)
            for reading in worth.readings:
                wanted = wanted.outerjoin(reading, true())
            wanted = wanted.where(*within(row, scope, cameras), *allowed_by(conditions))
            order = (odds.desc(), row.quality.desc(), row.started_at.desc(), row.id)
            found = self._session.execute(wanted.order_by(*order).limit(limit))
            return [Fit(TrackletId(id), float(total), float(quality), at) for id, total, quality, at in found]

    def count(self, scope: Scope, conditions: Sequence[AttributeCondition] = ()) -> int:
        """How many sightings the scope holds. Raises Refused (503) where counting takes too long."""
        with within_budget():
            cameras = cameras_in(self._session, scope)
            if cameras == []:
                return 0
            wanted = select(func.count()).select_from(SightingRow)
            return self._session.scalars(wanted.where(*within(SightingRow, scope, cameras), *allowed_by(conditions))).one()

    def embedded_with_other_than(self, model: ModelVersion, limit: int) -> list[Sighting]:
        """At most `limit` sightings whose embedding is of another model or version, newest first, with that embedding."""
        others = select(EmbeddingModelRow.id).where(
            (EmbeddingModelRow.name != model.name) | (EmbeddingModelRow.version != model.version)
        )
        numbers = self._session.scalars(others).all()
        if not numbers:
            return []
        row = SightingEmbeddingRow
        wanted = select(row.sighting_id).where(row.model_id.in_(numbers)).order_by(row.started_at.desc(), row.sighting_id)
        ids = [TrackletId(id) for id in self._session.scalars(wanted.limit(limit))]
        return self.many(ids, with_embeddings=True)

    def _day_of(self, id: UUID, day: date) -> date:
        """The day that the sighting is stored under, its row locked until the transaction ends, its partition there."""
        first, missing = self._session.connection().execute(_TAKE_DAY, {"id": id, "started_on": day}).one()
        if missing:
            ensure_days(self._definitions, [first])
        return first


@cache
def _looked_up(*, with_embeddings: bool) -> Select[Any]:
    """The sightings of `ids`, each looked up in the one partition that can hold it."""
    day, row, embedding, model = SightingDayRow, SightingRow, SightingEmbeddingRow, EmbeddingModelRow
    # OFFSET 0 keeps PostgreSQL from reading whole partitions to join them
    its = select(row.__table__).where(row.started_on == day.started_on, row.id == day.id).offset(0).lateral()
    looks = select(embedding.vector, embedding.model_id)
    looks_of = looks.where(embedding.started_on == day.started_on, embedding.sighting_id == day.id).offset(0).lateral()
    wanted = select(its).select_from(day).join(its, true())
    if with_embeddings:
        wanted = select(its, looks_of.c.vector, model.name.label("model_name"), model.version.label("model_version"))
        joined = wanted.select_from(day).join(its, true()).outerjoin(looks_of, true())
        wanted = joined.outerjoin(model, model.id == looks_of.c.model_id)
    return wanted.where(day.id == any_(bindparam("ids", type_=ARRAY(Uuid()))))


def _embedding(row: Row[Any]) -> Embedding | None:
    if row.vector is None:
        return None
    return Embedding(normalised(row.vector[None, :])[0], ModelVersion(row.model_name, row.model_version))


def _columns(sighting: Sighting) -> dict[str, Any]:
    return {
        "id": sighting.id,
        "camera_id": sighting.camera_id,
        "started_at": sighting.started_at,
        "ended_at": sighting.ended_at,
        "n_detections": sighting.n_detections,
        "closed": sighting.closed,
        "revision": sighting.revision,
        "frame_width": sighting.frame_size.width,
        "frame_height": sighting.frame_size.height,
        "quality": sighting.quality,
        "attribute_model": sighting.attribute_model,
        "attributes": attributes_to_json(sighting.attributes),
        "best_shots": best_shots_to_json(sighting.best_shots),
        "path": pack_path(sighting.path),
    }


def _sighting(row: SightingRow | Row[Any], embedding: Embedding | None = None) -> Sighting:
    return Sighting(
        id=TrackletId(row.id),
        camera_id=CameraId(row.camera_id),
        started_at=row.started_at,
        ended_at=row.ended_at,
        n_detections=row.n_detections,
        best_shots=best_shots_from_json(row.best_shots),
        path=unpack_path(row.path),
        frame_size=ImageSize(width=row.frame_width, height=row.frame_height),
        closed=row.closed,
        revision=row.revision,
        attributes=attributes_from_json(row.attributes),
        attribute_model=row.attribute_model,
        embedding=embedding,
    )
