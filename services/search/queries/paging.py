"""A stored answer in pages. It never changes, so a place in it is all that a cursor needs to know."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from struct import Struct
from struct import error as StructError
from typing import TypeVar
from uuid import UUID

from pydantic import Field

from haetae.errors import Refused
from services.search.queries.schemas import AnswerOut, CandidateOut, PersonOut, QueryOut
from services.search.shapes import Shown

A = TypeVar("A", bound=AnswerOut)
_CURSOR = Struct(">4sBBBI")  # the query's first bytes, what is listed, target, sort, place


class Sort(StrEnum):
    """`order`: the most likely first. `time`: who was seen first comes first. `-time`: who was seen last comes first."""

    ORDER = "order"
    TIME = "time"
    NEWEST = "-time"


class PlacedPersonOut(PersonOut):
    """A person and their place in the answer."""

    place: int = Field(description="From 1, by `order`, whatever the page is sorted by.")


class PlacedCandidateOut(CandidateOut):
    """A candidate and its place in the answer."""

    place: int = Field(description="From 1, by `order`, whatever the page is sorted by.")
    person: int = Field(description="The place of the person that it belongs to.")


class PeoplePage(Shown):
    """A page of people; `next_cursor` asks for the next page, null says that this was the last."""

    items: Sequence[PlacedPersonOut]
    n_people: int
    next_cursor: str | None


class CandidatePage(Shown):
    """A page of candidates over all people; `next_cursor` asks for the next page, null says that this was the last."""

    items: Sequence[PlacedCandidateOut]
    n_candidates: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of an answer is asked for."""

    target: int
    sort: Sort
    limit: int
    after: str | None


def people_page(query: QueryOut, page: Page) -> PeoplePage:
    """Raises Refused (404, unknown-target; 422, invalid-cursor)."""
    placed = [
        PlacedPersonOut(**dict(person), place=place) for place, person in enumerate(_answer(query, page.target).people, start=1)
    ]
    if page.sort is Sort.TIME:
        placed.sort(key=lambda person: (_first_seen(person), person.place))
    elif page.sort is Sort.NEWEST:
        placed.sort(key=lambda person: (-_last_seen(person).timestamp(), person.place))
    first = _place_of(query.id, "people", page)
    following = _cursor(query.id, "people", page, first + page.limit) if first + page.limit < len(placed) else None
    return PeoplePage(items=placed[first : first + page.limit], n_people=len(placed), next_cursor=following)


def candidates_page(query: QueryOut, page: Page) -> CandidatePage:
    """Raises Refused (404, unknown-target; 422, invalid-cursor)."""
    found = [
        (candidate.order, person, index, candidate)
        for person, one in enumerate(_answer(query, page.target).people, start=1)
        for index, candidate in enumerate(one.candidates)
    ]
    found.sort(key=lambda each: each[:3])
    placed = [PlacedCandidateOut(**dict(c), place=place, person=p) for place, (_, p, _, c) in enumerate(found, start=1)]
    if page.sort is Sort.TIME:
        placed.sort(key=lambda candidate: (candidate.started_at, candidate.place))
    elif page.sort is Sort.NEWEST:
        placed.sort(key=lambda candidate: (-candidate.started_at.timestamp(), candidate.place))
    first = _place_of(query.id, "candidates", page)
    following = _cursor(query.id, "candidates", page, first + page.limit) if first + page.limit < len(placed) else None
    return CandidatePage(items=placed[first : first + page.limit], n_candidates=len(placed), next_cursor=following)


def first_page(query: QueryOut, size: int | None) -> QueryOut:
    """The query with at most `size` people of each target, and cursors to the others."""
    if size is None:
        return query
    targets = [_cut(query.id, target, index, size) for index, target in enumerate(query.targets)]
    return _cut(query.id, query.model_copy(update={"targets": targets}), 0, size)


def _cut(id: UUID, answer: A, target: int, size: int) -> A:
    if len(answer.people) <= size:
        return answer
    cursor = _cursor(id, "people", Page(target, Sort.ORDER, size, None), size)
    return answer.model_copy(update={"people": answer.people[:size], "next_cursor": cursor})


def _answer(query: QueryOut, target: int) -> AnswerOut:
    answers: Sequence[AnswerOut] = query.targets or [query]
    if target >= len(answers):
        raise Refused(f"The query has no target {target}.", status=404, kind="unknown-target", query_id=query.id)
    return answers[target]


def _first_seen(person: PersonOut) -> datetime:
    return min(candidate.started_at for candidate in person.candidates)


def _last_seen(person: PersonOut) -> datetime:
    return max(candidate.started_at for candidate in person.candidates)


def _head(id: UUID, what: str, page: Page) -> tuple[bytes, int, int, int]:
    return id.bytes[-4:], ["people", "candidates"].index(what), page.target, list(Sort).index(page.sort)


def _cursor(id: UUID, what: str, page: Page, place: int) -> str:
    return urlsafe_b64encode(_CURSOR.pack(*_head(id, what, page), place)).decode().rstrip("=")


def _place_of(id: UUID, what: str, page: Page) -> int:
    """Where the page begins."""
    if page.after is None:
        return 0
    try:
        *head, place = _CURSOR.unpack(urlsafe_b64decode(page.after + "=" * (-len(page.after) % 4)))
    except (ValueError, StructError):
        head, place = [], 0
    if tuple(head) != _head(id, what, page):
        raise Refused("The cursor is not one that this list gave, sorted like this.", status=422, kind="invalid-cursor")
    return int(place)
