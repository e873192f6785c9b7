"""The gallery of the pipeline, as one transaction of the store sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from haetae.domain.embedding import Vectors
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Query, Scope
from haetae.domain.sighting import Sighting
from haetae.ranking.evidence import Reliability
from haetae.routing.plausibility import TravelTimes
from haetae.store.store import Transaction
from services.search.probes import Probes
from services.search.travel_times.knowledge import RememberedTimes


class StoredGallery:
    """Sightings and cameras out of PostgreSQL. Every method raises Transient, and Refused (503) where it takes too long."""

    def __init__(self, transaction: Transaction, times: RememberedTimes | None = None) -> None:
        self._transaction = transaction
        self._times = times or RememberedTimes()

    def nearest(self, probes: Probes, query: Query, limit: int) -> list[TrackletId]:
        """By exact scan, nearest first."""
        found = self._transaction.sightings.nearest(
            probes.vectors, probes.model, query.scope, limit=limit, conditions=query.conditions
        )
        return [id for id, _ in found]

    def vectors(self, ids: Sequence[TrackletId], probes: Probes) -> Vectors:
        """In the order of `ids`."""
        return self._transaction.sightings.vectors(ids, probes.model)

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
