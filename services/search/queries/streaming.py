"""A query as a stream of events: accepted, progress, then its answer or the problem that there is instead.

A process that is to end while others go on takes its leave with `moved`: whoever follows the query where that says hears the rest
of another process, and this one answers meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from anyio import to_thread
from fastapi import Request
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from haetae.errors import HaetaeError, Refused
from haetae.http.app import sends_away
from haetae.http.problems import response_to
from haetae.store.queries import QueryRecord, QueryState
from services.search.queries.progress import ProgressOut, QueryStateOut
from services.search.queries.running import Run, Runs
from services.search.queries.schemas import QueryOut
from services.search.settings import SearchSection
from services.search.shapes import Shown

EVENTS = "text/event-stream"
_SAMPLE = 'event: progress\ndata: {"stage": "count", "share": 0.1, "target": 0, "n_targets": 1, "counts": {"count": 81234}}\n\n'
EXAMPLE: dict[str, Any] = {EVENTS: {"schema": {"type": "string"}, "example": _SAMPLE}}
"""How a stream stands in the API's document."""
TOLD = "accepted, progress ..., then answer or problem; or moved, with where to follow on."
"""Its events in words."""

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the latter for proxies that would collect it first
_LOOKED_AT_EVERY_S = 0.5
_under_way: set[asyncio.Task[QueryOut]] = set()  # a loop holds its tasks weakly


class AcceptedOut(Shown):
    """The first event: the query is stored and is being answered."""

    id: UUID
    location: str

    @classmethod
    def of(cls, id: UUID) -> AcceptedOut:
        """Of the query with this id."""
        return cls(id=id, location=location_of(id))


def location_of(id: UUID) -> str:
    """Where the query is fetched."""
    return f"/v1/queries/{id}"


def wants_events(request: Request) -> bool:
    """Whether the caller asks for a stream: names it as what it accepts."""
    ranges = [part.partition(";") for part in request.headers.get("accept", "").lower().split(",")]
    return any(kind.strip() == EVENTS and "q=0" not in rest.replace(" ", "").split(";") for kind, _, rest in ranges)


def prefers_async(request: Request) -> bool:
    """Whether the caller would rather not wait for the answer (RFC 7240)."""
    preferences = [part.partition(";")[0].strip() for part in request.headers.get("prefer", "").lower().split(",")]
    return "respond-async" in preferences


class MovedOut(Shown):
    """The last event of a process that ends: where the query is followed from now on."""

    location: str

    @classmethod
    def of(cls, id: UUID) -> MovedOut:
        """Of the query with this id."""
        return cls(location=f"{location_of(id)}/events")


class Answering(EventSourceResponse):
    """Answers a query and streams how far it is. A caller that goes away cancels it, unless it was sent away."""

    def __init__(
        self, request: Request, runs: Runs, run: Run, work: Callable[[], Awaitable[QueryOut]], heartbeat_s: float
    ) -> None:
        super().__init__(self._events(), headers={**_HEADERS, "Location": location_of(run.id)})
        self._request = request
        self._runs = runs
        self._run = run
        self._work = work
        self._heartbeat_s = heartbeat_s
        self._task: asyncio.Task[QueryOut] | None = None
        self._sent_away = False
        self._news: asyncio.Queue[ProgressOut | None] = asyncio.Queue()  # None: the thread has ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begins, and does not leave the query running when nobody listens any more."""
        loop = asyncio.get_running_loop()

        def hear(progress: ProgressOut) -> None:
            with suppress(RuntimeError):  # the server has stopped meanwhile
                loop.call_soon_threadsafe(self._news.put_nowait, progress)

        self._run.hear = hear
        self._task = asyncio.ensure_future(self._work())
        self._task.add_done_callback(self._ended)
        _under_way.add(self._task)
        try:
            await super().__call__(scope, receive, send)
            if self._sent_away:
                await asyncio.wait([self._task])  # as long as the server has patience: then this is cancelled
        finally:
            if not self._task.done():
                self._run.cancel()
                self._runs.wake()

    def _ended(self, task: asyncio.Task[QueryOut]) -> None:
        _under_way.discard(task)
        if not task.cancelled():
            task.exception()  # has been heard of, even if nobody listens
        self._news.put_nowait(None)

    async def _events(self) -> AsyncIterator[bytes]:
        yield _event("accepted", AcceptedOut.of(self._run.id))
        silent_s = 0.0
        while True:
            patience_s = min(_LOOKED_AT_EVERY_S, self._heartbeat_s)
            try:
                progress = await asyncio.wait_for(self._news.get(), patience_s)
            except TimeoutError:
                if sends_away(self._request.app):
                    self._sent_away = True
                    yield _event("moved", MovedOut.of(self._run.id))
                    return
                silent_s += patience_s
                if silent_s >= self._heartbeat_s:
                    silent_s = 0.0
                    yield KEEPALIVE_COMMENT
                continue
            silent_s = 0.0
            if progress is None:
                break
            yield _event("progress", progress)
        assert self._task is not None
        error = self._task.exception()
        if error is None:
            yield _event("answer", self._task.result())
        else:
            yield _problem(bytes(response_to(self._request, error).body))


@dataclass(frozen=True, slots=True)
class Followed:
    """A query that is answered by whichever process, and how to look at it."""

    id: UUID
    look: Callable[[], QueryRecord]
    fetch: Callable[[], QueryOut]


class Following(EventSourceResponse):
    """The events of a query as the database tells them, to one of so many at once. Raises Refused (429)."""

    def __init__(self, request: Request, query: Followed, section: SearchSection) -> None:
        if len(_followers) >= section.followers_at_once:
            raise Refused("Too many follow queries here. Look at the query's state.", status=429, kind="too-many-streams")
        headers = {**_HEADERS, "Location": location_of(query.id)}
        followed = _followed(query, section.heartbeat_s, lambda: sends_away(request.app))
        super().__init__(_told(request, followed), headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streams until the query has ended or nobody listens."""
        _followers.add(self)
        try:
            await super().__call__(scope, receive, send)
        finally:
            _followers.discard(self)


_followers: set[Following] = set()  # of this process: each costs a read twice a second


async def _told(request: Request, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The events; what goes wrong on the way is the last of them."""
    try:
        async for event in events:
            yield event
    except HaetaeError as error:
        yield _problem(bytes(response_to(request, error).body))


async def _followed(query: Followed, heartbeat_s: float, stopping: Callable[[], bool]) -> AsyncIterator[bytes]:
    yield _event("accepted", AcceptedOut.of(query.id))
    told: ProgressOut | None = None
    silent_s = 0.0
    while (record := await to_thread.run_sync(query.look)).state is QueryState.RUNNING:
        progress = QueryStateOut.of(record).progress
        if progress != told:
            yield _event("progress", progress)
            told, silent_s = progress, 0.0
        elif silent_s >= heartbeat_s:
            yield KEEPALIVE_COMMENT
            silent_s = 0.0
        if stopping():
            yield _event("moved", MovedOut.of(query.id))
            return
        await asyncio.sleep(_LOOKED_AT_EVERY_S)
        silent_s += _LOOKED_AT_EVERY_S
    if record.state is QueryState.ANSWERED:
        yield _event("answer", await to_thread.run_sync(query.fetch))
    else:
        problem = QueryStateOut.of(record).problem
        assert problem is not None
        yield _problem(problem.model_dump_json(exclude_none=True).encode())


def _event(name: str, data: BaseModel) -> bytes:
    return format_sse_event(event=name, data_str=data.model_dump_json(by_alias=True))


def _problem(data: bytes) -> bytes:
    return format_sse_event(event="problem", data_str=data.decode())
