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
from haetae.domain.query import Query, Scope
from haetae.domain.sighting import Sighting
from haetae.domain.sighting_ids import SightingIds
from haetae.domain.stays import Stays
from haetae.ranking import KReciprocal, Reranking
from haetae.ranking.evidence import Reliability
from haetae.routing.plausibility import TravelTimes
from haetae.store.circumstances import Circumstances
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


class Sight(Protocol):
    """An index as one transaction sees it, within one scope. None: only PostgreSQL can tell. Raises Refused (503)."""

    def count(self) -> int | None:
        """How many sightings the scope has."""
        ...

    def nearest(self, model: ModelVersion, asked: Question) -> Found | None:
        """As an exact scan would find, or nearly."""
        ...


class Index(Protocol):
    """What finds the nearest without comparing everybody; `name` says what it is."""

    name: str

    @property
    def graphs(self) -> Graphs | None:
        """Neighbour graphs of what it holds."""
        ...

    def sight(self, session: Session, scope: Scope) -> Sight:
        """What it can tell the REPEATABLE READ session of a scope."""
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
        seen: Circumstances | None = None,
    ) -> None:
        """`transaction` is REPEATABLE READ where there is an index. Scans go day by day from so many sightings on, where
        somebody listens `between`. `seen` is what the transaction sees, where that is known already."""
        self._seen = seen
        self._days_from = days_from
        self._transaction = transaction
        self._between = between
        self._n_in_scope = 0  # as it was counted last
        self._times = times or RememberedTimes()
        self._index = index
        self._sights: dict[Scope, Sight] = {}
        self._found: Found | None = None  # what the index found last
        self._model: ModelVersion | None = None  # by whose embeddings

    def nearest(self, probes: Probes, query: Query, limit: int) -> SightingIds:
        """Nearest first: by the index, or where that cannot tell by exact scan."""
        sight = self._sight(query.scope)
        asked = Question(probes.vectors, query.scope, limit, query.conditions)
        found = sight.nearest(probes.model, asked) if sight else None
        self._found, self._model = found, probes.model
        if self._index and found is not None:
            searched(self._index.name)
            return found.ids
        searched("scan")
        sightings = self._transaction.sightings

        def scan(scope: Scope) -> list[tuple[TrackletId, float]]:
            return sightings.nearest(probes.vectors, probes.model, scope, limit=limit, conditions=query.conditions)

        near = dict(self._scanned(query.scope, scan))
        return SightingIds.of(id for id, _ in nsmallest(limit, near.items(), key=lambda one: (one[1], one[0])))

    def vectors(self, ids: SightingIds, probes: Probes) -> Vectors:
        """In the order of `ids`."""
        held, places = self._found.vectors if self._found else None, self._places(ids)
        if held is not None and places is not None:
            return held[places]
        return self._transaction.sightings.vectors(ids, probes.model)

    def reranked(self, ids: SightingIds, probes: Probes, how: Reranking) -> Reranked | None:
        """By the neighbour graphs beside the index."""
        graphs = self._index.graphs if self._index else None
        if graphs is None or not isinstance(how, KReciprocal):
            return None
        return graphs.reranked(ids, probes.vectors, how, probes.model)

    def stays(self, ids: SightingIds) -> Stays:
        """In the order of `ids`."""
        known, places = self._found.stays if self._found else None, self._places(ids)
        if known is not None and places is not None:
            return known.at(places)
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
        stored, held, model = self._transaction.sightings, self._found.vectors if self._found else None, self._model
        places = self._places(SightingIds.of(ids)) if held is not None and ids else None
        if held is None or places is None or model is None:
            return stored.many(ids, with_embeddings=True)
        place_of = dict(zip(ids, places.tolist(), strict=True))
        return [replace(s, embedding=Embedding(held[place_of[s.id]], model)) for s in stored.many(ids)]

    def count(self, scope: Scope) -> int:
        """How many sightings the scope has: by the index, or where that cannot tell by PostgreSQL."""
        sight = self._sight(scope)
        known = sight.count() if sight else None
        self._n_in_scope = self._transaction.sightings.count(scope) if known is None else known
        return self._n_in_scope

    def _sight(self, scope: Scope) -> Sight | None:
        if self._index is None:
            return None
        if scope not in self._sights:
            self._sights = {scope: self._index.sight(self._transaction.session, scope)}
        return self._sights[scope]

    def _places(self, ids: SightingIds) -> NDArray[np.intp] | None:
        """(m,) where the ids stand among those that the index found last; None where one of them does not."""
        found = self._found
        if found is None:
            return None
        if ids.columns is found.ids.columns:
            return np.arange(len(ids))
        place_of = {id: place for place, id in enumerate(map(tuple, found.ids.columns.tolist()))}
        places = [place_of.get(id, -1) for id in map(tuple, ids.columns.tolist())]
        return None if -1 in places else np.array(places, np.intp)

    def positions(self) -> Mapping[CameraId, GeoPoint | None]:
        """Where the cameras stand."""
        return self._times.positions(self._transaction, self._circumstances())

    def travel_times(self) -> TravelTimes:
        """Those that were learned last; by the map alone where nothing was."""
        return self._times.of(self._transaction, self._circumstances())

    def _circumstances(self) -> Circumstances:
        if self._seen is None:
            self._seen = self._transaction.circumstances()
        return self._seen
