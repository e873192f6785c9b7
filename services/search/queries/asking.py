"""Asking: POST /v1/queries, again under /v1/queries/{id}/repeat, and an end to it under /v1/queries/{id}/cancel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, TypeVar
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Body, Depends, Header, Request, Response
from fastapi.responses import JSONResponse
from starlette.background import BackgroundTask

from haetae.errors import HaetaeError, Refused
from haetae.store.queries import Once, QueryRecord, QueryState
from haetae.telemetry import logs
from services.search.access import OPERATORS, Asking, asking
from services.search.desk import Desk
from services.search.queries.asked import read
from services.search.queries.cancelling import Cancelled
from services.search.queries.inquiry import Inquiry, answer, begin, given_up
from services.search.queries.paging import first_page
from services.search.queries.progress import QueryStateOut
from services.search.queries.repetition import Former, RepeatIn, asked_again
from services.search.queries.running import Runs
from services.search.queries.schemas import MOST_TARGETS, QueryOut
from services.search.queries.stored import followed, shown
from services.search.queries.streaming import (
    EVENTS,
    EXAMPLE,
    TOLD,
    Answering,
    Followed,
    Following,
    location_of,
    prefers_async,
    wants_events,
)
from services.search.queries.submission import JSON, MULTIPART, Submission, parsed, received
from services.search.queries.turns import Place, Turns

R = TypeVar("R")

_PHOTOS = {
    "type": "array",
    "maxItems": 5,
    "items": {"type": "string", "format": "binary"},
}
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
                            **_PHOTOS,
                            "description": "The person, a part each photo: JPEG, PNG or WebP, up to 10 MiB and 25 megapixels.",
                        },
                        **{
                            f"photo[{n}]": {**_PHOTOS, "description": f"The same for target {n} of the query."}
                            for n in range(MOST_TARGETS)
                        },
                        "query": {"$ref": "#/components/schemas/QueryIn"},
                    },
                },
                "encoding": {"query": {"contentType": JSON}},
            },
        },
    }
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": f"To a caller who accepts {EVENTS}: {TOLD}",
        "content": EXAMPLE,
    },
    202: {
        "description": "To a caller who prefers respond-async (RFC 7240): it runs; see `/v1/queries/{id}/state` and `/events`.",
        "model": QueryStateOut,
    },
}
_ENDED = {QueryState.ANSWERED: "The query was answered already.", QueryState.FAILED: "The query has failed already."}
OnceKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="The caller's own name for this request: sent again within a day, it gives the stored answer.",
    ),
]


def add_asking(router: APIRouter, desk: Desk) -> None:
    """Adds the endpoints to the router of the queries."""
    runs, turns = Runs(desk.store), desk.section.turns
    operator = asking(*OPERATORS)

    async def within_limit(caller: Asking = Depends(operator)) -> Asking:
        _take(desk, caller, 1)
        return caller

    _add_post(router, _Teller(desk, runs, turns), within_limit)
    _add_repeat(router, _Teller(desk, runs, turns), within_limit)
    _add_cancel(router, desk, runs)


class _Teller:
    """Answers a query as its caller accepts it: as a document, or as a stream of events."""

    def __init__(self, desk: Desk, runs: Runs, turns: Turns) -> None:
        self.desk = desk
        self._runs = runs
        self._turns = turns

    async def told(self, request: Request, response: Response, asked: Callable[[], Inquiry | Followed]) -> QueryOut | Response:
        """What the request asks for, answered in its turn; `asked` reads and stores it. Raises Refused, Transient."""
        place, found = self._turns.join(), None
        try:
            found = await to_thread.run_sync(asked, limiter=self._turns.reading)
        finally:
            if not isinstance(found, Inquiry):
                place.leave()
        if isinstance(found, Inquiry):
            return await self._now(request, found, place)
        return await to_thread.run_sync(self._again, request, response, found)

    async def _now(self, request: Request, inquiry: Inquiry, place: Place) -> Response:
        """A query that is to be answered."""

        def work() -> QueryOut:
            return first_page(answer(self.desk, self._runs, inquiry), inquiry.asked.page_size)

        if wants_events(request):
            turn = partial(self._in_turn, inquiry, place, work)
            return Answering(request, self._runs, inquiry.run, turn, self.desk.section.heartbeat_s)
        if prefers_async(request):
            alone, told = BackgroundTask(_alone, partial(self._in_turn, inquiry, place, work)), None
            try:
                told = await to_thread.run_sync(_accepted, followed(self.desk, inquiry.id, inquiry.caller), alone)
            finally:
                if told is None:
                    place.leave()
            return told
        document = await self._in_turn(inquiry, place, lambda: work().model_dump_json(by_alias=True), request)
        return Response(document, 201, {"Location": location_of(inquiry.id)}, JSON)

    async def _in_turn(self, inquiry: Inquiry, place: Place, work: Callable[[], R], request: Request | None = None) -> R:
        """What `work` gives once it is its turn. Where `request` is given up meanwhile, the query is cancelled.

        Raises Refused (503, busy), Cancelled, and what `work` raises.
        """
        run = inquiry.run

        async def gives_up() -> bool:
            if run.is_cancelled or (request is not None and await request.is_disconnected()):
                return True
            run.waits(place.n_before)
            return False

        try:
            with self._runs.of(run):  # it can be cancelled, and is heard of, while it waits
                if not await place.turn(gives_up):
                    raise Cancelled(run.id)
            return await to_thread.run_sync(work, limiter=self._turns.answering)
        except Refused as why:
            if not place.is_called:
                await to_thread.run_sync(given_up, self.desk, inquiry, why)
            raise
        finally:
            place.leave()

    def _again(self, request: Request, response: Response, stored: Followed) -> QueryOut | Response:
        """A query that was asked before."""
        if wants_events(request):
            return Following(request, stored, self.desk.section)
        if prefers_async(request) and stored.look().state is QueryState.RUNNING:
            return _accepted(stored)
        response.headers["Location"] = location_of(stored.id)
        return stored.fetch()


def _add_post(router: APIRouter, teller: _Teller, within_limit: Callable[..., Awaitable[Asking]]) -> None:
    desk = teller.desk

    @router.post("", status_code=201, summary="Find a person", openapi_extra=_BODY, responses=_ANSWERS, response_model=QueryOut)
    async def ask(
        request: Request,
        response: Response,
        caller: Asking = Depends(within_limit),
        submission: Submission = Depends(received),
        key: OnceKey = None,
    ) -> QueryOut | Response:
        """Looks for the person in the photos, with the attributes, or both, among all sightings of the window and cameras; or for
        several people, each of `targets`.

        The answer is kept and can be fetched again under `Location`. Candidates are hints: a human decides. A caller who accepts
        text/event-stream is told how far it is, and cancels the query by going away; one who prefers respond-async does not wait.
        """
        began_s = desk.clock.monotonic_s()

        def asked() -> Inquiry | Followed:
            query, photos = parsed(submission)
            _take(desk, caller, len(query.wanted) - 1)
            once = Once(key, submission.digest) if key is not None else None
            known = _known(desk, caller, once)
            if known is None:
                inquiry = begin(desk, caller, read(desk, query, photos), began_s=began_s, once=once)
                if inquiry is not None:
                    return inquiry
                known = _known(desk, caller, once)  # somebody was faster with the same key
                if known is None:
                    raise Refused("The same request has just failed. Send it again.", status=409, kind="query-failed")
            return followed(desk, known.id, caller, query.page_size)

        return await teller.told(request, response, asked)


def _add_repeat(router: APIRouter, teller: _Teller, within_limit: Callable[..., Awaitable[Asking]]) -> None:
    desk = teller.desk

    @router.post("/{id}/repeat", status_code=201, summary="Ask a query again", responses=_ANSWERS, response_model=QueryOut)
    async def repeat(
        id: UUID,
        request: Request,
        response: Response,
        wanted: Annotated[RepeatIn, Body()] = RepeatIn(),
        caller: Asking = Depends(within_limit),
    ) -> QueryOut | Response:
        """Asks with the probes that are stored, so no photo is needed: in the same window or another. `repeat` in the answer says
        what differs from the former one. Queries that were cancelled or failed can be repeated as well.
        """
        began_s = desk.clock.monotonic_s()

        def asked() -> Inquiry | Followed:
            with desk.store.begin() as transaction:
                record = transaction.queries.get(id)
                probes = transaction.queries.stored_probes(id)
            known = shown(record)
            _take(desk, caller, len(known.asked.wanted) - 1)
            former = Former(id, known if record.state is QueryState.ANSWERED else None)
            inquiry = begin(desk, caller, asked_again(desk, known, probes, wanted), began_s=began_s, former=former)
            assert inquiry is not None  # only a key that was used stands in the way, and it has none
            return inquiry

        return await teller.told(request, response, asked)


def _add_cancel(router: APIRouter, desk: Desk, runs: Runs) -> None:
    operator = asking(*OPERATORS)

    @router.post("/{id}/cancel", status_code=202, summary="Cancel a query")
    def cancel(id: UUID, caller: Asking = Depends(operator)) -> QueryStateOut:
        """Ends a query that runs, wherever it is answered, within about a second; see its state. It stays stored, without an
        answer. 409 where it was answered already, or failed."""
        with desk.store.begin() as transaction:
            record = transaction.queries.ask_to_cancel(id, desk.clock.now())
            if record.state is QueryState.RUNNING:
                act, subject = "query_cancel_asked", f"query/{id}"
                transaction.audit.record(caller.name, act, subject, {}, desk.clock.now(), origin=caller.origin)
        if record.state in (QueryState.ANSWERED, QueryState.FAILED):
            raise Refused(_ENDED[record.state], status=409, kind="query-ended", query_id=id)
        runs.cancel(id)
        return QueryStateOut.of(record)


def _accepted(query: Followed, then: BackgroundTask | None = None) -> Response:
    """That the query runs; `then` is done when the caller has been told."""
    state = QueryStateOut.of(query.look()).model_dump(mode="json")
    headers = {"Location": location_of(query.id), "Preference-Applied": "respond-async"}
    return JSONResponse(state, status_code=202, headers=headers, background=then)


async def _alone(work: Callable[[], Awaitable[QueryOut]]) -> None:
    """Answers a query that nobody waits for: how it ends is stored."""
    try:
        await work()
    except HaetaeError as error:
        logs.get().info("query_ended_without_answer", cause=str(error))


def _take(desk: Desk, caller: Asking, n: int) -> None:
    """So many of the caller's queries. Raises Refused (429)."""
    for _ in range(n):
        wait_s = desk.buckets.take(caller.name)
        if wait_s:
            raise Refused(
                f"Too many queries; try again in {wait_s} s.", status=429, kind="too-many-queries", retry_after_s=wait_s
            )


def _known(desk: Desk, caller: Asking, once: Once | None) -> QueryRecord | None:
    """What the caller asked under this key. Raises Refused (422, idempotency-key-reused)."""
    if once is None:
        return None
    with desk.store.begin() as transaction:
        record = transaction.queries.once(caller.name, once.key, desk.clock.now())
    if record is not None and record.once_digest != once.digest:
        raise Refused("The Idempotency-Key was used for another request within a day.", status=422, kind="idempotency-key-reused")
    return record
