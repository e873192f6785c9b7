"""The gallery of the pipeline, as one transaction of the store sees it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from haetae.domain.embedding import ModelVersion, Vectors
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Query, Scope
from haetae.domain.sighting import Sighting
from haetae.ranking import KReciprocal, Reranking
from haetae.ranking.evidence import Reliability
from haetae.routing.plausibility import TravelTimes
from haetae.store.index import Found, Question
from haetae.store.store import Transaction
from services.search.graphs import Graphs
from services.search.metrics import searched
from services.search.port import Reranked
from services.search.probes import Probes
from services.search.travel_times.knowledge import RememberedTimes


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

    def __init__(self, transaction: Transaction, times: RememberedTimes | None = None, index: Index | None = None) -> None:
        """`transaction` is REPEATABLE READ where there is an index."""
        self._transaction = transaction
        self._times = times or RememberedTimes()
        self._index = index
        self._held: dict[TrackletId, NDArray[np.float32]] = {}  # vectors that the index found

    def nearest(self, probes: Probes, query: Query, limit: int) -> list[TrackletId]:
        """Nearest first: by the index, or where that cannot tell by exact scan."""
        asked = Question(probes.vectors, query.scope, limit, query.conditions)
        index = self._index
        found = index.nearest(self._transaction.session, probes.model, asked) if index else None
        if index and found is not None:
            searched(index.name)
            self._held = found.vectors
            return [id for id, _ in found.nearest]
        searched("scan")
        self._held = {}
        scanned = self._transaction.sightings.nearest(
            probes.vectors, probes.model, query.scope, limit=limit, conditions=query.conditions
        )
        return [id for id, _ in scanned]

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

    def cameras(self, ids: Sequence[TrackletId]) -> list[CameraId]:
        """In the order of `ids`."""
        return self._transaction.sightings.cameras(ids)

    def fitting(self, query: Query, reliability: Reliability) -> list[TrackletId]:
        """By the log odds of the conditions, best first."""
        limit = query.limit + len(query.rejected)
        found = self._transaction.sightings.fitting(query.scope, query.conditions, limit=limit, reliability=reliability)
        return [id for id, _ in found]

    def sightings(self, ids: Sequence[TrackletId]) -> list[Sighting]:
        """Those that are there, with their embeddings."""
        return self._transaction.sightings.many(ids, with_embeddings=True)

    def count(self, scope: Scope) -> int:
        """How many sightings the scope has."""
        return self._transaction.sightings.count(scope)

    def positions(self) -> Mapping[CameraId, GeoPoint | None]:
        """Where the cameras stand."""
        return {camera.id: camera.position for camera in self._transaction.cameras.all()}

    def travel_times(self) -> TravelTimes:
        """Those that were learned last; by the map alone where nothing was."""
        return self._times.of(self._transaction)
