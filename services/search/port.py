"""What the pipeline needs of whatever keeps the sightings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Query, Scope
from haetae.domain.sighting import Sighting
from haetae.domain.sighting_ids import SightingIds
from haetae.domain.stays import Stays
from haetae.ranking import Reranking
from haetae.ranking.evidence import Reliability
from haetae.routing.plausibility import TravelTimes
from services.search.probes import Probes


@dataclass(frozen=True, slots=True, eq=False)
class Reranked:
    """Re-ranked distances (n_photos, n) float32 of the sightings that are `known` (n,); of the others nothing is said."""

    distances: NDArray[np.float32]
    known: NDArray[np.bool_]


class Gallery(Protocol):
    """The sightings as one transaction sees them, and where the cameras stand."""

    def nearest(self, probes: Probes, query: Query, limit: int) -> SightingIds:
        """The `limit` sightings of the query's scope that are nearest to any of the probes, by exact scan.

        Only embeddings of the probes' model are compared; required conditions exclude what speaks against them.
        """
        ...

    def vectors(self, ids: SightingIds, probes: Probes) -> Vectors:
        """(n, d) float32 unit rows of the probes' model in the order of `ids`, which `nearest` gave."""
        ...

    def reranked(self, ids: SightingIds, probes: Probes, how: Reranking) -> Reranked | None:
        """Each probe re-ranked against everybody whom a stored neighbour graph holds, not against `ids` alone.

        None where no graph is for `how`, or none knows more than `ids`.
        """
        ...

    def stays(self, ids: SightingIds) -> Stays:
        """When and by which camera each of `ids` was seen, which `nearest` gave, in their order."""
        ...

    def fitting(self, query: Query, reliability: Reliability) -> list[TrackletId]:
        """The sightings of the query's scope, at most its limit and those it rejects, that fit its conditions best."""
        ...

    def sightings(self, ids: Sequence[TrackletId]) -> list[Sighting]:
        """Those that are there, with their embeddings, in the order of `ids`."""
        ...

    def count(self, scope: Scope) -> int:
        """How many sightings the scope has."""
        ...

    def positions(self) -> Mapping[CameraId, GeoPoint | None]:
        """Where the cameras stand."""
        ...

    def travel_times(self) -> TravelTimes:
        """How long people take from camera to camera, as far as that is known."""
        ...
