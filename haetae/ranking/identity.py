"""Candidates grouped into people: those that look alike and can have been one person in space and time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors
from haetae.domain.geometry import GeoPoint
from haetae.domain.query import TrajectoryStep

Pairs = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class SamePerson:
    """When two sightings may be one person."""

    max_distance: float = 0.4  # cosine, mean over the pairs of two groups; belongs to the embedding model
    max_speed_m_s: float = 30.0  # a person may take a car or a train, not an aeroplane
    near_m: float = 60.0  # cameras this near may see the same spot at the same instant
    tolerance_s: float = 0.5  # by which two tracklets of one camera may overlap where the tracker changed its mind


def group_people(
    vectors: Vectors, stays: Sequence[TrajectoryStep], how: SamePerson, impossible: Pairs | None = None
) -> list[list[int]]:
    """Indices of candidates by person, each list ascending, the lists by their first index.

    `vectors` (n, d) float32 unit rows of one model; `stays` n, when and where each was seen. Agglomerative: the two nearest
    groups (mean distance over their pairs) become one, until the nearest are further apart than `how.max_distance`. Groups
    with a pair that cannot be one person never join: `impossible` (n, n) where more is known of the ways between the cameras than
    the map tells, else `impossible_pairs`.
    """
    distances = (np.float32(1) - vectors @ vectors.T).astype(np.float64)
    distances[impossible_pairs(stays, how) if impossible is None else impossible] = np.inf
    return _agglomerate(distances, how.max_distance)


def impossible_pairs(stays: Sequence[TrajectoryStep], how: SamePerson) -> Pairs:
    """(n, n) bool, symmetric, False on the diagonal: pairs that cannot be one person.

    One camera sees a person once at a time; two cameras that are not near each other never at the same instant, nor sooner than
    the way between them takes at `how.max_speed_m_s`. Where a position is not known nothing is held impossible.
    """
    n = len(stays)
    cameras, camera_of = np.unique([stay.camera_id for stay in stays], return_inverse=True)
    starts = np.array([stay.started_at.timestamp() for stay in stays])
    ends = np.array([stay.ended_at.timestamp() for stay in stays])
    gaps = np.maximum(starts[:, None] - ends[None, :], starts[None, :] - ends[:, None])  # s, negative where they overlap
    same_camera = camera_of[:, None] == camera_of[None, :]
    metres = _metres_between(cameras, camera_of, stays)
    far = metres > how.near_m  # False for NaN: not known
    too_fast = far & (metres > how.max_speed_m_s * np.maximum(gaps, 0.0))
    impossible = np.where(same_camera, gaps < -how.tolerance_s, too_fast)
    impossible[np.arange(n), np.arange(n)] = False
    return np.asarray(impossible, dtype=np.bool_)


def _metres_between(
    cameras: NDArray[np.str_], camera_of: NDArray[np.intp], stays: Sequence[TrajectoryStep]
) -> NDArray[np.float64]:
    """(n, n) metres between the cameras of each pair, NaN where a position is not known."""
    first_stay = {stay.camera_id: stay for stay in reversed(stays)}
    positions = [first_stay[camera].position for camera in cameras]
    table = np.full((len(cameras), len(cameras)), np.nan)
    for i, here in enumerate(positions):
        for j, there in enumerate(positions[: i + 1]):
            if here is not None and there is not None:
                table[i, j] = table[j, i] = _distance_m(here, there)
    return np.asarray(table[np.ix_(camera_of, camera_of)], dtype=np.float64)


@lru_cache(maxsize=100_000)
def _distance_m(here: GeoPoint, there: GeoPoint) -> float:
    return here.distance_m(there)


def _agglomerate(distances: NDArray[np.float64], max_distance: float) -> list[list[int]]:
    """Average linkage; an infinite distance between two members keeps their groups apart for good (`inf` survives any mean)."""
    n = len(distances)
    members = [[index] for index in range(n)]
    np.fill_diagonal(distances, np.inf)
    nearest = distances.argmin(axis=1) if n else np.empty(0, np.intp)
    for _ in range(n - 1):
        row_minima = distances[np.arange(n), nearest]
        a = int(row_minima.argmin())
        if not row_minima[a] <= max_distance:
            break
        keep, join = sorted((a, int(nearest[a])))
        share = len(members[keep]) / (len(members[keep]) + len(members[join]))
        merged = share * distances[keep] + (1 - share) * distances[join]
        merged[keep] = np.inf
        distances[keep] = distances[:, keep] = merged
        distances[join] = distances[:, join] = np.inf
        members[keep] += members[join]
        members[join] = []
        stale = np.flatnonzero((nearest == keep) | (nearest == join))
        nearest[stale] = distances[stale].argmin(axis=1)
        nearest[keep] = distances[keep].argmin()
        closer = merged < distances[np.arange(n), nearest]
        nearest[closer] = keep
    return [sorted(group) for group in members if group]
