"""One query from its parsed request to its stored answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from haetae.blobs import keys
from haetae.domain.embedding import Embedding
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Query, Scope
from haetae.errors import Refused
from haetae.imaging.jpeg import encode
from services.search.access import Asking
from services.search.crops.links import crop_url
from services.search.desk import Desk
from services.search.gallery import StoredGallery
from services.search.metrics import answered
from services.search.pipeline import Answer
from services.search.probes import Photo, Probes, ReadPhoto
from services.search.queries.confirmed import with_confirmed
from services.search.queries.schemas import AskedOut, PersonOut, ProbeOut, QueryIn, QueryOut
from services.search.shapes import BoxShape, window_between

_CROP_JPEG_QUALITY = 90


def inquire(desk: Desk, asking: Asking, asked: QueryIn, photos: Sequence[Photo]) -> QueryOut:
    """Answers the query and keeps it with its answer, its probes and an audit record, all or nothing.

    Raises Refused (404, 422, 503), Transient.
    """
    clock, asked_at, id = desk.clock, desk.clock.now(), uuid4()
    began_s = clock.monotonic_s()
    query = _query(desk, asked)
    read = desk.reader.read(photos)
    detected_s = clock.monotonic_s()
    probes = desk.reader.embed(read) if read else None
    embedded_s = clock.monotonic_s()
    with desk.store.begin(consistent=True) as transaction:
        probes = with_confirmed(probes, asked, transaction.sightings, desk.reader.model)
        reranking = asked.reranking.how() if asked.reranking else None
        answer = desk.pipeline.answer(query, probes, StoredGallery(transaction), reranking)
    timings_s = {"detect": detected_s - began_s, "embed": embedded_s - detected_s} if read else {}
    shown = _keep_crops(desk, read, id, asked_at)
    timings_s |= {**answer.timings_s, "total": clock.monotonic_s() - began_s}
    out = _shown(desk, (id, asked_at), (asked, query), shown, answer, timings_s)
    _store(desk, asking, out, probes)
    answered(timings_s, n_photos=len(photos), n_conditions=len(query.conditions))
    return out


def _query(desk: Desk, asked: QueryIn) -> Query:
    """The query as facts. Raises Refused (422: window, attributes, polygon, unknown-camera)."""
    window = window_between(asked.start, asked.end, longest=desk.section.longest_window, clock=desk.clock)
    conditions = tuple(condition.condition() for condition in asked.attributes)
    if 0 < len(asked.polygon) < 3:
        raise Refused("A polygon has at least 3 corners.", status=422, kind="invalid-polygon")
    if asked.cameras:
        with desk.store.begin() as transaction:
            check_cameras(asked.cameras, {camera.id for camera in transaction.cameras.all()})
    scope = Scope(window, tuple(CameraId(id) for id in asked.cameras), tuple(corner.point() for corner in asked.polygon))
    confirmed, rejected = (tuple(TrackletId(id) for id in told) for told in (asked.confirmed, asked.rejected))
    return Query(scope, conditions, asked.limit, rejected, confirmed)


def check_cameras(asked: Sequence[str], known: set[CameraId]) -> None:
    """Raises Refused (422, unknown-camera) that names the first camera that is not known."""
    unknown = next((id for id in asked if id not in known), None)
    if unknown is not None:
        raise Refused(f"There is no camera '{unknown}'.", status=422, kind="unknown-camera", camera_id=unknown)


def _keep_crops(desk: Desk, read: Sequence[ReadPhoto], id: UUID, asked_at: datetime) -> list[ProbeOut]:
    """Keeps each probe's crop: who reads the answer later must see who was looked for. Raises Transient."""
    shown = []
    for photo in read:
        key = keys.probe(asked_at, id, photo.probe.photo)
        desk.blobs.put(key, encode(photo.crop, _CROP_JPEG_QUALITY))
        shown.append(
            ProbeOut(
                photo=photo.probe.photo,
                box=BoxShape.of(photo.probe.box),
                quality=photo.probe.quality,
                n_people=photo.n_people,
                crop_url=crop_url(key),
            )
        )
    return shown


def _shown(
    desk: Desk,
    identity: tuple[UUID, datetime],
    asked: tuple[QueryIn, Query],
    probes: list[ProbeOut],
    answer: Answer,
    timings_s: Mapping[str, float],
) -> QueryOut:
    request, query = asked
    return QueryOut(
        id=identity[0],
        asked_at=identity[1],
        asked=AskedOut(
            n_photos=len(probes),
            confirmed=request.confirmed,
            rejected=request.rejected,
            attributes=request.attributes,
            start=query.scope.window.start,
            end=query.scope.window.end,
            cameras=request.cameras,
            polygon=request.polygon,
            limit=request.limit,
            reranking=request.reranking,
        ),
        model=str(answer.model) if answer.model else None,
        n_gallery=answer.n_gallery,
        probes=probes,
        people=[PersonOut.of(person) for person in answer.people],
        timings_ms={name: 1000 * seconds for name, seconds in timings_s.items()},
    )


def _store(desk: Desk, asking: Asking, out: QueryOut, probes: Probes | None) -> None:
    document = out.model_dump(mode="json", by_alias=True)
    request = document.pop("asked")
    candidates = sum(len(person.candidates) for person in out.people)
    detail = {"n_photos": out.asked.n_photos, "n_people": len(out.people), "n_candidates": candidates, "scope": request}
    embeddings = [Embedding(vector, probes.model) for vector in probes.vectors] if probes else []
    with desk.store.begin() as transaction:
        transaction.queries.put(out.id, asking.name, request, document, asked_at=out.asked_at, probes=embeddings)
        transaction.audit.record(asking.name, "query_asked", f"query/{out.id}", detail, out.asked_at, origin=asking.origin)
