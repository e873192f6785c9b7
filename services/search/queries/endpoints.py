"""/v1/queries: ask, and fetch what was asked before."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from haetae.errors import Refused
from haetae.store.queries import QueryRecord
from services.search.access import OPERATORS, READERS, Asking, asking
from services.search.desk import Desk
from services.search.queries.inquiry import inquire
from services.search.queries.schemas import QueryIn, QueryOut, QueryPage, QuerySummary
from services.search.queries.submission import JSON, MULTIPART, Submission, parsed, received

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/QueryIn"}},
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "photo": {
                            "type": "array",
                            "maxItems": 5,
                            "items": {"type": "string", "format": "binary"},
                            "description": "The person, a part each photo: JPEG, PNG or WebP, up to 10 MiB and 25 megapixels.",
                        },
                        "query": {"$ref": "#/components/schemas/QueryIn"},
                    },
                },
                "encoding": {"query": {"contentType": JSON}},
            },
        },
    }
}


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoints."""
    router = APIRouter(prefix="/v1/queries", tags=["queries"])
    operator = asking(*OPERATORS)
    reader = asking(*READERS)

    def within_limit(caller: Asking = Depends(operator)) -> Asking:
        wait_s = desk.buckets.take(caller.name)
        if wait_s:
            raise Refused(
                f"Too many queries; try again in {wait_s} s.", status=429, kind="too-many-queries", retry_after_s=wait_s
            )
        return caller

    @router.post("", status_code=201, summary="Find a person", openapi_extra=_BODY)
    def ask(response: Response, caller: Asking = Depends(within_limit), submission: Submission = Depends(received)) -> QueryOut:
        """Looks for the person in the photos, with the attributes, or both, among all sightings of the window and cameras.

        The answer is kept and can be fetched again under `Location`. Candidates are hints: a human decides.
        """
        query, photos = parsed(submission)
        answer = inquire(desk, caller, query, photos)
        response.headers["Location"] = f"/v1/queries/{answer.id}"
        return answer

    @router.get("", summary="List queries")
    def page(
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(max_length=200)] = None,
        caller: Asking = Depends(reader),
    ) -> QueryPage:
        """The queries asked before, newest first, without their answers."""
        with desk.store.begin() as transaction:
            records, following = transaction.queries.page(limit=limit, after=cursor)
        return QueryPage(items=[_summary(record) for record in records], next_cursor=following)

    @router.get("/{id}", summary="Fetch a query with its answer")
    def get(id: UUID, caller: Asking = Depends(reader)) -> QueryOut:
        """The query as it was answered then. Fetching it is recorded in the audit."""
        with desk.store.begin() as transaction:
            record = transaction.queries.get(id)
            transaction.audit.record(caller.name, "query_viewed", f"query/{id}", {}, desk.clock.now(), origin=caller.origin)
        return QueryOut.model_validate({**record.answer, "asked": record.request})

    return router


def _summary(record: QueryRecord) -> QuerySummary:
    return QuerySummary.model_validate(
        {
            "id": record.id,
            "caller": record.caller,
            "asked_at": record.asked_at,
            "asked": record.request,
            "n_people": len(record.answer["people"]),
        }
    )


REQUEST_MODEL = QueryIn
"""The schema that the request body refers to; the document must hold it although no parameter has its type."""
