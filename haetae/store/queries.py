"""What was asked, how far it is, and what was answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, bindparam, cast, delete, func, select, true, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from haetae.domain.embedding import Embedding, ModelVersion
from haetae.errors import Refused
from haetae.store import cursor as cursors
from haetae.store.tables import QueryProbeRow, QueryRow

UNSEEN_FOR = timedelta(seconds=60)
"""A query runs no more when whoever answers it has not been heard of for so long."""

_KEYS_HOLD_FOR = timedelta(days=1)
_ABANDONED = {"kind": "query-abandoned", "status": 503, "detail": "Whoever answered the query stopped. Ask it again."}


# Made once: building a statement costs more than running it.
_MINE = (QueryRow.id == bindparam("of")) & (QueryRow.state == "running")
_START = (
    insert(QueryRow)
    .values(seen_alive_at=func.now())
    .on_conflict_do_nothing(index_elements=["caller", "once_key"], index_where=QueryRow.once_key.is_not(None))
    .returning(QueryRow.id)
)
_TELL = update(QueryRow).where(_MINE).values(progress=bindparam("progress"), seen_alive_at=func.now())
_ANSWER = (
    update(QueryRow)
    .where(_MINE)
    .values(state="answered", answer=cast(bindparam("document", type_=Text()), JSONB), ended_at=bindparam("at"))
    .returning(QueryRow.id)
)
_ADD_PROBE = insert(QueryProbeRow)


class QueryState(StrEnum):
    """How far a query is. All but the first are final."""

    RUNNING = "running"
    ANSWERED = "answered"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class QueryRecord:
    """A query, as JSON documents of whoever stored them. `answer` counts where it is answered, `problem` where it never is."""

    id: UUID
    caller: str
    asked_at: datetime
    request: dict[str, Any]
    answer: dict[str, Any]
    state: QueryState = QueryState.ANSWERED
    progress: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None
    cancel_asked: bool = False
    once_digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class StoredProbe:
    """One probe: which of the query's targets it is for, which of the target's photos it is (None: a confirmed sighting), and
    how much it counts, 0-1 (None in rows of earlier versions)."""

    embedding: Embedding
    target: int = 0
    photo: int | None = None
    quality: float | None = None


@dataclass(frozen=True, slots=True)
class Once:
    """A request that is answered once however often it is sent: the caller's key for it, and the digest of what was sent."""

    key: str
    digest: bytes


class Queries:
    """The queries as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(
        self, record: QueryRecord, probes: Sequence[StoredProbe], *, once: Once | None = None, repeats: UUID | None = None
    ) -> bool:
        """Stores a query that runs from now on; False where the caller's key for it was used within a day.

        The probes' embeddings are sensitive: they stand apart from the documents.
        """
        row = QueryRow
        columns = {
            "id": record.id,
            "caller": record.caller,
            "asked_at": record.asked_at,
            "request": record.request,
            "answer": record.answer,
            "state": QueryState.RUNNING.value,
            "repeats": repeats,
            "once_key": None,
            "once_digest": None,
        }
        if once is not None:
            columns |= {"once_key": once.key, "once_digest": once.digest}
            old = (row.caller == record.caller) & (row.once_key == once.key) & (row.asked_at <= record.asked_at - _KEYS_HOLD_FOR)
            self._change(old, once_key=None)
        if self._session.connection().execute(_START, columns).first() is None:
            return False
        self._put_probes(record.id, probes)
        return True

    def tell(self, progress: Mapping[UUID, Mapping[str, Any]]) -> None:
        """How far queries are, from whoever answers them, and that somebody does."""
        if progress:
            self._session.connection().execute(_TELL, [{"of": id, "progress": dict(each)} for id, each in progress.items()])

    def to_stop(self, ids: Collection[UUID]) -> set[UUID]:
        """Those of the queries that should stop: somebody asked for that, or they ended already."""
        row = QueryRow
        goes_on = (row.state == QueryState.RUNNING.value) & row.cancel_asked_at.is_(None)
        going_on = self._session.scalars(select(row.id).where(row.id.in_(ids), goes_on))
        return set(ids) - set(going_on)

    def answered(self, id: UUID, answer: str, at: datetime) -> bool:
        """It has its answer, a JSON document; False where it has ended otherwise."""
        found = self._session.connection().execute(_ANSWER, {"of": id, "document": answer, "at": at})
        return found.first() is not None

    def ended(self, id: UUID, state: QueryState, problem: Mapping[str, Any], at: datetime) -> bool:
        """It will never have an answer, for this reason; False where it has ended already. Its key is free again."""
        return self._change(_runs(id), state=state.value, problem=dict(problem), ended_at=at, once_key=None)

    def ask_to_cancel(self, id: UUID, at: datetime) -> QueryRecord:
        """Whoever answers it is to stop, wherever that is; the query as it is now. Raises Refused (404)."""
        self._change(_runs(id) & QueryRow.cancel_asked_at.is_(None), cancel_asked_at=at)
        return self.get(id)

    def put(
        self,
        id: UUID,
        caller: str,
        request: Mapping[str, Any],
        answer: Mapping[str, Any],
        *,
        asked_at: datetime,
        probes: Sequence[Embedding] = (),
    ) -> None:
        """Stores a query that was answered elsewhere, or its newer answer."""
        row = {"id": id, "caller": caller, "asked_at": asked_at, "request": dict(request), "answer": dict(answer)}
        new = insert(QueryRow).values(**row)
        changed = {"request": new.excluded.request, "answer": new.excluded.answer}
        self._session.execute(new.on_conflict_do_update(index_elements=["id"], set_=changed))
        self._session.execute(delete(QueryProbeRow).where(QueryProbeRow.query_id == id))
        self._put_probes(id, [StoredProbe(embedding) for embedding in probes])

    def get(self, id: UUID) -> QueryRecord:
        """Raises Refused (404, "unknown-query")."""
        found = self._session.execute(select(QueryRow, func.now()).where(QueryRow.id == id)).one_or_none()
        if found is None:
            raise Refused("There is no such query.", status=404, kind="unknown-query", query_id=id)
        return _record(*found)

    def once(self, caller: str, key: str, now: datetime) -> QueryRecord | None:
        """The caller's query of the last day under this key, running or answered; None where there is none."""
        mine = (QueryRow.caller == caller) & (QueryRow.once_key == key)
        wanted = select(QueryRow, func.now()).where(mine, QueryRow.asked_at > now - _KEYS_HOLD_FOR)
        found = self._session.execute(wanted).one_or_none()
        if found is None:
            return None
        record = _record(*found)
        if record.state in (QueryState.RUNNING, QueryState.ANSWERED):
            return record
        self._change(QueryRow.id == record.id, once_key=None)
        return None

    def probes(self, id: UUID) -> list[Embedding]:
        """The embeddings that the query was asked with, in order."""
        return [probe.embedding for probe in self.stored_probes(id)]

    def stored_probes(self, id: UUID) -> list[StoredProbe]:
        """What the query was asked with, in order: target by target, in each the photos before the confirmed sightings."""
        wanted = select(QueryProbeRow).where(QueryProbeRow.query_id == id).order_by(QueryProbeRow.n)
        return [_probe(row) for row in self._session.scalars(wanted)]

    def page(
        self, *, limit: int, after: str | None = None, caller: str | None = None, state: QueryState | None = None
    ) -> tuple[list[QueryRecord], str | None]:
        """At most `limit` queries, newest first, and the cursor of the next page. Raises Refused (422) for the cursor."""
        wanted = select(QueryRow, func.now()).order_by(QueryRow.asked_at.desc(), QueryRow.id.desc()).limit(limit + 1)
        if caller is not None:
            wanted = wanted.where(QueryRow.caller == caller)
        if state is not None:
            wanted = wanted.where(_is(state))
        if after is not None:
            wanted = wanted.where(tuple_(QueryRow.asked_at, QueryRow.id) < tuple_(*cursors.decode(after)))
        records = [_record(*found) for found in self._session.execute(wanted)]
        last = records[limit - 1] if len(records) > limit else None
        return records[:limit], cursors.encode(last.asked_at, last.id) if last else None

    def instant(self) -> datetime:
        """Which state of the database this transaction sees, where it is consistent: all that was committed before then."""
        return self._session.scalars(select(func.now())).one()

    def _put_probes(self, id: UUID, probes: Sequence[StoredProbe]) -> None:
        if probes:
            rows = [_probe_columns(id, n, probe) for n, probe in enumerate(probes)]
            self._session.connection().execute(_ADD_PROBE, rows)

    def _change(self, which: ColumnElement[bool], **columns: object) -> bool:
        changed = update(QueryRow).where(which).values(**columns).returning(QueryRow.id)
        return self._session.execute(changed, execution_options=_UNSEEN).first() is not None


_UNSEEN = {"synchronize_session": False}


def _runs(id: UUID) -> ColumnElement[bool]:
    return (QueryRow.id == id) & (QueryRow.state == QueryState.RUNNING.value)


def _is(state: QueryState) -> ColumnElement[bool]:
    """As `_record` tells the state."""
    stored, unseen = QueryRow.state == state.value, QueryRow.seen_alive_at < func.now() - UNSEEN_FOR
    if state is QueryState.RUNNING:
        return stored & func.coalesce(~unseen, true())
    if state is QueryState.FAILED:
        return stored | ((QueryRow.state == QueryState.RUNNING.value) & unseen)
    return stored


def _probe_columns(id: UUID, n: int, probe: StoredProbe) -> dict[str, Any]:
    model = {"model_name": probe.embedding.model.name, "model_version": probe.embedding.model.version}
    origin = {"target": probe.target, "photo": probe.photo, "quality": probe.quality}
    return {"query_id": id, "n": n, **model, "vector": probe.embedding.vector, **origin}


def _probe(row: QueryProbeRow) -> StoredProbe:
    embedding = Embedding(row.vector, ModelVersion(row.model_name, row.model_version))
    return StoredProbe(embedding, row.target, row.photo, row.quality)


def _record(row: QueryRow, now: datetime) -> QueryRecord:
    state, problem = QueryState(row.state), row.problem
    if state is QueryState.RUNNING and row.seen_alive_at is not None and row.seen_alive_at < now - UNSEEN_FOR:
        state, problem = QueryState.FAILED, _ABANDONED
    return QueryRecord(
        id=row.id,
        caller=row.caller,
        asked_at=row.asked_at,
        request=row.request,
        answer=row.answer,
        state=state,
        progress=row.progress,
        problem=problem,
        cancel_asked=row.cancel_asked_at is not None,
        once_digest=row.once_digest,
    )
