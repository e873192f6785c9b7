"""The searchable side of sightings: their embeddings, scanned exactly within a scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import CTE, Double, Select, Uuid, any_, bindparam, cast, delete, func, literal, select, text, true, update
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.dml import ReturningInsert
from sqlalchemy.sql.elements import ColumnElement

from haetae.domain.attributes import AttributeCondition
from haetae.domain.embedding import Embedding, ModelVersion, Vectors, normalised
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Scope
from haetae.domain.stays import Stays
from haetae.errors import HaetaeError, Poison, Transient
from haetae.store.failures import within_budget
from haetae.store.scopes import allowed_by, cameras_in, within
from haetae.store.tables import EmbeddingModelRow, SightingDayRow, SightingEmbeddingRow, SightingRow
from haetae.store.vectors import HalfVector


def _in_place_of_another(new: Insert) -> Insert:
    changed = {name: new.excluded[name] for name in ("ended_at", "model_id", "vector")}
    return new.on_conflict_do_update(index_elements=["started_on", "sighting_id"], set_=changed)


def embedding_of(sighting: CTE) -> ReturningInsert[tuple[UUID]]:
    """Stores the embedding of a sighting's row, with parameters `model_id` and `vector`; gives its id where there is a row."""
    row, columns = SightingEmbeddingRow, sighting.c
    facts = (columns.started_on, columns.id, columns.camera_id, columns.started_at, columns.ended_at)
    names = ["started_on", "sighting_id", "camera_id", "started_at", "ended_at", "model_id", "vector"]
    made = (bindparam("model_id", type_=row.model_id.type), bindparam("vector", type_=HalfVector()))
    return _in_place_of_another(insert(row).from_select(names, select(*facts, *made))).returning(row.sighting_id)


# Made once: building a statement costs more than running it.
_STORE_EMBEDDING = _in_place_of_another(insert(SightingEmbeddingRow))
_PROLONG = (
    update(SightingEmbeddingRow)
    .where(SightingEmbeddingRow.started_on == bindparam("of_day"), SightingEmbeddingRow.sighting_id == bindparam("of_id"))
    .values(ended_at=bindparam("until"))
)
_NOTE_MISSING = text(
    "INSERT INTO removed_embeddings (removed_in, sighting_id, started_on) "
    "VALUES (pg_current_xact_id()::text::bigint, :of_id, :of_day) ON CONFLICT DO NOTHING"
)
_ADD_MODEL = insert(EmbeddingModelRow).on_conflict_do_nothing(constraint="embedding_models_once")
_FIND_MODEL = select(EmbeddingModelRow.id, EmbeddingModelRow.dimension).where(
    EmbeddingModelRow.name == bindparam("name"), EmbeddingModelRow.version == bindparam("version")
)


class DimensionsDiffer(HaetaeError):
    """Vectors of one model version came with two dimensions."""


class Gallery:
    """The embeddings as one transaction sees them. One embedding a sighting: that of the model that embedded it last."""

    def __init__(self, session: Session, scan_workers: int) -> None:
        self._session = session
        self._scan_workers = scan_workers
        self._models: dict[ModelVersion, tuple[int, int]] = {}  # number and dimension, as this transaction sees it

    def nearest(
        self,
        probes: Vectors,
        model: ModelVersion,
        scope: Scope,
        *,
        limit: int,
        conditions: Sequence[AttributeCondition] = (),
    ) -> list[tuple[TrackletId, float]]:
        """The `limit` sightings nearest to any of `probes` (k, d), with their cosine distances 0-2, nearest first.

        Exact: every embedding of `model` in the scope is compared, in half precision (distances are off by less than 1e-3).
        Required conditions exclude what speaks against them. Raises Refused (503) where it takes too long.
        """
        with within_budget():
            number = self._number_of(model, probes.shape[1])
            cameras = cameras_in(self._session, scope)
            if number is None or cameras == [] or limit < 1:
                return []
            distance = distance_to_nearest(probes).label("distance")
            row = SightingEmbeddingRow
            wanted = select(row.sighting_id, distance).where(row.model_id == number, *within(row, scope, cameras))
            required = allowed_by(conditions)
            if required:
                same = (SightingRow.started_on == row.started_on) & (SightingRow.id == row.sighting_id)
                wanted = wanted.join(SightingRow, same).where(*within(SightingRow, scope, None)[:2], *required)
            self._allow_parallel_scan()
            found = self._session.execute(wanted.order_by(distance, row.sighting_id).limit(limit))
            return [(TrackletId(id), min(max(float(d), 0.0), 2.0)) for id, d in found]

    def vectors(self, ids: Sequence[TrackletId], model: ModelVersion) -> Vectors:
        """(n, d) float32 unit rows in the order of `ids`. Raises Transient where one has no embedding of `model` any more."""
        found = self._embeddings(ids, model)
        missing = [id for id in ids if id not in found]
        if missing:
            raise Transient("Embeddings changed while they were read.", n=len(missing), first=missing[0], model=model)
        if not ids:
            return np.empty((0, 0), dtype=np.float32)
        return np.stack([found[id].vector for id in ids])

    def stays(self, ids: Sequence[TrackletId]) -> Stays:
        """When and by which camera each was seen, in the order of `ids`: little work where sightings are much.

        Raises Transient where one has no embedding any more.
        """
        row = SightingEmbeddingRow
        found = self._session.connection().execute(_placed([row.sighting_id, row.camera_id, row.started_at, row.ended_at], ids))
        stays = {id: (CameraId(camera), since, until) for id, camera, since, until in found}
        if missing := [id for id in ids if id not in stays]:
            raise Transient("Sightings changed while they were read.", n=len(missing), first=missing[0])
        return Stays.of(stays[id] for id in ids)

    def put_embedding(self, id: TrackletId, started_at: datetime, embedding: Embedding) -> bool:
        """Replaces a stored sighting's embedding; False where there is no such sighting. `started_at` is the sighting's."""
        day = self._session.scalars(select(SightingDayRow.started_on).where(SightingDayRow.id == id)).one_or_none()
        if day is None:
            return False
        sighting = select(SightingRow.camera_id, SightingRow.started_at, SightingRow.ended_at)
        found = self._session.execute(
            sighting.where(SightingRow.started_on == day, SightingRow.id == id).with_for_update()
        ).one_or_none()
        if found is None:
            return False
        self._put({"started_on": day, "sighting_id": id, **found._mapping}, embedding)
        return True

    def drop_embedding(self, id: TrackletId) -> None:
        """Forgets a sighting's embedding: its crops are gone and the model that made it is no longer used."""
        day = select(SightingDayRow.started_on).where(SightingDayRow.id == id).scalar_subquery()
        row = SightingEmbeddingRow
        self._session.execute(delete(row).where(row.started_on == day, row.sighting_id == id))

    def _embeddings(self, ids: Sequence[TrackletId], model: ModelVersion) -> dict[UUID, Embedding]:
        row, known = SightingEmbeddingRow, EmbeddingModelRow
        of_model = select(known.id).where(known.name == model.name, known.version == model.version).scalar_subquery()
        found = self._session.connection().execute(_placed([row.sighting_id, row.vector], ids, row.model_id == of_model)).all()
        if not found:
            return {}
        vectors = normalised(np.stack([vector for _, vector in found]))
        return {id: Embedding(vector, model) for (id, _), vector in zip(found, vectors, strict=True)}

    def _put(self, key: Mapping[str, Any], embedding: Embedding) -> None:
        """`key`: started_on, sighting_id, camera_id, started_at, ended_at."""
        self._session.connection().execute(_STORE_EMBEDDING, {**key, **self._embedding_columns(key["sighting_id"], embedding)})

    def _embedding_columns(self, id: UUID, embedding: Embedding) -> dict[str, Any]:
        """What a row has besides its sighting's. Raises Poison, DimensionsDiffer."""
        if not np.all(np.isfinite(embedding.vector)):
            raise Poison("The embedding is not finite.", sighting_id=id, model=embedding.model)
        return {"model_id": self._number_of(embedding.model, embedding.vector.shape[0], make=True), "vector": embedding.vector}

    def _prolong(self, day: date, id: UUID, until: datetime) -> None:
        """The sighting lasted longer; its embedding stays. That it has none is written down like a removal: who counts
        sightings by their embeddings looks there for the others."""
        connection = self._session.connection()
        same = {"of_day": day, "of_id": id}
        if not connection.execute(_PROLONG, {**same, "until": until}).rowcount:
            connection.execute(_NOTE_MISSING, same)

    def _number_of(self, model: ModelVersion, dimension: int, *, make: bool = False) -> int | None:
        """The model's number; None where nothing was embedded with it. Raises DimensionsDiffer."""
        found = self._models.get(model) or self._look_up(model)
        if found is None and make:
            row = {"name": model.name, "version": model.version, "dimension": dimension}
            self._session.connection().execute(_ADD_MODEL, row)
            found = self._look_up(model)
        if found is None:
            return None
        number, stored = self._models[model] = found
        if stored != dimension:
            raise DimensionsDiffer("A model gives vectors of one dimension.", model=model, stored=stored, given=dimension)
        return number

    def _look_up(self, model: ModelVersion) -> tuple[int, int] | None:
        found = self._session.connection().execute(_FIND_MODEL, {"name": model.name, "version": model.version}).one_or_none()
        return None if found is None else (found[0], found[1])

    def _allow_parallel_scan(self) -> None:
        # PostgreSQL guesses that a distance costs as little as a comparison, and then finds parallel scans too dear
        for name, value in (
            ("max_parallel_workers_per_gather", str(self._scan_workers)),
            ("parallel_setup_cost", "100"),
            ("parallel_tuple_cost", "0.01"),
        ):
            self._session.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})


def _placed(columns: Sequence[InstrumentedAttribute[Any]], ids: Sequence[UUID], *conditions: ColumnElement[bool]) -> Select[Any]:
    """Columns of the embeddings of these sightings; each is looked up in the one partition that can hold it."""
    row, day = SightingEmbeddingRow, SightingDayRow
    same = (row.started_on == day.started_on) & (row.sighting_id == day.id)
    # OFFSET 0 keeps PostgreSQL from reading whole partitions to join them
    found = select(*columns).where(same, *conditions).offset(0).lateral()
    return select(found).select_from(day).join(found, true()).where(among(day.id, ids))


def among(column: InstrumentedAttribute[UUID], ids: Sequence[UUID]) -> ColumnElement[bool]:
    """Whether the column holds one of `ids`, as one array: a thousand of them are still one parameter."""
    return column == any_(literal(list(ids), ARRAY(Uuid())))


def distance_to_nearest(probes: Vectors) -> ColumnElement[float]:
    """The smallest cosine distance of a row's vector to any probe."""
    column = SightingEmbeddingRow.vector
    # halfvec_send is for reading a column; operators need the column itself
    distances: list[ColumnElement[float]] = [
        column.op("<=>", return_type=Double())(cast(bindparam(None, probe, type_=HalfVector()), HalfVector())) for probe in probes
    ]
    if len(distances) == 1:
        return distances[0]
    return func.least(*distances, type_=Double())
