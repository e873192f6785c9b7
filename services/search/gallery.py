"""The gallery of the pipeline, as one transaction of the store sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Query, Scope
from haetae.domain.sighting import Sighting
from haetae.ranking import KReciprocal, Reranking
from haetae.ranking.evidence import Reliability
from haetae.routing.plausibility import TravelTimes
from haetae.store.index import Question, nearest
from haetae.store.store import Transaction
from services.search.index import Indexing
from services.search.metrics import searched
from services.search.port import Reranked
from services.search.probes import Probes
from services.search.travel_times.knowledge import RememberedTimes


class StoredGallery:
    """Sightings and cameras out of PostgreSQL. Every method raises Transient, and Refused (503) where it takes too long."""

    def __init__(self, transaction: Transaction, times: RememberedTimes | None = None, indexing: Indexing | None = None) -> None:
        """`transaction` is REPEATABLE READ where there is an index."""
        self._transaction = transaction
        self._times = times or RememberedTimes()
        self._indexing = indexing
        self._held: dict[TrackletId, NDArray[np.float32]] = {}  # vectors that the index found

    def nearest(self, probes: Probes, query: Query, limit: int) -> list[TrackletId]:
        """Nearest first: by the index, or where that cannot tell by exact scan."""
        index = self._indexing.of(probes.model) if self._indexing else None
        asked = Question(probes.vectors, query.scope, limit, query.conditions)
        found = nearest(index, self._transaction.session, asked) if index else None
        if found is not None:
            searched("index")
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
        graphs = self._indexing.graphs if self._indexing and self._indexing.of(probes.model) else None
        return graphs.reranked(ids, probes.vectors, how) if graphs and isinstance(how, KReciprocal) else None

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
