"""What is stored of a query, as it is shown."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from haetae.errors import Refused
from haetae.store.queries import QueryRecord, QueryState
from services.search.access import Asking
from services.search.desk import Desk
from services.search.queries.paging import first_page
from services.search.queries.progress import QueryStateOut
from services.search.queries.schemas import QueryOut, QuerySummary
from services.search.queries.streaming import Followed


def shown(record: QueryRecord) -> QueryOut:
    """The query with its answer: nobody, where it is not answered. Queries of earlier versions can be shown as well."""
    answer: dict[str, Any] = {"n_people": len(record.answer["people"]), **record.answer}
    return QueryOut.model_validate({**answer, "asked": record.request})


def answered(record: QueryRecord) -> QueryOut:
    """The query with its answer. Raises Refused (409: query-running, and what it was cancelled or failed for)."""
    if record.state is QueryState.ANSWERED:
        return shown(record)
    problem = QueryStateOut.of(record).problem
    if problem is None:
        raise Refused("The query is still being answered.", status=409, kind="query-running", query_id=record.id)
    if record.state is QueryState.CANCELLED:
        raise Refused(problem.detail, status=409, kind="query-cancelled", query_id=record.id)
    raise Refused(f"The query failed: {problem.detail}", status=409, kind="query-failed", query_id=record.id)


def summary(record: QueryRecord) -> QuerySummary:
    """The query without its answer."""
    found = [record.answer, *record.answer.get("targets", [])]
    return QuerySummary.model_validate(
        {
            "id": record.id,
            "caller": record.caller,
            "asked_at": record.asked_at,
            "state": record.state,
            "asked": record.request,
            "n_people": sum(len(one["people"]) for one in found),
        }
    )


def viewed(desk: Desk, id: UUID, caller: Asking, page_size: int | None = None) -> QueryOut:
    """The query with its answer, and a record that it was seen. Raises Refused (404, 409), Transient."""
    with desk.store.begin() as transaction:
        record = transaction.queries.get(id)
        if record.state is QueryState.ANSWERED:
            transaction.audit.record(caller.name, "query_viewed", f"query/{id}", {}, desk.clock.now(), origin=caller.origin)
    return first_page(answered(record), page_size)


def followed(desk: Desk, id: UUID, caller: Asking, page_size: int | None = None) -> Followed:
    """The query as the database tells of it, for `caller`."""

    def look() -> QueryRecord:
        with desk.store.begin() as transaction:
            return transaction.queries.get(id)

    return Followed(id, look, partial(viewed, desk, id, caller, page_size))
