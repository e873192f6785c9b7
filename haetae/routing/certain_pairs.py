"""Sightings of which the network itself is certain that they are one person: what travel times are learned from meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.domain.query import TrajectoryStep
from haetae.routing.hops import impossible_together, order_of
from haetae.routing.learning import CERTAIN, KnownWay
from haetae.routing.travel_times import TravelTimes


@dataclass(frozen=True, slots=True)
class Certainty:
    """When two sightings of different cameras are taken to be one person. Distances are cosine, of the embedding network."""

    max_distance: float = 0.25
    ratio: float = 0.75  # of the distance to the second nearest sighting that is not near the first in time
    weight: float = CERTAIN


def certain_pairs(
    vectors: Vectors, stops: Sequence[TrajectoryStep], times: TravelTimes, how: Certainty | None = None
) -> list[KnownWay]:
    """Pairs that are each other's nearest at another camera, far nearer than the second, near enough, and possible in time.

    `vectors` (n, d) unit rows in the order of `stops`. A pair tells nothing about what lies between, so it is no whole way.
    The order of the stops does not matter.
    """
    how = how or Certainty()
    if len(stops) < 2:
        return []
    order = order_of(stops)
    inside = [stops[i] for i in order]
    distances = _to_other_cameras(vectors[order], inside)
    distances[impossible_together(inside, times)] = np.inf
    nearest = distances.argmin(axis=1)
    rows = np.arange(len(inside))
    mutual = (nearest[nearest] == rows) & (rows < nearest)
    found = []
    for i in np.flatnonzero(mutual).tolist():
        j = int(nearest[i])
        near = float(distances[i, j])
        if near <= how.max_distance and near <= how.ratio * min(_second(distances, i, j), _second(distances, j, i)):
            found.append(KnownWay((inside[i], inside[j]), how.weight, whole=False))
    return found


def _to_other_cameras(vectors: Vectors, stops: Sequence[TrajectoryStep]) -> NDArray[np.float64]:
    distances = (1.0 - vectors @ vectors.T).astype(np.float64)
    _, cameras = np.unique([stop.camera_id for stop in stops], return_inverse=True)
    distances[cameras[:, None] == cameras[None, :]] = np.inf
    return distances


def _second(distances: NDArray[np.float64], i: int, j: int) -> float:
    """The distance from i to the nearest but j."""
    row = distances[i].copy()
    row[j] = np.inf
    return float(row.min())
