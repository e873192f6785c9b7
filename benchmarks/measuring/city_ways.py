"""Where everybody goes in cities that nobody draws: many people on one map, and what a camera network would make of them."""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors, normalised
from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import TrajectoryStep
from haetae.routing.learning import KnownWay
from haetae.simulator.city import surroundings
from haetae.simulator.city.city import City
from haetae.simulator.city.map import city_map
from haetae.simulator.city.movement import moved
from haetae.simulator.city.script import FIRST_SEED, Casting, script
from haetae.simulator.city.truth import routes
from haetae.training.evaluation.route import Appearance, FoundPerson

T0 = datetime(2026, 5, 4, 9, tzinfo=UTC)
_LEAST_S, _LEAST_PX = 1.0, 60.0
_MISSED, _SPLIT = 0.12, 0.15  # shares of stays that no tracklet covers, and that are two tracklets
_ANOTHER_POPULATION = 1_000_003


@dataclass(frozen=True, slots=True)
class Population:
    """The true stays of one population on the map of a city, and where its cameras stand."""

    positions: Mapping[CameraId, GeoPoint]
    stays: tuple[Appearance, ...]

    def ways(self) -> list[KnownWay]:
        """What operators would confirm who see everything: every person with all stays."""
        by: dict[int, list[TrajectoryStep]] = {}
        for n, stay in enumerate(self.stays):
            by.setdefault(stay.person, []).append(step(n, stay.camera, stay.from_s, stay.to_s))
        return [KnownWay(by[person]) for person in sorted(by)]

    def first(self, n: int) -> Population:
        """With the first `n` people only."""
        chosen = set(sorted({stay.person for stay in self.stays})[:n])
        return Population(self.positions, tuple(stay for stay in self.stays if stay.person in chosen))


def step(n: int, camera: str, from_s: float, to_s: float) -> TrajectoryStep:
    """The n-th stop of a test, seconds from its beginning."""
    start, end = (T0 + timedelta(seconds=s) for s in (from_s, to_s))
    return TrajectoryStep(TrackletId(UUID(int=n)), CameraId(camera), start, end, None)


def population(map_seed: int, number: int, minutes: float, kept: Path, n_cameras: int = 10) -> Population:
    """Population `number` of the map: 0 is the one that is drawn; the others share nothing with it but streets and cameras.

    Kept in a folder: a population takes some 10 s.
    """
    file = kept / f"people-{map_seed}-{number}-{n_cameras}-{minutes:g}.pickle"
    if file.is_file():
        found: Population = pickle.loads(file.read_bytes())
        return found
    the_map = city_map(map_seed, n_cameras, surroundings.settings(FIRST_SEED["test"], map_seed), surroundings.ground)
    seed = map_seed + _ANOTHER_POPULATION * number
    walkers = script(the_map, seed, minutes * 60, "test", Casting())
    city = City(seed, minutes, "test", the_map, walkers, moved(walkers, the_map.places, minutes * 60))
    stays = tuple(
        Appearance(person, visit.camera, visit.from_s, visit.to_s)
        for person, visits in sorted(routes(city).items())
        for visit in visits
        if visit.to_s - visit.from_s >= _LEAST_S and visit.tallest_px >= _LEAST_PX
    )
    positions = {CameraId(c.id): GeoPoint(*the_map.places[c.place].latitude_longitude) for c in the_map.cameras}
    made = Population(positions, stays)
    kept.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pickle.dumps(made))
    return made


def tracklets_of(stays: Sequence[Appearance], rng: np.random.Generator) -> list[FoundPerson]:
    """The tracklets that a network would make of the stays: some are missed, some fall in two."""
    found = []
    for stay in stays:
        if rng.random() < _MISSED:
            continue
        cut = rng.uniform(0.2, 0.8) * (stay.to_s - stay.from_s) + stay.from_s
        parts = [(stay.from_s, stay.to_s)]
        if rng.random() < _SPLIT and stay.to_s - stay.from_s > 4:
            parts = [(stay.from_s, cut - 0.5), (cut, stay.to_s)]
        found += [FoundPerson(stay.camera, *part, stay.person) for part in parts]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """How embeddings spread: the mean of all, square roots of the covariances between people and within a person's tracklets
    and photos, (d, d) each."""

    mean: NDArray[np.float64]
    between: NDArray[np.float64]
    within: NDArray[np.float64]

    @classmethod
    def measured(cls, vectors: Vectors, owners: NDArray[np.int64]) -> Looks:
        """From tracklets with known owners (-1: nobody's)."""
        known = sorted(set(owners[owners >= 0].tolist()))
        means = np.stack([vectors[owners == person].mean(axis=0) for person in known]).astype(np.float64)
        rest = np.concatenate([vectors[owners == p] - mean for p, mean in zip(known, means, strict=True)]).astype(np.float64)
        n_each = len(rest) / len(known)
        within = rest.T @ rest / (len(rest) - len(known))
        between = np.cov(means.T) - within / n_each  # a mean of few tracklets spreads wider than its person
        return cls(means.mean(axis=0), _root(between), _root(within))

    def drawn(self, owners: Sequence[int], people: Sequence[int], rng: np.random.Generator) -> tuple[Vectors, Vectors]:
        """Unit rows of tracklets with these owners, and of one photo of each of `people`."""
        looks = {person: self.mean + self.between @ rng.standard_normal(len(self.mean)) for person in sorted({*owners, *people})}

        def seen(those: Sequence[int]) -> Vectors:
            noise = rng.standard_normal((len(those), len(self.mean))) @ self.within.T
            return normalised(np.stack([looks[person] for person in those]) + noise)

        return seen(owners), seen(people)


def _root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)), np.float64)
