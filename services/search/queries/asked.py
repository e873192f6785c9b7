"""What a request asks for, as facts: everything that can be wrong with it is found here, before the query is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Query, Scope
from haetae.errors import Refused
from haetae.imaging.jpeg import encode
from haetae.imaging.photo import open_photo
from haetae.ranking import Reranking
from services.search.desk import Desk
from services.search.probes import Photo, Probes, ReadPhoto
from services.search.queries.confirmed import with_confirmed
from services.search.queries.schemas import AskedOut, AskedTargetOut, ProbeOut, QueryIn, TargetFields, TargetIn
from services.search.queries.submission import SentPhoto
from services.search.shapes import BoxShape, window_between

_CROP_JPEG_QUALITY = 90


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The person in a photo: as it is shown, but for where the crop will be kept, and the crop."""

    shown: ProbeOut
    jpeg: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """One person who is looked for. Of the rows of `probes` the first are of photos, by their numbers in `embedded`."""

    label: str
    query: Query
    probes: Probes | None
    seen: tuple[Seen, ...] = ()
    embedded: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A request that can be answered. `reading_s` is how long its photos took, by step."""

    shown: AskedOut
    targets: tuple[Target, ...]
    reranking: Reranking | None
    page_size: int | None
    reading_s: dict[str, float]


def read(desk: Desk, asked: QueryIn, photos: Sequence[Sequence[SentPhoto]]) -> Asked:
    """The request with its photos read. Raises Refused (404, 409, 413, 422), Transient."""
    scope = _scope(desk, asked)
    queries = [_query(scope, target, asked.limit) for target in asked.wanted]
    reading = _Reading(desk)
    targets = []
    for index, (target, query, sent) in enumerate(zip(asked.wanted, queries, photos, strict=True)):
        with _told_of(index if asked.targets else None):
            photos_of, probes = reading.read(sent, accept_poor=asked.accept_poor_probes)
            embedded = tuple(photo.probe.photo for photo in probes.photos) if probes else ()
            probes = _with_confirmed(desk, probes, target)
        targets.append(Target(_label_of(target), query, probes, photos_of, embedded))
    shown = asked_out(asked, scope, [len(sent) for sent in photos])
    return Asked(shown, tuple(targets), asked.reranking.how() if asked.reranking else None, asked.page_size, reading.took_s)


def asked_out(asked: QueryIn, scope: Scope, n_photos: Sequence[int]) -> AskedOut:
    """The request as it is stored and shown: with the window as it was taken, without photos."""
    each = [_target_out(target, n) for target, n in zip(asked.wanted, n_photos, strict=True)]
    one = _target_out(asked, sum(n_photos))
    return AskedOut(
        **one.model_dump(exclude={"attributes"}),
        attributes=one.attributes,
        targets=each if asked.targets else [],
        start=scope.window.start,
        end=scope.window.end,
        cameras=asked.cameras,
        polygon=asked.polygon,
        limit=asked.limit,
        reranking=asked.reranking,
        accept_poor_probes=asked.accept_poor_probes,
    )


def check_cameras(asked: Sequence[str], known: set[CameraId]) -> None:
    """Raises Refused (422, unknown-camera) that names the first camera that is not known."""
    unknown = next((id for id in asked if id not in known), None)
    if unknown is not None:
        raise Refused(f"There is no camera '{unknown}'.", status=422, kind="unknown-camera", camera_id=unknown)


class _Reading:
    """Reads photos, target by target: only one target's opened photos are held at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.took_s: dict[str, float] = {}

    def read(self, sent: Sequence[SentPhoto], *, accept_poor: bool) -> tuple[tuple[Seen, ...], Probes | None]:
        if not sent:
            return (), None
        desk, clock = self._desk, self._desk.clock
        began_s = clock.monotonic_s()
        photos = desk.reader.read([Photo(open_photo(photo.data), photo.box) for photo in sent])
        detected_s = clock.monotonic_s()
        probes = desk.reader.embed(photos, accept_poor=accept_poor)
        self._add("detect", detected_s - began_s)
        self._add("embed", clock.monotonic_s() - detected_s)
        return tuple(Seen(_shown(photo), encode(photo.crop, _CROP_JPEG_QUALITY)) for photo in photos), probes

    def _add(self, step: str, seconds: float) -> None:
        self.took_s[step] = self.took_s.get(step, 0.0) + seconds


def _with_confirmed(desk: Desk, probes: Probes | None, target: TargetFields) -> Probes | None:
    if not target.confirmed and not target.rejected:
        return probes
    with desk.store.begin(consistent=True) as transaction:
        return with_confirmed(probes, target, transaction.sightings, desk.reader.model)


@contextmanager
def _told_of(index: int | None) -> Iterator[None]:
    """What is refused within the block says of which target."""
    try:
        yield
    except Refused as refused:
        if index is None:
            raise
        words = f"Target {index + 1}: {refused.message}"
        raise Refused(words, status=refused.status, kind=refused.kind, **refused.subject) from None


def _scope(desk: Desk, asked: QueryIn) -> Scope:
    """Raises Refused (422: window, polygon, unknown-camera)."""
    window = window_between(asked.start, asked.end, longest=desk.section.longest_window, clock=desk.clock)
    if 0 < len(asked.polygon) < 3:
        raise Refused("A polygon has at least 3 corners.", status=422, kind="invalid-polygon")
    if asked.cameras:
        with desk.store.begin() as transaction:
            check_cameras(asked.cameras, {camera.id for camera in transaction.cameras.all()})
    return Scope(window, tuple(CameraId(id) for id in asked.cameras), tuple(corner.point() for corner in asked.polygon))


def _query(scope: Scope, target: TargetFields, limit: int) -> Query:
    """Raises Refused (422: unknown-attribute-value)."""
    conditions = tuple(condition.condition() for condition in target.attributes)
    rejected, confirmed = (tuple(map(TrackletId, ids)) for ids in (target.rejected, target.confirmed))
    return Query(scope, conditions, limit, rejected, confirmed)


def _target_out(target: TargetFields, n_photos: int) -> AskedTargetOut:
    return AskedTargetOut(
        label=_label_of(target),
        n_photos=n_photos,
        confirmed=target.confirmed,
        rejected=target.rejected,
        attributes=target.attributes,
    )


def _label_of(target: TargetFields) -> str:
    return target.label if isinstance(target, TargetIn) else ""


def _shown(photo: ReadPhoto) -> ProbeOut:
    return ProbeOut(
        photo=photo.probe.photo,
        box=BoxShape.of(photo.probe.box),
        quality=photo.probe.quality,
        n_people=photo.n_people,
        height_px=photo.height_px,
        sharpness=photo.sharpness,
        lacks=photo.lacks,
        crop_url="",  # it is kept once the query has an id
    )
