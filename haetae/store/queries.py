"""What was asked and what was answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from haetae.domain.embedding import Embedding, ModelVersion
from haetae.errors import Refused
from haetae.store import cursor as cursors
from haetae.store.tables import QueryProbeRow, QueryRow


@dataclass(frozen=True, slots=True)
class QueryRecord:
    """A query with its answer, as JSON documents of whoever stored them."""

    id: UUID
    caller: str
    asked_at: datetime
    request: dict[str, Any]
    answer: dict[str, Any]


class Queries:
    """The queries as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

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
        """Stores a query, or its newer answer. The probes' embeddings are sensitive: they stand apart from the documents."""
        row = {"id": id, "caller": caller, "asked_at": asked_at, "request": dict(request), "answer": dict(answer)}
        new = insert(QueryRow).values(**row)
        changed = {"request": new.excluded.request, "answer": new.excluded.answer}
        self._session.execute(new.on_conflict_do_update(index_elements=["id"], set_=changed))
        self._session.execute(delete(QueryProbeRow).where(QueryProbeRow.query_id == id))
        if probes:
            self._session.execute(insert(QueryProbeRow).values([_probe_columns(id, n, p) for n, p in enumerate(probes)]))

    def get(self, id: UUID) -> QueryRecord:
        """Raises Refused (404, "unknown-query")."""
        row = self._session.scalars(select(QueryRow).where(QueryRow.id == id)).one_or_none()
        if row is None:
            raise Refused("There is no such query.", status=404, kind="unknown-query", query_id=id)
        return _record(row)

    def probes(self, id: UUID) -> list[Embedding]:
        """The embeddings that the query was asked with, in order."""
        wanted = select(QueryProbeRow).where(QueryProbeRow.query_id == id).order_by(QueryProbeRow.n)
        return [Embedding(row.vector, ModelVersion(row.model_name, row.model_version)) for row in self._session.scalars(wanted)]

    def page(self, *, limit: int, after: str | None = None, caller: str | None = None) -> tuple[list[QueryRecord], str | None]:
        """At most `limit` queries, newest first, and the cursor of the next page. Raises Refused (422) for the cursor."""
        wanted = select(QueryRow).order_by(QueryRow.asked_at.desc(), QueryRow.id.desc()).limit(limit + 1)
        if caller is not None:
            wanted = wanted.where(QueryRow.caller == caller)
        if after is not None:
            wanted = wanted.where(tuple_(QueryRow.asked_at, QueryRow.id) < tuple_(*cursors.decode(after)))
        rows = self._session.scalars(wanted).all()
        last = rows[limit - 1] if len(rows) > limit else None
        return [_record(row) for row in rows[:limit]], cursors.encode(last.asked_at, last.id) if last else None


def _probe_columns(id: UUID, n: int, probe: Embedding) -> dict[str, Any]:
    model = {"model_name": probe.model.name, "model_version": probe.model.version}
    return {"query_id": id, "n": n, **model, "vector": probe.vector}


def _record(row: QueryRow) -> QueryRecord:
    return QueryRecord(row.id, row.caller, row.asked_at, row.request, row.answer)
