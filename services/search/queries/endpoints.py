"""/v1/queries: ask, follow, cancel, repeat, and fetch what was asked before."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from haetae.store.queries import QueryState
from services.search.access import READERS, Asking, asking
from services.search.desk import Desk
from services.search.queries.asking import add_asking
from services.search.queries.paging import CandidatePage, Page, PeoplePage, Sort, candidates_page, people_page
from services.search.queries.progress import QueryStateOut
from services.search.queries.schemas import MOST_CANDIDATES, MOST_TARGETS, QueryIn, QueryOut, QueryPage
from services.search.queries.stored import followed, summary, viewed
from services.search.queries.streaming import EXAMPLE, TOLD, Following

PageSize = Annotated[int, Query(ge=1, le=MOST_CANDIDATES, description="At most so many people; without it, all of them.")]
Cursor = Annotated[str | None, Query(max_length=200)]
Target = Annotated[int, Query(ge=0, lt=MOST_TARGETS, description="Of a query with several targets: which, from 0.")]


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoints."""
    router = APIRouter(prefix="/v1/queries", tags=["queries"])
    add_asking(router, desk)
    _add_reading(router, desk)
    _add_following(router, desk)
    return router


def _add_reading(router: APIRouter, desk: Desk) -> None:
    reader = asking(*READERS)

    @router.get("", summary="List queries")
    def page(
        state: Annotated[QueryState | None, Query(description="Only those.")] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Cursor = None,
        caller: Asking = Depends(reader),
    ) -> QueryPage:
        """The queries asked before, newest first, without their answers; those that run, failed or were cancelled too."""
        with desk.store.begin() as transaction:
            records, following = transaction.queries.page(limit=limit, after=cursor, state=state)
        return QueryPage(items=[summary(record) for record in records], next_cursor=following)

    @router.get("/{id}", summary="Fetch a query with its answer")
    def get(id: UUID, page_size: PageSize | None = None, caller: Asking = Depends(reader)) -> QueryOut:
        """The query as it was answered then; 409 where it is not answered (query-running) or never will be (query-cancelled,
        query-failed). Fetching it is recorded in the audit."""
        return viewed(desk, id, caller, page_size)

    @router.get("/{id}/people", summary="Page through the people of an answer")
    def people(
        id: UUID,
        target: Target = 0,
        sort: Sort = Sort.ORDER,
        limit: Annotated[int, Query(ge=1, le=200)] = 20,
        cursor: Cursor = None,
        caller: Asking = Depends(reader),
    ) -> PeoplePage:
        """The people of a stored answer, which never changes: pages have neither doubles nor holes."""
        return people_page(viewed(desk, id, caller), Page(target, sort, limit, cursor))

    @router.get("/{id}/candidates", summary="Page through the candidates of an answer")
    def candidates(
        id: UUID,
        target: Target = 0,
        sort: Sort = Sort.ORDER,
        limit: Annotated[int, Query(ge=1, le=1000)] = 50,
        cursor: Cursor = None,
        caller: Asking = Depends(reader),
    ) -> CandidatePage:
        """The candidates of a stored answer over all its people."""
        return candidates_page(viewed(desk, id, caller), Page(target, sort, limit, cursor))


def _add_following(router: APIRouter, desk: Desk) -> None:
    reader = asking(*READERS)

    @router.get("/{id}/state", summary="Fetch how far a query is")
    def state(id: UUID, caller: Asking = Depends(reader)) -> QueryStateOut:
        """Whether it runs and how far it is, is answered, was cancelled or failed, and why."""
        with desk.store.begin() as transaction:
            return QueryStateOut.of(transaction.queries.get(id))

    @router.get(
        "/{id}/events",
        summary="Follow a query",
        response_class=Response,
        responses={200: {"description": TOLD, "content": EXAMPLE}},
    )
    def events(id: UUID, request: Request, caller: Asking = Depends(reader)) -> Response:
        """The events of a query that anybody asked anywhere, until it ends. Going away changes nothing."""
        with desk.store.begin() as transaction:
            transaction.queries.get(id)
        return Following(request, followed(desk, id, caller), desk.section)


REQUEST_MODEL = QueryIn
"""The schema that the request body refers to; the document must hold it although no parameter has its type."""
