"""A gallery in memory, a detector and an embedder that give what they are told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from haetae.domain.detection import Detection
from haetae.domain.embedding import ModelVersion, normalised
from haetae.domain.frame import Pixels
from haetae.domain.geometry import Box, GeoPoint, ImageSize
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Probe, Query, Scope
from haetae.domain.sighting import Sighting
from haetae.domain.sighting_ids import SightingIds
from haetae.domain.stays import Stays
from haetae.imaging.crop import crop
from haetae.ranking import Reranking
from haetae.ranking.evidence import Reliability, log_odds
from haetae.routing.plausibility import TravelTimes
from services.search.port import Reranked
from services.search.probes import Probes, ReadPhoto
from tests.kit.builders import HD, MODEL, pixels


class GalleryInMemory:
    """Sightings in a list."""

    def __init__(self, sightings: Sequence[Sighting], positions: Mapping[CameraId, GeoPoint | None] | None = None) -> None:
        self._sightings = {sighting.id: sighting for sighting in sightings}
        self._positions = positions or {}
        self.asked_for = 0
        self.stored: Callable[[Sequence[TrackletId]], Reranked] | None = None

    def nearest(self, probes: Probes, query: Query, limit: int) -> SightingIds:
        """By the smallest distance to any probe."""
        self.asked_for = limit
        found = [
            (float((1 - probes.vectors @ sighting.embedding.vector).min()), sighting.id)
            for sighting in self._within(query.scope)
            if sighting.embedding is not None and sighting.embedding.model == probes.model and _allowed(query, sighting)
        ]
        return SightingIds.of(id for _, id in sorted(found)[:limit])

    def vectors(self, ids: Sequence[TrackletId], probes: Probes) -> NDArray[np.float32]:
        """In the order of `ids`."""
        found = [embedding.vector for id in ids if (embedding := self._sightings[id].embedding)]
        return np.stack(found) if found else np.empty((0, 0), np.float32)

    def reranked(self, ids: Sequence[TrackletId], probes: Probes, how: Reranking) -> Reranked | None:
        """As it was told."""
        return self.stored(ids) if self.stored else None

    def stays(self, ids: Sequence[TrackletId]) -> Stays:
        """In the order of `ids`."""
        found = [self._sightings[id] for id in ids]
        return Stays.of((sighting.camera_id, sighting.started_at, sighting.ended_at) for sighting in found)

    def fitting(self, query: Query, reliability: Reliability) -> list[TrackletId]:
        """By log odds, then as the store does."""
        found = [s for s in self._within(query.scope) if _allowed(query, s)]
        odds = {s.id: sum(log_odds(query.conditions, s.attributes, reliability).values()) for s in found}
        found.sort(key=lambda s: (-odds[s.id], -s.quality, -s.started_at.timestamp(), s.id))
        return [sighting.id for sighting in found[: query.limit + len(query.rejected)]]

    def travel_times(self) -> TravelTimes:
        """By the map alone."""
        return TravelTimes()

    def sightings(self, ids: Sequence[TrackletId]) -> list[Sighting]:
        """In the order of `ids`."""
        return [self._sightings[id] for id in ids]

    def count(self, scope: Scope) -> int:
        """Within the scope."""
        return len(self._within(scope))

    def positions(self) -> Mapping[CameraId, GeoPoint | None]:
        """As they were given."""
        return self._positions

    def _within(self, scope: Scope) -> list[Sighting]:
        return [
            sighting
            for sighting in self._sightings.values()
            if scope.window.overlaps(sighting.started_at, sighting.ended_at)
            and (not scope.cameras or sighting.camera_id in scope.cameras)
        ]


class StagedDetector:
    """Finds people by the size of the photo."""

    def __init__(self, by_size: Mapping[ImageSize, Sequence[Detection]]) -> None:
        self._by_size = by_size
        self.looked_at: list[ImageSize] = []

    def find(self, photos: Sequence[Pixels]) -> list[list[Detection]]:
        """What was staged for each photo's size; nobody for others."""
        sizes = [ImageSize(width=photo.shape[1], height=photo.shape[0]) for photo in photos]
        self.looked_at += sizes
        return [list(self._by_size.get(size, ())) for size in sizes]


class MeanColour:
    """Embeds a crop as the direction of its mean colour."""

    model = MODEL

    def embed(self, crops: Sequence[Pixels]) -> NDArray[np.float32]:
        """(n, 3) float32."""
        return normalised(np.array([1.0 + one.reshape(-1, 3).mean(axis=0) for one in crops]))


def probes(*vectors: NDArray[np.float32], qualities: Sequence[float] = (), model: ModelVersion = MODEL) -> Probes:
    """Probes with these embeddings."""
    box = Box(0, 0, 64, 128)
    shown = crop(pixels(HD), box)
    weights = [*qualities, *[0.8] * (len(vectors) - len(qualities))]
    photos = tuple(ReadPhoto(Probe(index, box, weight), shown, 1, box.height_px, weight) for index, weight in enumerate(weights))
    return Probes(photos, np.stack(vectors), model, tuple(weights))


def _allowed(query: Query, sighting: Sighting) -> bool:
    return all(not one.required or one.evidence(sighting.attributes) >= 0.5 for one in query.conditions)
