"""The nearest of an index's rows and of what has changed since, as columns: no object for each of thousands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from haetae.domain.attributes import AttributeCondition
from haetae.domain.embedding import Vectors, normalised
from haetae.domain.ids import CameraId
from haetae.domain.query import Scope
from haetae.domain.sighting_ids import Ids, SightingIds, to_columns, to_uuids
from haetae.domain.stays import Stays
from haetae.domain.timing import to_us as to_us_since_1970
from haetae.ranking.halves import Halves, nearest_distances
from haetae.ranking.sign_bit_scan import Estimates
from haetae.store.index.changes import Arrived, Changes
from haetae.store.index.day_rows import DayView
from haetae.store.index.embedding_index import Limits
from haetae.store.index.reading import EPOCH, allowed, distances_of

_SINCE_1970_US = to_us_since_1970(EPOCH)

Columns = tuple[SightingIds, NDArray[np.float32], Stays, Vectors | None]
"""Ids, distances (n,) 0-2, stays and, where they are held, vectors (n, d)."""
Wish = tuple[int, Sequence[AttributeCondition]]
"""How many are asked for, and on which conditions."""


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """Rows of the index (m,), nearest first, with their `ids` (m, 2) and `distances` (m,)."""

    rows: NDArray[np.int64]
    ids: Ids
    distances: NDArray[np.float32]

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> _Candidates:
        return _Candidates(self.rows[chosen], self.ids[chosen], self.distances[chosen])


class NearestRows:
    """One question's way from the rows of some days to the nearest of them."""

    def __init__(
        self, session: Session, limits: Limits, views: Sequence[DayView], changes: Changes, cameras: Mapping[str, int]
    ) -> None:
        self._session = session
        self._limits = limits
        self._views = views
        self._changes = changes
        self._cameras = cameras
        self._edges = np.cumsum([0, *(view.n for view in views)])
        self._held = all(view.halves is not None for view in views)

    def found(self, estimates: Estimates, probes: Vectors, scope: Scope, wish: Wish) -> Columns | None:
        """Looks at more and more of the rows until enough of them may be answers; None where that is not enough."""
        (limit, conditions), n, limits = wish, estimates.n_inside, self._limits
        if n <= limits.scanned and not self._held:
            return None
        required = [condition for condition in conditions if condition.required]
        enough = limits.depth * limit
        m = n if n <= limits.compared_all else min(n, max(limits.compared, enough) + len(self._changes.ids))
        most = max(m, limits.compared_all)
        while m <= most:
            candidates = self._compared(estimates.best(m), probes, scope)
            if candidates is None:
                return None
            if required:
                candidates = candidates.where(self._allowed(candidates.ids, required, scope))
            n_kept = len(candidates.rows)
            if m >= n or n_kept >= enough:
                return self._merged(candidates, self._arrived(required, scope), probes, limit)
            m = min(n, max(2 * m, int(1.2 * m * enough / max(1, n_kept))))
        return None

    def _compared(self, rows: NDArray[np.int64], probes: Vectors, scope: Scope) -> _Candidates | None:
        """Those of the rows that did not change, by exact distance; None where PostgreSQL lacks rows that the index has."""
        ids = np.empty((len(rows), 2), np.uint64)
        distances = np.empty(len(rows), np.float32)
        cuts = np.searchsorted(rows, self._edges).tolist()  # rows are in order, so those of a view stand together
        for view, edge, first, end in zip(self._views, self._edges.tolist(), cuts, cuts[1:], strict=False):
            if end == first:
                continue
            local = rows[first:end] - edge
            ids[first:end] = view.ids[local]
            if self._held and view.halves is not None:
                distances[first:end] = nearest_distances(view.halves, local, probes)
        found = _Candidates(rows, ids, distances).where(~_among(ids, self._changes.ids))
        if not self._held:
            uuids = to_uuids(found.ids)
            stored = distances_of(self._session, uuids, probes, scope)
            if len(stored) < len(uuids):
                return None
            found = _Candidates(found.rows, found.ids, np.array([stored[id] for id in uuids], np.float32))
        return found.where(np.argsort(found.distances, kind="stable"))

    def _arrived(self, required: Sequence[AttributeCondition], scope: Scope) -> Arrived:
        """What is in the scope of the rows that changed since the index's snapshot."""
        arrived = self._changes.arrived
        if not required or not len(arrived.ids):
            return arrived
        return arrived.where(self._allowed(arrived.ids, required, scope))

    def _allowed(self, ids: Ids, required: Sequence[AttributeCondition], scope: Scope) -> NDArray[np.bool_]:
        fitting = allowed(self._session, to_uuids(ids), required, scope)
        return _among(ids, to_columns(list(fitting)))

    def _merged(self, candidates: _Candidates, new: Arrived, probes: Vectors, limit: int) -> Columns:
        """The nearest of both; of equally near ones that with the smaller id."""
        near = candidates.where(np.arange(min(limit, len(candidates.rows))))
        ids, distances = near.ids, near.distances
        if len(new.ids):
            ids = np.concatenate([ids, new.ids])
            distances = np.concatenate([distances, nearest_distances(new.halves, np.arange(len(new.ids)), probes)])
        best = np.lexsort((ids[:, 1], ids[:, 0], distances))[:limit]
        started, ended, camera, halves = self._facts(near.rows, new)
        names = [*map(CameraId, self._cameras), *new.cameras]  # numbers of cameras are their places
        stays = Stays(names, camera[best], started[best] + _SINCE_1970_US, ended[best] + _SINCE_1970_US)
        held = None if halves is None or not len(best) else normalised(halves[best].view(np.float16))
        return SightingIds(ids[best]), np.clip(distances[best], 0, 2), stays, held

    def _facts(
        self, rows: NDArray[np.int64], new: Arrived
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.intp], Halves | None]:
        """Of the rows, then of what is new: beginnings, ends (microseconds since 2000), cameras and, where held, vectors."""
        n, n_new = len(rows), len(new.ids)
        started, ended = np.empty(n + n_new, np.int64), np.empty(n + n_new, np.int64)
        camera = np.arange(n + n_new, dtype=np.intp) + (len(self._cameras) - n)
        started[n:], ended[n:] = new.started, new.ended
        halves: Halves | None = None
        d = next((view.halves.shape[1] for view in self._views if view.halves is not None), new.halves.shape[1])
        if self._held:
            halves = np.empty((n + n_new, d), np.uint16)
            if n_new:
                halves[n:] = new.halves
        part = np.searchsorted(self._edges, rows, side="right") - 1
        for number in np.unique(part).tolist():
            view, places = self._views[number], np.flatnonzero(part == number)
            local = rows[places] - self._edges[number]
            started[places], ended[places] = view.scanned.started[local], view.scanned.ended[local]
            camera[places] = view.scanned.camera[local]
            if halves is not None and view.halves is not None:
                halves[places] = view.halves[local]
        return started, ended, camera, halves


def _among(ids: Ids, others: Ids) -> NDArray[np.bool_]:
    """(n,) whether each id is one of the others."""
    likely = np.isin(ids[:, 0] ^ ids[:, 1], others[:, 0] ^ others[:, 1])
    if likely.any():
        known = set(map(tuple, others.tolist()))
        for place in np.flatnonzero(likely).tolist():
            likely[place] = tuple(ids[place].tolist()) in known
    return np.asarray(likely, np.bool_)
