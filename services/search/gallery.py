"""The gallery of the pipeline, as one transaction of the store sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from heapq import nsmallest
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from haetae.domain.embedding import Embedding, ModelVersion, Vectors
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Query, Scope, TrajectoryStep
from haetae.domain.sighting import Sighting
from haetae.ranking import KReciprocal, Reranking
from haetae.ranking.evidence import Reliability
from haetae.routing.plausibility import TravelTimes
from haetae.store.index import Found, Question
from haetae.store.sightings import Fit
from haetae.store.store import Transaction
from services.search.day_by_day import WORTH_IT, Between, scanned
from services.search.graphs import Graphs
from services.search.metrics import searched
from services.search.port import Reranked
from services.search.probes import Probes
from services.search.travel_times.knowledge import RememberedTimes

R = TypeVar("R")


class Index(Protocol):
    """What finds the nearest without comparing everybody; `name` says what it is."""

    name: str

    @property
    def graphs(self) -> Graphs | None:
        """Neighbour graphs of what it holds."""
        ...

    def nearest(self, session: Session, model: ModelVersion, asked: Question) -> Found | None:
        """As an exact scan of the REPEATABLE READ session; None where only that can tell. Raises Refused (503)."""
        ...

    def start(self, stop: threading.Event) -> None:
        """Keeps itself up to date in threads of its own until `stop` is set."""
        ...


class StoredGallery:
    """Sightings and cameras out of PostgreSQL. Every method raises Transient, and Refused (503) where it takes too long."""

    def __init__(
        self,
        transaction: Transaction,
        times: RememberedTimes | None = None,
        index: Index | None = None,
        between: Between | None = None,
        *,
        days_from: int = WORTH_IT,
    ) -> None:
        """`transaction` is REPEATABLE READ where there is an index. Scans go day by day from so many sightings on, where
        somebody listens `between`."""
        self._days_from = days_from
        self._transaction = transaction
        self._between = between
        self._n_in_scope = 0  # as it was counted last
        self._times = times or RememberedTimes()
        self._index = index
        self._held: dict[TrackletId, NDArray[np.float32]] = {}  # vectors that the index found
        self._model: ModelVersion | None = None  # theirs

    def nearest(self, probes: Probes, query: Query, limit: int) -> list[TrackletId]:
        """Nearest first: by the index, or where that cannot tell by exact scan."""
        asked = Question(probes.vectors, query.scope, limit, query.conditions)
        index = self._index
        found = index.nearest(self._transaction.session, probes.model, asked) if index else None
        if index and found is not None:
            searched(index.name)
            self._held, self._model = found.vectors, probes.model
            return [id for id, _ in found.nearest]
        searched("scan")
        self._held = {}
        sightings = self._transaction.sightings

        def scan(scope: Scope) -> list[tuple[TrackletId, float]]:
            return sightings.nearest(probes.vectors, probes.model, scope, limit=limit, conditions=query.conditions)

        near = dict(self._scanned(query.scope, scan))
        return [id for id, _ in nsmallest(limit, near.items(), key=lambda one: (one[1], one[0]))]

    def vectors(self, ids: Sequence[TrackletId], probes: Probes) -> Vectors:
        """In the order of `ids`."""
        held = self._held
        missing = [id for id in ids if id not in held]
        if not missing and ids:
            return np.stack([held[id] for id in ids])
        read = self._transaction.sightings.vectors(missing, probes.model)
        if len(missing) == len(ids):
            return read
        known = {**held, **dict(zip(missing, read, strict=True))}
        return np.stack([known[id] for id in ids])

    def reranked(self, ids: Sequence[TrackletId], probes: Probes, how: Reranking) -> Reranked | None:
        """By the neighbour graphs beside the index."""
        graphs = self._index.graphs if self._index else None
        if graphs is None or not isinstance(how, KReciprocal):
            return None
        return graphs.reranked(ids, probes.vectors, how, probes.model)

    def stays(self, ids: Sequence[TrackletId]) -> list[TrajectoryStep]:
        """In the order of `ids`."""
        return self._transaction.sightings.stays(ids)

    def fitting(self, query: Query, reliability: Reliability) -> list[TrackletId]:
        """By the log odds of the conditions, best first."""
        limit, sightings = query.limit + len(query.rejected), self._transaction.sightings

        def scan(scope: Scope) -> list[Fit]:
            return sightings.fits(scope, query.conditions, limit=limit, reliability=reliability)

        fits = {fit.id: fit for fit in self._scanned(query.scope, scan)}
        return [fit.id for fit in nsmallest(limit, fits.values(), key=lambda fit: fit.order)]

    def _scanned(self, scope: Scope, scan: Callable[[Scope], list[R]]) -> list[R]:
        return scanned(scope, self._n_in_scope, self._between, scan, worth_it=self._days_from)

    def sightings(self, ids: Sequence[TrackletId]) -> list[Sighting]:
        """Those that are there, with their embeddings."""
        held, model, stored = self._held, self._model, self._transaction.sightings
        if model is None or not held:
            return stored.many(ids, with_embeddings=True)
        near = stored.many([id for id in ids if id in held])
        others = [id for id in ids if id not in held]
        found = {s.id: replace(s, embedding=Embedding(held[s.id], model)) for s in near}
        found |= {s.id: s for s in stored.many(others, with_embeddings=True)} if others else {}
        return [found[id] for id in ids if id in found]

    def count(self, scope: Scope) -> int:
        """How many sightings the scope has."""
        self._n_in_scope = self._transaction.sightings.count(scope)
        return self._n_in_scope

    def positions(self) -> Mapping[CameraId, GeoPoint | None]:
        """Where the cameras stand."""
        return {camera.id: camera.position for camera in self._transaction.cameras.all()}

    def travel_times(self) -> TravelTimes:
        """Those that were learned last; by the map alone where nothing was."""
        return self._times.of(self._transaction)
