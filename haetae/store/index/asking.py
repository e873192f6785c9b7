"""Nearest sightings by an index, as exact as the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from haetae.domain.attributes import AttributeCondition
from haetae.domain.embedding import Vectors, normalised
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Scope
from haetae.ranking.halves import nearest_distances
from haetae.ranking.sign_bit_scan import Estimates, Wanted, estimated
from haetae.store.failures import within_budget
from haetae.store.index.day_rows import DayView, Ids
from haetae.store.index.embedding_index import EmbeddingIndex, Generation
from haetae.store.index.reading import Changed, Position, allowed, changed_within, distances_of, position, to_ids, to_us, to_uuids
from haetae.store.scopes import LONGEST_SIGHTING, cameras_in


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Sightings with their cosine distances 0-2, nearest first; `vectors` of those whose vectors are held in memory."""

    nearest: list[tuple[TrackletId, float]]
    vectors: dict[TrackletId, NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """Rows of the index (m,), nearest first, with their `ids` (m, 2) and `distances` (m,)."""

    rows: NDArray[np.int64]
    ids: Ids
    distances: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked: probes (k, d), the scope, how many, required conditions."""

    probes: Vectors
    scope: Scope
    limit: int
    conditions: Sequence[AttributeCondition] = ()


def nearest(index: EmbeddingIndex, session: Session, asked: Question) -> Found | None:
    """What an exact scan in this REPEATABLE READ transaction would find, or nearly; None where only the scan can tell.

    None: nothing is loaded that this transaction may see, too few or too many rows to choose from, or fewer rows came out than
    went in. Raises Refused (503) where it takes too long.
    """
    with within_budget():
        at = position(session)
        generation = index.generation(at)
        cameras = cameras_in(session, asked.scope)
        if generation is None or cameras == [] or asked.limit < 1:
            return None
        views = _views(generation, at, asked.scope)
        if views is None or sum(view.n for view in views) == 0:
            return None
        since = generation.snapshot.oldest_running
        changed = changed_within(session, since, generation.model_number, asked.probes, asked.scope, cameras)
        if changed is None:
            return None
        scanned = [view.scanned for view in views]
        estimates = estimated(scanned, _wanted(generation, asked.scope, cameras), generation.code.planes(asked.probes))
        return _Search(index, session, asked, views, changed).found(estimates)


def _views(generation: Generation, at: Position, scope: Scope) -> list[DayView] | None:
    """The days that the scope looks at; None where the generation lacks one of them."""
    first = (scope.window.start - LONGEST_SIGHTING).astimezone(UTC).date()
    last = scope.window.end.astimezone(UTC).date()
    days = sorted((p for p in at.partitions if first <= p.day <= last), key=lambda p: p.day)
    if any(day not in generation.days for day in days):
        return None
    views = [generation.days[day] for day in days]
    start_us, end_us = to_us(scope.window.start), to_us(scope.window.end)
    return [view for view in views if view.first_us < end_us and view.last_us >= start_us]


def _wanted(generation: Generation, scope: Scope, cameras: Sequence[CameraId] | None) -> Wanted:
    seen_by = np.full(max(1, len(generation.cameras)), cameras is None)
    seen_by[[generation.cameras[camera] for camera in cameras or () if camera in generation.cameras]] = True
    return Wanted(to_us(scope.window.start), to_us(scope.window.end), seen_by, generation.number)


class _Search:
    """One question's way from the index's rows to the answer."""

    def __init__(self, index: EmbeddingIndex, session: Session, asked: Question, views: list[DayView], changed: Changed) -> None:
        self._limits = index.limits
        self._session = session
        self._asked = asked
        self._views = views
        self._edges = np.cumsum([0, *(view.n for view in views)])
        self._changed = changed
        self._required = any(condition.required for condition in asked.conditions)
        self._held = all(view.halves is not None for view in views)

    def found(self, estimates: Estimates) -> Found | None:
        """Looks at more and more of the rows until enough of them may be answers."""
        n, limits = estimates.n_inside, self._limits
        if n <= limits.scanned and not self._held:
            return None
        enough = limits.depth * self._asked.limit
        m = n if n <= limits.compared_all else min(n, max(limits.compared, enough) + len(self._changed.ids))
        most = max(m, limits.compared_all)
        while m <= most:
            candidates = self._compared(estimates.best(m))
            if candidates is None:
                return None
            n_kept = len(candidates.rows)
            if m >= n or n_kept >= enough:
                return self._merged(candidates)
            m = min(n, max(2 * m, int(1.2 * m * enough / max(1, n_kept))))
        return None

    def _compared(self, rows: NDArray[np.int64]) -> _Candidates | None:
        """Those of the rows that may be answers, by exact distance; None where PostgreSQL lacks rows that the index has."""
        ids = np.empty((len(rows), 2), np.uint64)
        distances = np.empty(len(rows), np.float32)
        cuts = np.searchsorted(rows, self._edges).tolist()  # rows are in order, so those of a view stand together
        for view, edge, first, end in zip(self._views, self._edges.tolist(), cuts, cuts[1:], strict=False):
            local = rows[first:end] - edge
            ids[first:end] = view.ids[local]
            if self._held and view.halves is not None and end > first:
                distances[first:end] = nearest_distances(view.halves, local, self._asked.probes)
        known = ~_among(ids, self._changed.ids)
        rows, ids, distances = rows[known], ids[known], distances[known]
        if not self._held:
            uuids = to_uuids(ids)
            stored = distances_of(self._session, uuids, self._asked.probes, self._asked.scope)
            if len(stored) < len(uuids):
                return None
            distances = np.array([stored[id] for id in uuids], np.float32)
        if self._required:
            fitting = allowed(self._session, to_uuids(ids), self._asked.conditions, self._asked.scope)
            fits = _among(ids, to_ids(list(fitting)))
            rows, ids, distances = rows[fits], ids[fits], distances[fits]
        order = np.argsort(distances, kind="stable")
        return _Candidates(rows[order], ids[order], distances[order])

    def _merged(self, candidates: _Candidates) -> Found:
        """With the rows that changed since the index's snapshot."""
        limit, new = self._asked.limit, list(self._changed.inside)
        if self._required and new:
            fitting = allowed(self._session, [id for id, _ in new], self._asked.conditions, self._asked.scope)
            new = [one for one in new if one[0] in fitting]
        ids, rows = to_uuids(candidates.ids[:limit]), candidates.rows[:limit]
        near = list(zip(candidates.distances[:limit].tolist(), ids, strict=True))
        best = sorted([*near, *((distance, id) for id, distance in new)])[:limit]
        held = dict(zip(map(TrackletId, ids), self._vectors(rows), strict=True)) if self._held else {}
        return Found([(TrackletId(id), min(max(distance, 0.0), 2.0)) for distance, id in best], held)

    def _vectors(self, rows: NDArray[np.int64]) -> Vectors:
        part = np.searchsorted(self._edges, rows, side="right") - 1
        stored = [
            view.halves[row - self._edges[number]]
            for number, row in zip(part.tolist(), rows.tolist(), strict=True)
            if (view := self._views[number]).halves is not None
        ]
        return normalised(np.stack(stored).view(np.float16)) if stored else np.empty((0, 0), np.float32)


def _among(ids: Ids, others: Ids) -> NDArray[np.bool_]:
    """(n,) whether each id is one of the others."""
    likely = np.isin(ids[:, 0] ^ ids[:, 1], others[:, 0] ^ others[:, 1])
    known = set(map(tuple, others.tolist()))
    for place in np.flatnonzero(likely).tolist():
        likely[place] = tuple(ids[place].tolist()) in known
    return likely
