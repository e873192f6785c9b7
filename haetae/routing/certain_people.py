"""Sightings of which the network itself is certain that they are one person: what travel times are learned from meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.domain.query import TrajectoryStep
from haetae.routing.hops import impossible_together, order_of
from haetae.routing.learning import CERTAIN, KnownWay
from haetae.routing.same_people import merged
from haetae.routing.travel_times import TravelTimes


@dataclass(frozen=True, slots=True)
class Certainty:
    """When two sightings of different cameras are taken to be one person. Distances are cosine, of the embedding network."""

    max_distance: float = 0.25
    ratio: float = 0.75  # of the distance to the second nearest of that camera
    weight: float = CERTAIN


def certain_people(
    vectors: Vectors, stops: Sequence[TrajectoryStep], times: TravelTimes, how: Certainty | None = None
) -> list[KnownWay]:
    """People of at least two sightings, by pairs that are certain; the order of the stops does not matter.

    `vectors` (n, d) unit rows in the order of `stops`. A pair is certain where each is the other's nearest of its camera, far
    nearer than the second, near enough, and possible in time. Pairs that share a sighting are one person; a person with two
    sightings that are impossible together is dropped: one of its pairs was wrong.
    """
    how = how or Certainty()
    if len(stops) < 2:
        return []
    order = order_of(stops)
    inside = [stops[i] for i in order]
    apart = impossible_together(inside, times)
    distances = (1.0 - vectors[order] @ vectors[order].T).astype(np.float64)
    distances[apart] = np.inf
    place = {stop.sighting_id: i for i, stop in enumerate(inside)}
    pairs = [(inside[i].sighting_id, inside[j].sighting_id) for i, j in _certain(distances, inside, how)]
    groups = [sorted(place[id] for id in ids) for ids in merged(pairs)]
    return [KnownWay([inside[i] for i in group], how.weight) for group in groups if not apart[np.ix_(group, group)].any()]


def _certain(distances: NDArray[np.float64], stops: Sequence[TrajectoryStep], how: Certainty) -> Iterator[tuple[int, int]]:
    cameras = sorted({stop.camera_id for stop in stops})
    of = {camera: np.array([i for i, stop in enumerate(stops) if stop.camera_id == camera]) for camera in cameras}
    for n, a in enumerate(cameras):
        for b in cameras[n + 1 :]:
            block = distances[np.ix_(of[a], of[b])]
            nearest, backwards = block.argmin(axis=1), block.argmin(axis=0)
            for i in np.flatnonzero(backwards[nearest] == np.arange(len(nearest))).tolist():
                j = int(nearest[i])
                second = min(_least_but(block[i], j), _least_but(block[:, j], i))
                if block[i, j] <= how.max_distance and block[i, j] <= how.ratio * second:
                    yield int(of[a][i]), int(of[b][j])


def _least_but(values: NDArray[np.float64], k: int) -> float:
    """The smallest without the k-th; infinite where that is the only one."""
    return float(np.delete(values, k).min(initial=np.inf))
