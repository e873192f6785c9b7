"""One query from the moment it is stored to its stored answer, or to its end without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from haetae.blobs import keys
from haetae.domain.embedding import Embedding
from haetae.errors import HaetaeError, Refused, Transient
from haetae.store.queries import Once, QueryRecord, QueryState, StoredProbe
from haetae.telemetry import logs
from services.search.access import Asking
from services.search.crops.links import crop_url
from services.search.desk import Desk
from services.search.gallery import StoredGallery
from services.search.metrics import answered, ended
from services.search.pipeline import Answer
from services.search.queries.asked import Asked, Seen, Target
from services.search.queries.cancelling import Cancelled
from services.search.queries.circumstances import MadeWithOut, made_with
from services.search.queries.explaining import InGalleryOut
from services.search.queries.repetition import Former, compared
from services.search.queries.running import Run, Runs
from services.search.queries.schemas import MOST_PHOTOS, AnswerOut, PersonOut, ProbeOut, QueryOut, TargetOut

_INTERNAL = Refused("Something went wrong on our side.", status=500, kind="internal")
_AWAY = Refused("A part of the system is not available now. Ask again.", status=503, kind="unavailable")


@dataclass(frozen=True, slots=True, eq=False)
class Inquiry:
    """A query that is stored and waits for its answer. `former` is what it repeats."""

    asked: Asked
    asked_at: datetime
    began_s: float
    probes: tuple[tuple[ProbeOut, ...], ...]  # of each target, as they are shown
    caller: Asking
    run: Run
    former: Former | None = None

    @property
    def id(self) -> UUID:
        """The query's."""
        return self.run.id


def begin(
    desk: Desk, caller: Asking, asked: Asked, *, began_s: float, once: Once | None = None, former: Former | None = None
) -> Inquiry | None:
    """Stores the query as running, with its probes and an audit record, all or nothing; None where the caller's key was used.

    Raises Refused (422), Transient.
    """
    id, asked_at = uuid4(), desk.clock.now()
    shown = tuple(_keep_crops(desk, target.seen, (id, n), asked_at) for n, target in enumerate(asked.targets))
    inquiry = Inquiry(asked, asked_at, began_s, shown, caller, Run(id, len(asked.targets)), former)
    request = asked.shown.model_dump(mode="json", by_alias=True)
    nobody = _shown(inquiry, [], None, {}).model_dump(mode="json", by_alias=True, exclude={"asked"})
    record = QueryRecord(id, caller.name, asked_at, request, nobody)
    probes = [probe for n, target in enumerate(asked.targets) for probe in _stored(target, n)]
    repeats = former.id if former else None
    detail = {"n_photos": asked.shown.n_photos, "scope": request} | ({"repeats": str(repeats)} if repeats else {})
    with desk.store.begin() as transaction:
        if not transaction.queries.start(record, probes, once=once, repeats=repeats):
            return None
        transaction.audit.record(caller.name, "query_asked", f"query/{id}", detail, asked_at, origin=caller.origin)
    return inquiry


def answer(desk: Desk, runs: Runs, inquiry: Inquiry) -> QueryOut:
    """The stored answer. However it ends, the query is stored as answered, cancelled or failed.

    Raises Cancelled, Refused (503), Transient.
    """
    failure = _INTERNAL
    state = QueryState.FAILED
    try:
        out = _answered(desk, runs, inquiry)
        state = QueryState.ANSWERED
        return out
    except (Refused, Transient) as error:
        if inquiry.run.is_cancelled:  # then a statement was ended on the way
            failure = Cancelled(inquiry.id)
            state = QueryState.CANCELLED
            raise failure from None
        failure = error if isinstance(error, Refused) else _AWAY
        raise
    finally:
        ended(state.value)
        if state is not QueryState.ANSWERED:
            _end(desk, inquiry, state, failure)


def given_up(desk: Desk, inquiry: Inquiry, why: Refused) -> None:
    """Stores that the query ended while it waited for its turn: cancelled, or failed for another reason."""
    state = QueryState.CANCELLED if isinstance(why, Cancelled) else QueryState.FAILED
    ended(state.value)
    _end(desk, inquiry, state, why)


def _answered(desk: Desk, runs: Runs, inquiry: Inquiry) -> QueryOut:
    asked, run, answers = inquiry.asked, inquiry.run, []
    with runs.of(run), desk.store.begin(consistent=True, interruption=run.interruption) as transaction:
        seen = transaction.circumstances()
        tuned = desk.tuned(transaction, seen)
        gallery = StoredGallery(transaction, desk.times, desk.index, run.scanning, seen=seen)
        for target in asked.targets:
            run.go_on()
            answers.append(tuned.pipeline.answer(target.query, target.probes, gallery, asked.reranking, run.ended))
            run.next_target()
    timings_s = asked.reading_s | _summed(answers) | {"total": desk.clock.monotonic_s() - inquiry.began_s}
    learned_at = seen.travel_times[1] if seen.travel_times else None
    made = made_with(tuned.pipeline.ranking, asked.reranking, seen.as_of, learned_at, tuned.tuned_at)
    out = _shown(inquiry, answers, made, timings_s)
    if inquiry.former is not None:
        out = out.model_copy(update={"repeat": compared(inquiry.former, out)})
    _store(desk, inquiry, out)
    n_conditions = sum(len(target.query.conditions) for target in asked.targets)
    answered(timings_s, n_photos=asked.shown.n_photos, n_conditions=n_conditions)
    return out


def _store(desk: Desk, inquiry: Inquiry, out: QueryOut) -> None:
    """Raises Cancelled where it was cancelled, or given up for dead, meanwhile."""
    found = [out, *out.targets]
    candidates = sum(len(person.candidates) for one in found for person in one.people)
    detail = {"n_people": sum(one.n_people for one in found), "n_candidates": candidates}
    now = desk.clock.now()
    with desk.store.begin() as transaction:
        if not transaction.queries.answered(out.id, _document(out), now):
            raise Cancelled(out.id)
        transaction.audit.record(
            inquiry.caller.name, "query_answered", f"query/{out.id}", detail, now, origin=inquiry.caller.origin
        )


def _end(desk: Desk, inquiry: Inquiry, state: QueryState, why: Refused) -> None:
    problem = {"status": why.status, "kind": why.kind, "detail": why.message}
    caller, now = inquiry.caller, desk.clock.now()
    try:
        with desk.store.begin() as transaction:
            if transaction.queries.ended(inquiry.id, state, problem, now):
                act, subject = f"query_{state.value}", f"query/{inquiry.id}"
                transaction.audit.record(caller.name, act, subject, {"why": why.kind}, now, origin=caller.origin)
    except HaetaeError as away:  # then it counts as failed when nobody has been heard of for a minute
        logs.get().warning("query_end_not_stored", query_id=str(inquiry.id), cause=str(away))


def _keep_crops(desk: Desk, seen: Sequence[Seen], of: tuple[UUID, int], asked_at: datetime) -> tuple[ProbeOut, ...]:
    """Keeps the crops of one target's photos: who reads the answer later must see who was looked for. Raises Transient."""
    shown = []
    for one in seen:
        key = keys.probe(asked_at, of[0], of[1] * MOST_PHOTOS + one.shown.photo)
        desk.blobs.put(key, one.jpeg)
        shown.append(one.shown.model_copy(update={"crop_url": crop_url(key)}))
    return tuple(shown)


def _stored(target: Target, index: int) -> list[StoredProbe]:
    """The target's probes: its photos', then those of the confirmed sightings."""
    if target.probes is None:
        return []
    vectors = target.probes.vectors
    photos = [*target.embedded, *[None] * (len(vectors) - len(target.embedded))]
    rows = zip(vectors, photos, target.probes.qualities, strict=True)
    return [StoredProbe(Embedding(vector, target.probes.model), index, photo, quality) for vector, photo, quality in rows]


def _summed(answers: Sequence[Answer]) -> dict[str, float]:
    summed: dict[str, float] = {}
    for step, seconds in (one for answer in answers for one in answer.timings_s.items()):
        summed[step] = summed.get(step, 0.0) + seconds
    return summed


def _shown(inquiry: Inquiry, answers: Sequence[Answer], made: MadeWithOut | None, timings_s: Mapping[str, float]) -> QueryOut:
    """The query as it is shown; without `answers` it has found nobody (yet)."""
    asked = inquiry.asked
    each = [_one(inquiry, index, answers[index] if answers else None) for index in range(len(asked.targets))]
    several = bool(asked.shown.targets)
    return QueryOut(
        id=inquiry.id,
        asked_at=inquiry.asked_at,
        asked=asked.shown,
        n_gallery=answers[0].n_gallery if answers else 0,
        timings_ms={name: 1000 * seconds for name, seconds in timings_s.items()},
        targets=each if several else [],
        made_with=made,
        **({} if several else dict(AnswerOut.model_validate(each[0], from_attributes=True))),
    )


def _one(inquiry: Inquiry, index: int, answer: Answer | None) -> TargetOut:
    people = [PersonOut.of(person) for person in answer.people] if answer else []
    return TargetOut(
        label=inquiry.asked.targets[index].label,
        model=str(answer.model) if answer and answer.model else None,
        probes=list(inquiry.probes[index]),
        n_against_all=answer.n_against_all if answer else 0,
        in_gallery=InGalleryOut.of(answer.in_gallery) if answer and answer.in_gallery else None,
        people=people,
        n_people=len(people),
    )


def _document(out: QueryOut) -> str:
    """As it is stored, as JSON: the request stands beside it."""
    return out.model_dump_json(by_alias=True, exclude={"asked"})
