"""An index as one transaction sees it: how many sightings a scope has, and which are nearest, as exact as the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from haetae.domain.attributes import AttributeCondition
from haetae.domain.embedding import Vectors
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Scope
from haetae.domain.sighting_ids import SightingIds, to_columns
from haetae.domain.stays import Stays
from haetae.ranking.sign_bit_scan import Wanted, estimated
from haetae.store.failures import within_budget
from haetae.store.index.changes import Changes, changes_within
from haetae.store.index.counting import count_inside, inside_among
from haetae.store.index.day_rows import DayView
from haetae.store.index.embedding_index import EmbeddingIndex, Generation
from haetae.store.index.nearest_rows import NearestRows
from haetae.store.index.reading import Partition, Position, n_embedded_otherwise, n_without_embedding, position, to_us
from haetae.store.scopes import LONGEST_SIGHTING, cameras_in


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Sightings, nearest first, with their cosine distances (n,) 0-2; of those that are held in memory when and where they were
    (`stays`), and where vectors are held `vectors` (n, d) unit rows."""

    ids: SightingIds
    distances: NDArray[np.float32]
    stays: Stays | None = None
    vectors: Vectors | None = None

    @classmethod
    def of(cls, nearest: Sequence[tuple[UUID, float]]) -> Found:
        """Ids and distances, nearest first."""
        ids = SightingIds(to_columns(id for id, _ in nearest))
        return cls(ids, np.clip(np.array([distance for _, distance in nearest], np.float32), 0, 2))

    @property
    def nearest(self) -> list[tuple[TrackletId, float]]:
        """Each with its distance."""
        return list(zip(self.ids, self.distances.tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked: probes (k, d), the scope, how many, required conditions."""

    probes: Vectors
    scope: Scope
    limit: int
    conditions: Sequence[AttributeCondition] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where a transaction stands: a generation of the index that it sees all of, the days of its scope, what changed since."""

    at: Position
    generation: Generation
    cameras: Sequence[CameraId] | None
    days: Sequence[tuple[Partition, DayView]]
    changes: Changes
    wanted: Wanted

    @property
    def views(self) -> list[DayView]:
        """Of the days."""
        return [view for _, view in self.days]


class Sight:
    """What an index can tell one REPEATABLE READ transaction of one scope. Where it cannot, the answer is None: only PostgreSQL
    knows. Raises Refused (503) where it takes too long."""

    def __init__(self, index: EmbeddingIndex, session: Session, scope: Scope) -> None:
        self._index = index
        self._session = session
        self._scope = scope
        self._looked = False
        self._standing: Standing | None = None

    def count(self) -> int | None:
        """How many sightings the scope has, those included that have no embedding, or another network's."""
        with within_budget():
            standing = self._stand()
            if standing is None:
                return None
            changes, wanted = standing.changes, standing.wanted
            n = len(changes.arrived.ids) + sum(count_inside(view, wanted) for view in standing.views)
            for partition, view in standing.days:
                if changes.partitions is None or partition.oid in changes.partitions:
                    n -= inside_among(view, wanted, changes.ids)
            others = standing.at.models - {standing.generation.model_number}
            if others:
                n += n_embedded_otherwise(self._session, others, self._scope, standing.cameras)
            if standing.at.any_removed:
                n += n_without_embedding(self._session, self._scope, standing.cameras)
            return n

    def nearest(self, asked: Question) -> Found | None:
        """What an exact scan of the scope would find, or nearly; None also where too few or too many rows are to choose from, or
        fewer rows came out than went in."""
        with within_budget():
            standing = self._stand()
            if standing is None or asked.limit < 1 or not any(view.n for view in standing.views):
                return None
            scanned = [view.scanned for view in standing.views]
            estimates = estimated(scanned, standing.wanted, standing.generation.code.planes(asked.probes))
            rows = NearestRows(self._session, self._index.limits, standing.views, standing.changes, standing.generation.cameras)
            found = rows.found(estimates, asked.probes, asked.scope, (asked.limit, asked.conditions))
            return None if found is None else Found(*found)

    def _stand(self) -> Standing | None:
        if not self._looked:
            self._standing, self._looked = self._look(), True
        return self._standing

    def _look(self) -> Standing | None:
        at = position(self._session)
        generation = self._index.generation(at)
        cameras = cameras_in(self._session, self._scope)
        if generation is None or cameras == []:
            return None
        days = _days(generation, at, self._scope)
        if days is None:
            return None
        since, number = generation.snapshot.oldest_running, generation.model_number
        changes = changes_within(self._session, since, number, self._scope, cameras)
        if changes is None:
            return None
        return Standing(at, generation, cameras, days, changes, _wanted(generation, self._scope, cameras))


def nearest(index: EmbeddingIndex, session: Session, asked: Question) -> Found | None:
    """What an exact scan in this REPEATABLE READ transaction would find, or nearly; None where only the scan can tell.

    Raises Refused (503) where it takes too long.
    """
    return Sight(index, session, asked.scope).nearest(asked)


def _days(generation: Generation, at: Position, scope: Scope) -> list[tuple[Partition, DayView]] | None:
    """The days that the scope looks at; None where the generation lacks one of them."""
    first = (scope.window.start - LONGEST_SIGHTING).astimezone(UTC).date()
    last = scope.window.end.astimezone(UTC).date()
    days = sorted((p for p in at.partitions if first <= p.day <= last), key=lambda p: p.day)
    if any(day not in generation.days for day in days):
        return None
    start_us, end_us = to_us(scope.window.start), to_us(scope.window.end)
    found = [(day, generation.days[day]) for day in days]
    return [(day, view) for day, view in found if view.first_us < end_us and view.last_us >= start_us]


def _wanted(generation: Generation, scope: Scope, cameras: Sequence[CameraId] | None) -> Wanted:
    seen_by = np.full(max(1, len(generation.cameras)), cameras is None)
    seen_by[[generation.cameras[camera] for camera in cameras or () if camera in generation.cameras]] = True
    return Wanted(to_us(scope.window.start), to_us(scope.window.end), seen_by, generation.number)
