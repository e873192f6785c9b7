"""The likeliest way of one person over cameras, out of sightings that may or may not show that person.

A way is worth the sum of what appearance says of each of its stops (log-odds) and of what time and place say of each hop
(log-likelihood ratios). Stops are in order of time, so the likeliest way is the heaviest path of a graph without cycles
(Viterbi). No two stops of a way are impossible together, also those that do not follow each other.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from haetae.domain.query import TrajectoryStep
from haetae.domain.trajectory import Route, RouteStep
from haetae.routing.axis import Floats
from haetae.routing.hops import Flags, HopWorth, hop_table, impossible_together, order_of
from haetae.routing.travel_times import TravelTimes

LogOdds = Sequence[float] | Floats


@dataclass(frozen=True, slots=True)
class RouteSearch:
    """How far the search for ways goes."""

    n_alternatives: int = 3
    worth: HopWorth = field(default_factory=HopWorth)
    most_branches: int = 64  # of ways tried to avoid stops that are impossible together, before the less likely one is dropped


@dataclass(frozen=True, slots=True)
class Routes:
    """The likeliest way, and others in the order of their score: each lacks at least one stop of the first."""

    best: Route
    alternatives: tuple[Route, ...]


def most_likely_routes(
    stops: Sequence[TrajectoryStep], log_odds: LogOdds, times: TravelTimes, how: RouteSearch | None = None
) -> Routes:
    """The ways that one person can have gone over some of `stops`; `log_odds` (n,) that each shows the person, by looks alone.

    The order of the stops does not matter. A stop takes part only where it makes the way likelier; where none does, the best way
    is empty. Raises ValueError where a log-odds is not finite or their number is not that of the stops.
    """
    how = how or RouteSearch()
    odds = checked(stops, log_odds)
    order = order_of(stops)
    inside = [stops[i] for i in order]
    times = times.knowing(stops)
    graph = _Graph(odds[order], hop_table(inside, times, how.worth), impossible_together(inside, times), how.most_branches)
    score, best = graph.heaviest(frozenset())
    without = {node: graph.heaviest(frozenset([node])) for node in best}
    steps = tuple(RouteStep(inside[node], float(graph.odds[node]), score - without[node][0]) for node in best)
    others = sorted({(-its, tuple(path)) for its, path in without.values() if path})[: how.n_alternatives]
    alternatives = tuple(Route(tuple(graph.step(inside, node) for node in path), -its) for its, path in others)
    return Routes(Route(steps, score), alternatives)


def membership(
    stops: Sequence[TrajectoryStep],
    log_odds: LogOdds,
    times: TravelTimes,
    worth: HopWorth | None = None,
) -> Floats:
    """(n,) log-probabilities, <= 0: that each of `stops` is one of the person's, over all ways (forward-backward).

    Where `most_likely_routes` commits itself to one way, this weighs all of them: what to rank candidates by.
    """
    odds = checked(stops, log_odds)
    order = order_of(stops)
    hops = hop_table([stops[i] for i in order], times.knowing(stops), worth or HopWorth())
    n, sorted_odds = len(odds), odds[order]
    ahead, behind = np.zeros(n), np.zeros(n)
    for j in range(n):
        ahead[j] = sorted_odds[j] + _log_sum(ahead[:j] + hops[:j, j])
    for i in range(n - 1, -1, -1):
        behind[i] = _log_sum(hops[i, i + 1 :] + sorted_odds[i + 1 :] + behind[i + 1 :])
    shares = np.zeros(n)
    shares[order] = np.minimum(ahead + behind - _log_sum(ahead), 0.0)
    return shares


def checked(stops: Sequence[TrajectoryStep], log_odds: LogOdds) -> Floats:
    """The log-odds as (n,) float64. Raises ValueError."""
    odds = np.asarray(log_odds, np.float64)
    if odds.shape != (len(stops),) or not np.all(np.isfinite(odds)):
        raise ValueError(f"{len(stops)} stops need as many finite log-odds, not {odds.shape}")
    return odds


class _Graph:
    """Stops in order of time with their odds, hops and what is impossible together."""

    def __init__(self, odds: Floats, hops: Floats, apart: Flags, most_branches: int) -> None:
        self.odds, self._hops, self._apart, self._most = odds, hops, apart, most_branches

    def step(self, stops: Sequence[TrajectoryStep], node: int) -> RouteStep:
        """A stop of an alternative: its margin is not asked for."""
        return RouteStep(stops[node], float(self.odds[node]), 0.0)

    def heaviest(self, without: frozenset[int]) -> tuple[float, list[int]]:
        """The heaviest path that avoids `without` and holds no two nodes that are impossible together.

        Hops look at neighbours only. Where a path holds two others that exclude each other, the search goes on without the one
        and without the other, best first: exact until `most_branches`, from where on the less likely one is dropped.
        """
        score, path = self._path(without)
        waiting, tried = [(-score, sorted(without), path)], {without}
        for _ in range(self._most):
            negative, avoided, path = heapq.heappop(waiting)
            clash = self._clash(path)
            if clash is None:
                return -negative, path
            for node in clash:
                less = frozenset([*avoided, node])
                if less not in tried:
                    tried.add(less)
                    score, path = self._path(less)
                    heapq.heappush(waiting, (-score, sorted(less), path))
        return self._peeled(frozenset(heapq.heappop(waiting)[1]))

    def _peeled(self, without: frozenset[int]) -> tuple[float, list[int]]:
        """A path without contradictions, found by dropping the less likely stop of each."""
        score, path = self._path(without)
        while (clash := self._clash(path)) is not None:
            without |= {min(clash, key=lambda node: (self.odds[node], node))}
            score, path = self._path(without)
        return score, path

    def _path(self, without: frozenset[int]) -> tuple[float, list[int]]:
        """Viterbi. Ties: the earlier stop."""
        odds = self.odds.copy()
        odds[list(without)] = -np.inf
        n = len(odds)
        scores, before = odds.copy(), np.full(n, -1)
        for j in range(1, n):
            through = scores[:j] + self._hops[:j, j]
            i = int(through.argmax())
            if through[i] > 0.0:
                scores[j], before[j] = odds[j] + through[i], i
        if not n or scores.max() <= 0.0:
            return 0.0, []
        node, path = int(scores.argmax()), []
        score = float(scores[node])
        while node >= 0:
            path.append(node)
            node = int(before[node])
        return score, path[::-1]

    def _clash(self, path: list[int]) -> tuple[int, int] | None:
        apart = np.argwhere(np.triu(self._apart[np.ix_(path, path)], 1))
        return (path[apart[0][0]], path[apart[0][1]]) if len(apart) else None


def _log_sum(values: Floats) -> float:
    """log(1 + sum of exp(values)): 1 stands for a way that begins or ends here."""
    most = max(0.0, float(values.max(initial=0.0)))
    return most + float(np.log(np.exp(-most) + np.exp(values - most).sum()))
