"""A query that is asked again with the probes that are stored: no photo is needed, and it tells what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from pydantic import Field

from haetae.blobs.port import BlobMissing
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Query, Scope
from haetae.errors import Refused
from haetae.store.queries import StoredProbe
from services.search.crops.links import key_of
from services.search.desk import Desk
from services.search.probes import Probes
from services.search.queries.asked import Asked, Seen, Target
from services.search.queries.circumstances import ChangeOut, RepeatOut, Setting
from services.search.queries.schemas import MOST_CANDIDATES, AnswerOut, AskedTargetOut, ProbeOut, QueryOut
from services.search.shapes import Instant, Strict, window_between


class RepeatIn(Strict):
    """What is to be otherwise than before; without it, all is asked as it was."""

    start: Instant | None = Field(default=None, alias="from", description="Inclusive.")
    end: Instant | None = Field(default=None, alias="to", description="Exclusive.")
    page_size: int | None = Field(default=None, ge=1, le=MOST_CANDIDATES, description="As for `POST /v1/queries`.")


@dataclass(frozen=True, slots=True, eq=False)
class Former:
    """The query that is repeated, as it was answered; `answer` is None where it never was."""

    id: UUID
    answer: QueryOut | None


def asked_again(desk: Desk, former: QueryOut, stored: Sequence[StoredProbe], now: RepeatIn) -> Asked:
    """The stored query as a request. Raises Refused (409: query-not-repeatable, model-changed; 422: window), Transient."""
    shown = former.asked
    if now.start or now.end:
        length = shown.end - shown.start
        start = now.start or (shown.start if now.end is None or shown.start < now.end else now.end - length)
        end = now.end or max(shown.end, start + length)
        window = window_between(start, end, longest=desk.section.longest_window, clock=desk.clock)
        shown = shown.model_copy(update={"start": window.start, "end": window.end})
    _check_model(desk, stored)
    window = window_between(shown.start, shown.end, longest=shown.end - shown.start, clock=desk.clock)
    scope = Scope(window, tuple(CameraId(id) for id in shown.cameras), tuple(corner.point() for corner in shown.polygon))
    answers: Sequence[AnswerOut] = former.targets or [former]
    targets = tuple(
        _target(desk, (one, answer), Query(scope, limit=shown.limit), [probe for probe in stored if probe.target == index])
        for index, (one, answer) in enumerate(zip(shown.wanted, answers, strict=True))
    )
    how = former.made_with.reranking if former.made_with else shown.reranking
    return Asked(shown, targets, how.how() if how else None, now.page_size, {})


def compared(former: Former, now: QueryOut) -> RepeatOut:
    """What differs between the former answer and this one."""
    if former.answer is None:
        return RepeatOut(of=former.id, same=False, changes=[], appeared=list(_sightings(now)), disappeared=[])
    before, after = list(_sightings(former.answer)), list(_sightings(now))
    return RepeatOut(
        of=former.id,
        same=_people(former.answer) == _people(now),
        changes=list(_changes(former.answer, now)),
        appeared=sorted(set(after) - set(before)),
        disappeared=sorted(set(before) - set(after)),
    )


def _check_model(desk: Desk, stored: Sequence[StoredProbe]) -> None:
    models = {probe.embedding.model for probe in stored}
    if models and models != {desk.reader.model}:
        raise Refused(
            "The gallery is now embedded by another network than the query's photos were. Ask anew, with the photos.",
            status=409,
            kind="model-changed",
        )


def _target(desk: Desk, then: tuple[AskedTargetOut, AnswerOut], query: Query, stored: Sequence[StoredProbe]) -> Target:
    asked, answer = then
    conditions = tuple(condition.condition() for condition in asked.attributes)
    rejected, confirmed = (tuple(map(TrackletId, ids)) for ids in (asked.rejected, asked.confirmed))
    query = replace(query, conditions=conditions, rejected=rejected, confirmed=confirmed)
    n_photos = len(stored) - len(confirmed)
    if n_photos < 0 or (asked.n_photos and not n_photos):
        raise Refused("The query's probes are not stored any more.", status=409, kind="query-not-repeatable")
    if not stored:
        return Target(asked.label, query, None)
    seen = tuple(_seen(desk, probe) for probe in answer.probes)
    numbers = tuple(n if probe.photo is None else probe.photo for n, probe in enumerate(stored[:n_photos]))
    qualities = tuple(_quality(probe, n, answer.probes) for n, probe in enumerate(stored))
    probes = Probes((), np.stack([probe.embedding.vector for probe in stored]), stored[0].embedding.model, qualities)
    return Target(asked.label, query, probes, seen, numbers)


def _quality(probe: StoredProbe, n: int, photos: Sequence[ProbeOut]) -> float:
    """How much the probe counts. Queries of earlier versions tell it of photos only, which came first, and all of them."""
    if probe.quality is not None:
        return probe.quality
    if n < len(photos):
        return photos[n].quality
    raise Refused(
        "The query was asked by an earlier version that did not keep how much its sightings count. Ask anew.",
        status=409,
        kind="query-not-repeatable",
    )


def _seen(desk: Desk, shown: ProbeOut) -> Seen:
    """The person of a photo, as far as it is kept."""
    try:
        return Seen(shown, desk.blobs.get(key_of(shown.crop_url)))
    except BlobMissing:
        raise Refused("The query's crops are not kept any more.", status=409, kind="query-not-repeatable") from None


def _answers(query: QueryOut) -> Sequence[AnswerOut]:
    return query.targets or [query]


def _people(query: QueryOut) -> list[list[list[UUID]]]:
    return [[[c.sighting_id for c in person.candidates] for person in answer.people] for answer in _answers(query)]


def _sightings(query: QueryOut) -> Iterator[UUID]:
    seen = (id for people in _people(query) for person in people for id in person)
    yield from dict.fromkeys(seen)


def _changes(before: QueryOut, now: QueryOut) -> Iterator[ChangeOut]:
    then, today = _facts(before), _facts(now)
    for name in dict.fromkeys([*then, *today]):
        if name in then and then[name] != today.get(name):
            yield ChangeOut(name=name, before=then[name], now=today.get(name))


def _facts(query: QueryOut) -> Mapping[str, Any]:
    facts: dict[str, Setting | Any] = {"from": query.asked.start, "to": query.asked.end, "n_gallery": query.n_gallery}
    for index, answer in enumerate(_answers(query)):
        facts[f"targets.{index}.n_against_all" if query.targets else "n_against_all"] = answer.n_against_all
    if query.made_with is not None:
        made = query.made_with
        facts |= {"software": made.software, "travel_times": made.travel_times, "tuned": made.tuned}
        facts |= {f"reranking.{name}": value for name, value in made.reranking.model_dump().items()}
        facts |= {f"settings.{name}": value for name, value in made.settings.items()}
    return facts
