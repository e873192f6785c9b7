"""What space and time are worth: the route test with and without them, travel times foretold, next cameras foretold.

    python -m benchmarks.routes [--city .haetae/city] [--maps 21,22,23,24]

The city in `--city` was drawn by `haetae city --seed 7 --cameras 10 --minutes 5 --rate 4 --size 960x540 --out .haetae/city`;
its films are followed once (some minutes) and kept in .haetae/routes. Travel times are learned from other people on the same
streets, what distances are worth from problems that are not in the test. `--maps` are cities that nobody draws: true ways, and
embeddings drawn as those of the drawn city spread. Writes the entry "routes" of benchmarks/results/<date>-<machine>.json and
docs/results/routes.svg.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.measuring import figures
from benchmarks.measuring.city_ways import Looks, Population, population, step, tracklets_of
from benchmarks.measuring.followed import FollowedCity, Watching, followed_city
from benchmarks.measuring.foretold import examples_in, foretold_cameras, foretold_times
from benchmarks.measuring.joint_metric import found_again
from benchmarks.measuring.route_plot import drawn
from haetae.domain.query import TrajectoryStep
from haetae.models.calibration import calibration_of
from haetae.ranking import KReciprocal, rerank_embeddings
from haetae.ranking.evidence import log_odds
from haetae.ranking.fusion import Weights
from haetae.routing.appearance import Appearance as Worth
from haetae.routing.appearance import fitted
from haetae.routing.learning import learned
from haetae.routing.most_likely_path import membership, most_likely_routes
from haetae.routing.travel_times import TravelTimes
from haetae.training.evaluation.route import Appearance, FoundPerson, route_scores

KEPT = Path(".haetae/routes")
PICTURE = Path(__file__).resolve().parents[1] / "docs" / "results" / "routes.svg"
N_PROBLEMS, N_SETS, LEARNED_FROM = 10, 3, (0, 3, 10, 50)
Ranks = dict[str, list[tuple[float, ...]]]
Distances = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RouteTest:
    """`distances` and `told` (n_problems, n_tracklets): of looks, and log-odds of what was told of the person's attributes."""

    tracklets: Sequence[FoundPerson]
    stays: Sequence[Appearance]
    people: Sequence[int]
    distances: Distances
    told: Distances | None = None

    @property
    def stops(self) -> list[TrajectoryStep]:
        """The tracklets as stops."""
        return [step(n, each.camera, each.from_s, each.to_s) for n, each in enumerate(self.tracklets)]

    @property
    def owners(self) -> NDArray[np.int64]:
        """Whose each tracklet is; -1: nobody's."""
        return np.array([-1 if each.person is None else each.person for each in self.tracklets])

    def of(self, chosen: Sequence[int]) -> RouteTest:
        """With these problems only."""
        told = None if self.told is None else self.told[list(chosen)]
        return replace(self, people=[self.people[k] for k in chosen], distances=self.distances[list(chosen)], told=told)

    def ranks(self, order: Distances) -> tuple[float, ...]:
        """Rank-1 to rank-5."""
        return route_scores(self.people, order, self.tracklets, self.stays).ranks


def main() -> None:
    """Measures everything, writes figures and picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", type=Path, default=Path(".haetae/city"))
    parser.add_argument("--maps", default="21,22,23,24")
    given = parser.parse_args()
    city = followed_city(given.city, KEPT / f"{given.city.name}.npz", Watching(), N_PROBLEMS * N_SETS)
    found: dict[str, object] = {"drawn city": {name: drawn_city(city, name) for name in city.vectors}}
    _say(found)
    maps = [int(each) for each in given.maps.split(",")]
    found["times"] = foretold_times(maps, KEPT)
    found["next cameras"] = foretold_cameras(maps, KEPT)
    _say(found["times"], found["next cameras"])
    found["simulated"] = {name: simulated(city, name, maps) for name in city.vectors}
    _say(found["simulated"])
    figures.write("routes", found)
    PICTURE.write_text(drawn(found), encoding="utf-8")


def drawn_city(city: FollowedCity, network: str) -> dict[str, object]:
    """Three times ten problems; times from three other populations. The first set is the one of the published table."""
    vectors, probes = city.vectors[network], city.probes[network]
    every = RouteTest(
        city.tracklets, city.stays, city.people, np.asarray(1.0 - probes @ vectors.T, np.float64), _attributes(city)
    )
    reranked = np.concatenate([rerank_embeddings(probe[None], vectors, KReciprocal()) for probe in probes])
    sets = [list(range(N_PROBLEMS * k, N_PROBLEMS * (k + 1))) for k in range(N_SETS)]
    ranks: Ranks = {}
    impossible = 0
    for chosen in sets:
        test, others = every.of(chosen), every.of([k for k in range(len(city.people)) if k not in chosen])
        ranks.setdefault("photo", []).append(test.ranks(test.distances))
        ranks.setdefault("photo, re-ranked", []).append(test.ranks(reranked[chosen]))
        ranks.setdefault("at most", []).append(test.ranks((test.owners[None] != np.array(test.people)[:, None]).astype(float)))
        for number in (1, 2, 3):
            ways = population(city.seed, number, 30.0, KEPT)
            impossible += _with_times(test, others, ways, ranks)
    told = {**_told(ranks), "impossible hops": impossible, "sets": N_SETS, "populations": 3}
    return {**told, "place and time known": _known(city, network)}


def _attributes(city: FollowedCity) -> Distances:
    """What is told of each person against what was read of each tracklet, weighted as search does."""
    reliability, weight = calibration_of(Watching().classifier).reliability, Weights().attributes
    return np.array(
        [
            [weight * sum(log_odds(conditions, read, reliability).values()) for read in city.attributes]
            for conditions in city.conditions
        ]
    )


def _known(city: FollowedCity, network: str) -> dict[str, dict[str, float]]:
    """What distances are worth is the network's own calibration, measured on other people; assumed where it has none."""
    similarity = np.asarray(city.vectors[network] @ city.vectors[network].T, np.float64)
    slope = calibration_of(network).likeness.of(None)
    people = population(city.seed, 1, 30.0, KEPT)
    times = learned(people.ways(), TravelTimes(positions=people.positions))
    worth = Worth(slope.even, slope.steepness)
    return found_again(city.tracklets, similarity, worth, times, examples_in(people, times))


def simulated(city: FollowedCity, network: str, maps: Sequence[int]) -> dict[str, object]:
    """Other cities, ten problems a population, two populations a city; embeddings spread as those of the drawn city."""
    owners = np.array([-1 if each.person is None else each.person for each in city.tracklets])
    looks, impossible = Looks.measured(city.vectors[network], owners), 0
    ranks: Ranks = {}
    for seed in maps:
        rng = np.random.default_rng(seed)
        others, *tests = (_drawn_test(population(seed, number, 5.0, KEPT), looks, rng) for number in (3, 0, 4))
        for test in tests:
            ranks.setdefault("photo", []).append(test.ranks(test.distances))
            impossible += _with_times(test, others, population(seed, 1, 30.0, KEPT), ranks)
    return {**_told(ranks), "impossible hops": impossible, "cities": len(maps), "populations": 2}


def _drawn_test(people: Population, looks: Looks, rng: np.random.Generator) -> RouteTest:
    tracklets = tracklets_of(people.stays, rng)
    cameras: dict[int, set[str]] = {}
    for stay in people.stays:
        cameras.setdefault(stay.person, set()).add(stay.camera)
    able = sorted(person for person, its in cameras.items() if len(its) >= 2)
    asked = [int(each) for each in rng.permutation(able)[:N_PROBLEMS]]
    vectors, probes = looks.drawn([each.person or 0 for each in tracklets], asked, rng)
    return RouteTest(tracklets, people.stays, asked, np.asarray(1.0 - probes @ vectors.T, np.float64))


def _with_times(test: RouteTest, others: RouteTest, people: Population, ranks: Ranks) -> int:
    """Adds the ranks by space and time; how many impossible hops the likeliest ways hold."""
    same = others.owners[None] == np.array(others.people)[:, None]
    worth = fitted(others.distances.ravel(), same.ravel())
    odds, stops, impossible = [worth.log_odds(row) for row in test.distances], test.stops, 0
    for n in LEARNED_FROM:
        times = learned(people.ways()[:n], TravelTimes(positions=people.positions))
        order = np.stack([-membership(stops, each, times) for each in odds])
        name = f"photo, times of {n} people" if n else "photo, map alone"
        ranks.setdefault(name, []).append(test.ranks(order))
        if n == LEARNED_FROM[-1]:
            if test.told is not None:
                both = np.stack(odds) + test.told
                order = np.stack([-membership(stops, each, times) for each in both])
                ranks.setdefault("photo and attributes", []).append(test.ranks(-both))
                ranks.setdefault(f"photo and attributes, times of {n} people", []).append(test.ranks(order))
            ways = [most_likely_routes(stops, each, times).best.stops for each in odds]
            impossible += sum(_impossible(way, times) for way in ways)
    return impossible


def _impossible(way: Sequence[TrajectoryStep], times: TravelTimes) -> int:
    return sum(
        (later.started_at - earlier.ended_at).total_seconds() < times.fastest_s(earlier.camera_id, later.camera_id)
        for i, earlier in enumerate(way)
        for later in way[i + 1 :]
    )


def _told(ranks: Ranks) -> dict[str, object]:
    """Means over all tests, and the spread of rank-1."""
    return {
        name: {
            "ranks": [round(float(each), 4) for each in np.mean(rows, axis=0)],
            "spread of rank-1": round(float(np.std([row[0] for row in rows])), 4),
            "first set": [round(float(each), 4) for each in rows[0]],
        }
        for name, rows in ranks.items()
    }


def _say(*what: object) -> None:
    for each in what:
        print(each, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
