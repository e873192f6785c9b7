"""Parameters of search that were tuned, and the queries that they are tuned on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import cast, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session

from haetae.store.tables import QueryRow, SearchTuningRow


@dataclass(frozen=True, slots=True)
class SearchTuning:
    """Parameters by name; `before` and `after` are figures, JSON documents of whoever tuned. Withdrawn ones do not count."""

    id: int
    tuned_at: datetime
    parameters: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    n_cases: int
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ConfirmingQuery:
    """A query in which an operator confirmed sightings: `request` as it is stored, `repeats` the one that it was asked again."""

    id: UUID
    asked_at: datetime
    repeats: UUID | None
    request: Mapping[str, Any]


class SearchTunings:
    """How search was tuned, as one transaction sees it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(
        self, parameters: Mapping[str, Any], figures: tuple[Mapping[str, Any], Mapping[str, Any]], n_cases: int, at: datetime
    ) -> int:
        """Keeps parameters that count from now on; `figures` are those before and after. Their number."""
        before, after = figures
        row = {"tuned_at": at, "parameters": dict(parameters), "before": dict(before), "after": dict(after), "n_cases": n_cases}
        return int(self._session.execute(insert(SearchTuningRow).values(**row).returning(SearchTuningRow.id)).scalar_one())

    def newest(self) -> SearchTuning | None:
        """What counts; None where search works as it is set up. Cheap: a look at an index."""
        wanted = select(SearchTuningRow).where(SearchTuningRow.withdrawn_at.is_(None))
        row = self._session.scalars(wanted.order_by(SearchTuningRow.id.desc()).limit(1)).one_or_none()
        return None if row is None else _tuning(row)

    def history(self, limit: int) -> list[SearchTuning]:
        """The newest `limit`, withdrawn or not, newest first."""
        return [
            _tuning(row)
            for row in self._session.scalars(select(SearchTuningRow).order_by(SearchTuningRow.id.desc()).limit(limit))
        ]

    def withdraw_newest(self, at: datetime) -> int | None:
        """Back to what counted before; the number of what counts no more, None where nothing did. It stays in the history."""
        row = SearchTuningRow
        newest = select(func.max(row.id)).where(row.withdrawn_at.is_(None)).scalar_subquery()
        return self._session.scalars(update(row).where(row.id == newest).values(withdrawn_at=at).returning(row.id)).one_or_none()

    def confirming(self, limit: int) -> list[ConfirmingQuery]:
        """The newest `limit` queries in which sightings were confirmed, of one or of several people, newest first."""
        wanted = select(QueryRow.id, QueryRow.asked_at, QueryRow.repeats, QueryRow.request)
        wanted = wanted.where(QueryRow.request.op("@?")(cast("$.**.confirmed[0]", JSONPATH)))
        rows = self._session.execute(wanted.order_by(QueryRow.asked_at.desc(), QueryRow.id.desc()).limit(limit))
        return [ConfirmingQuery(*row) for row in rows]


def _tuning(row: SearchTuningRow) -> SearchTuning:
    return SearchTuning(row.id, row.tuned_at, row.parameters, row.before, row.after, row.n_cases, row.withdrawn_at)
