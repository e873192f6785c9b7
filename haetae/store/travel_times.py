"""Travel times as they were learned, and the sightings that they are learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import cast, delete, func, insert, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.orm import Session

from haetae.domain.embedding import Vectors
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import TrajectoryStep
from haetae.domain.timing import TimeWindow
from haetae.routing.axis import N_BINS, SOFT_S, WIDTH, Floats
from haetae.routing.travel_times import Counts, Pair, TravelTimes
from haetae.store.tables import QueryRow, SightingEmbeddingRow, SightingRow, TravelTimesRow

_AXIS = [N_BINS, SOFT_S, WIDTH]


@dataclass(frozen=True, slots=True, eq=False)
class LearnedTimes:
    """One state of knowledge: `id` grows with each; `summary` is a JSON document of whoever learned it."""

    id: int
    learned_at: datetime
    summary: Mapping[str, Any]
    times: TravelTimes


class TravelTimesLearned:
    """What is known of the ways between cameras, as one transaction sees it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, times: TravelTimes, summary: Mapping[str, Any], learned_at: datetime) -> int:
        """Keeps a new state of knowledge, without the cameras' positions; its number."""
        row = {"learned_at": learned_at, "summary": dict(summary), "document": to_json(times)}
        return int(self._session.execute(insert(TravelTimesRow).values(**row).returning(TravelTimesRow.id)).scalar_one())

    def newest_version(self) -> tuple[int, datetime] | None:
        """Number and instant of the state that counts; None where nothing was learned. Cheap to poll."""
        columns = (TravelTimesRow.id, TravelTimesRow.learned_at)
        row = self._session.execute(select(*columns).order_by(TravelTimesRow.id.desc()).limit(1)).one_or_none()
        return None if row is None else (row[0], row[1])

    def newest(self) -> LearnedTimes | None:
        """The state that counts; None where nothing was learned."""
        row = self._session.scalars(select(TravelTimesRow).order_by(TravelTimesRow.id.desc()).limit(1)).one_or_none()
        return None if row is None else LearnedTimes(row.id, row.learned_at, row.summary, from_json(row.document))

    def forget_newest(self) -> bool:
        """Back to the state before; False where there is none to forget."""
        newest = select(func.max(TravelTimesRow.id)).scalar_subquery()
        gone = self._session.execute(delete(TravelTimesRow).where(TravelTimesRow.id == newest).returning(TravelTimesRow.id))
        return gone.first() is not None

    def keep_only(self, n: int) -> None:
        """Forgets all but the newest `n` states."""
        kept = select(TravelTimesRow.id).order_by(TravelTimesRow.id.desc()).limit(n)
        self._session.execute(delete(TravelTimesRow).where(TravelTimesRow.id.not_in(kept)))

    def confirmed(self, limit: int) -> list[list[TrackletId]]:
        """The sightings that the newest `limit` queries say are one person's: a list for each query or target that has some."""
        wanted = select(QueryRow.request).order_by(QueryRow.asked_at.desc(), QueryRow.id.desc()).limit(limit)
        wanted = wanted.where(QueryRow.request.op("@?")(cast("$.**.confirmed[0]", JSONPATH)))
        asked = [each for request in self._session.scalars(wanted) for each in (request, *request.get("targets", ()))]
        return [[TrackletId(UUID(id)) for id in each["confirmed"]] for each in asked if each.get("confirmed")]

    def stops(self, ids: Sequence[TrackletId]) -> dict[TrackletId, TrajectoryStep]:
        """When and where these sightings were, without positions; those that are not stored are left out."""
        columns = (SightingRow.id, SightingRow.camera_id, SightingRow.started_at, SightingRow.ended_at)
        rows = self._session.execute(select(*columns).where(SightingRow.id.in_(ids))).all()
        return {TrackletId(row[0]): TrajectoryStep(TrackletId(row[0]), CameraId(row[1]), row[2], row[3], None) for row in rows}

    def embedded(self, window: TimeWindow, limit: int) -> tuple[list[TrajectoryStep], Vectors]:
        """The newest `limit` sightings that began within the window, with their embeddings (n, d) of one model: the commonest."""
        within = (SightingEmbeddingRow.started_at >= window.start, SightingEmbeddingRow.started_at < window.end)
        commonest = (
            select(SightingEmbeddingRow.model_id)
            .where(*within)
            .group_by(SightingEmbeddingRow.model_id)
            .order_by(func.count().desc(), SightingEmbeddingRow.model_id)
            .limit(1)
            .scalar_subquery()
        )
        wanted = (
            select(SightingEmbeddingRow)
            .where(*within, SightingEmbeddingRow.model_id == commonest)
            .order_by(SightingEmbeddingRow.started_at.desc(), SightingEmbeddingRow.sighting_id)
            .limit(limit)
        )
        rows = self._session.scalars(wanted).all()
        stops = [
            TrajectoryStep(TrackletId(row.sighting_id), CameraId(row.camera_id), row.started_at, row.ended_at, None)
            for row in rows
        ]
        return stops, np.stack([row.vector for row in rows]).astype(np.float32) if rows else np.empty((0, 1), np.float32)


def to_json(times: TravelTimes) -> dict[str, Any]:
    """What was counted; how it is smoothed, and where cameras stand, is not part of it."""
    pairs = sorted({*times.later, *times.onward})
    return {
        "axis": _AXIS,
        "pairs": [
            {"from": a, "to": b, "later": _sparse(times.later, (a, b)), "onward": _sparse(times.onward, (a, b))} for a, b in pairs
        ],
        "ended": {camera: times.ended[camera] for camera in sorted(times.ended)},
    }


def from_json(document: Mapping[str, Any], positions: Mapping[CameraId, GeoPoint] | None = None) -> TravelTimes:
    """The inverse of `to_json`; nothing is known where it was counted on another axis."""
    if document.get("axis") != _AXIS:
        return TravelTimes(positions=positions or {})
    later: dict[Pair, Floats] = {}
    onward: dict[Pair, Floats] = {}
    for each in document["pairs"]:
        pair = (CameraId(each["from"]), CameraId(each["to"]))
        for counts, key in ((later, "later"), (onward, "onward")):
            if each[key]:
                counts[pair] = np.zeros(N_BINS)
                counts[pair][[int(at) for at, _ in each[key]]] = [float(n) for _, n in each[key]]
    ended = {CameraId(camera): float(n) for camera, n in document["ended"].items()}
    return TravelTimes(later=later, onward=onward, ended=ended, positions=positions or {})


def _sparse(counts: Counts, pair: Pair) -> list[tuple[int, float]]:
    its = counts.get(pair)
    return [] if its is None else [(int(at), float(its[at])) for at in np.flatnonzero(its)]
