"""How long people take from one camera to another, as learned from those who were seen at both.

Per ordered pair of cameras the seconds between leaving the one and appearing at the other are counted on a logarithmic axis,
smoothed, and drawn towards what the map lets expect, so that a pair with 0 or 3 examples behaves sensibly. The joint use of
appearance and such counts is due to Wang et al., "Spatial-Temporal Person Re-identification" (AAAI 2019); it smooths by a
Gaussian and adds a constant to every count, where here the map and the way back stand in for missing examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import inf

import numpy as np

from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId
from haetae.domain.query import TrajectoryStep
from haetae.routing.axis import EDGES_S, MIDDLES_S, N_BINS, Floats, smoothed
from haetae.routing.walking import Reach, anybody, direct_share, walking_times

Pair = tuple[CameraId, CameraId]
Counts = Mapping[Pair, Floats]
"""By ordered pair of cameras (N_BINS,) weighted numbers of examples, float64 >= 0."""

_NEAR_M = 50.0  # cameras nearer than this are about equally likely to be the next
_ENDING = 0.2  # of those who leave a camera: seen nowhere again, where nothing is known
_TYPICAL_S, _TYPICAL_N = 120.0, 10.0
_DIRECT_ONWARD = 0.9  # of those who are seen next at a camera: went straight there
_FEW = 3.0  # examples that say nothing about what is possible
_MOST_NEXT = 500  # cameras whose next ones are remembered
_MOST_FASTEST = 200_000  # pairs whose least times are remembered
_MOST_WORKED_OUT = 20_000  # distributions that are remembered, about 1 kB each


@dataclass(frozen=True, slots=True)
class Smoothing:
    """How examples become a distribution; the numbers were chosen by the likelihood of people who were held out."""

    bandwidth: float = 0.35  # of one example, in units of the axis; falls with the fifth root of their number
    bandwidth_onward: float = 0.2  # the same where nobody is seen between: such times spread less
    weight_of_prior: float = 2.0  # examples that the map's expectation counts as
    weight_of_return: float = 0.5  # of an example of the way back
    share_of_chance: float = 0.02  # of wrong examples and of ways that nobody foresees
    surely_known: float = 50.0  # examples from which the fastest of them bounds what is possible


@dataclass(frozen=True, slots=True, eq=False)
class TravelTimes:
    """Learned distributions of the seconds from leaving one camera to appearing at another; empty: only the map is known.

    `later` counts any later sighting within the horizon, `onward` only the next one. `ended` counts stays after which nobody was
    seen again. `positions` are those of all cameras in use; a position that is not known is left out.
    """

    later: Counts = field(default_factory=dict)
    onward: Counts = field(default_factory=dict)
    ended: Mapping[CameraId, float] = field(default_factory=dict)
    positions: Mapping[CameraId, GeoPoint] = field(default_factory=dict)
    reach: Reach = field(default_factory=Reach)
    smoothing: Smoothing = field(default_factory=Smoothing)
    _worked_out: dict[tuple[str, CameraId, CameraId], Floats] = field(default_factory=dict, init=False, repr=False)
    _fastest: dict[Pair, float] = field(default_factory=dict, init=False, repr=False)
    _next: dict[CameraId, dict[CameraId, float]] = field(default_factory=dict, init=False, repr=False)
    _arrivals: dict[CameraId, float] = field(default_factory=dict, init=False, repr=False)
    _typical_s: list[float] = field(default_factory=list, init=False, repr=False)

    def knowing(self, steps: Iterable[TrajectoryStep]) -> TravelTimes:
        """The same with the positions that the steps bring along, where they are not known yet."""
        brought = {s.camera_id: s.position for s in steps if s.position is not None and s.camera_id not in self.positions}
        return replace(self, positions={**self.positions, **brought}) if brought else self

    def metres(self, a: CameraId, b: CameraId) -> float | None:
        """Along the straight line; None where a position is not known."""
        if a == b:
            return 0.0
        here, there = self.positions.get(a), self.positions.get(b)
        return None if here is None or there is None else _distance_m(here, there)

    def knows(self, a: CameraId, b: CameraId) -> bool:
        """Whether anything at all is known of the way from `a` to `b`."""
        return self.metres(a, b) is not None or (a, b) in self.later or (b, a) in self.later

    def later_shares(self, a: CameraId, b: CameraId) -> Floats:
        """(N_BINS,) shares that sum to 1: when somebody who left `a` and is seen at `b` within the horizon appears there."""
        return self._remembered("later", a, b)

    def onward_shares(self, a: CameraId, b: CameraId) -> Floats:
        """The same for somebody who is seen nowhere between."""
        return self._remembered("onward", a, b)

    def next_shares(self, a: CameraId) -> Mapping[CameraId, float]:
        """By camera, the probability that somebody who left `a` is seen there next, within the horizon; `a` itself included.

        They sum to less than 1: the rest is seen nowhere again. By the map near cameras are likelier than far ones; where
        cameras have no position all are alike.
        """
        known = self._next.get(a)
        if known is None:
            if len(self._next) >= _MOST_NEXT:
                self._next.clear()
            known = self._next[a] = self._next_shares(a)
        return known

    def _next_shares(self, a: CameraId) -> dict[CameraId, float]:
        cameras = sorted({*self.positions, *(b for _, b in self.onward), a})
        near = {b: 1.0 / (_NEAR_M + (self.metres(a, b) or 0.0)) ** 2 for b in cameras}
        counted = {b: float(self.onward[a, b].sum()) if (a, b) in self.onward else 0.0 for b in cameras}
        weight, all_near = self.smoothing.weight_of_prior, sum(near.values())
        n = sum(counted.values()) + self.ended.get(a, 0.0)
        going_on = 1.0 - _ENDING
        return {b: (counted[b] + weight * going_on * near[b] / all_near) / (n + weight) for b in cameras}

    def arrival_shares(self) -> Mapping[CameraId, float]:
        """By camera, the share of all sightings that follow another: what a camera has when nothing else is known."""
        if self._arrivals:
            return self._arrivals
        cameras = sorted({*self.positions, *(camera for pair in self.onward for camera in pair)})
        counts = dict.fromkeys(cameras, 1.0)
        for (_, b), each in self.onward.items():
            counts[b] += float(each.sum())
        total = sum(counts.values())
        self._arrivals.update({camera: count / total for camera, count in counts.items()})
        return self._arrivals

    def typical_s(self) -> float:
        """About how long after a sighting the same person is seen again; `_TYPICAL_S` where nothing was learned."""
        if not self._typical_s:
            known = list(self.onward.values())
            counts = np.sum(known, axis=0) if known else np.zeros(N_BINS)
            seconds = float(np.sum(counts * np.maximum(MIDDLES_S, 1.0)))
            self._typical_s.append((seconds + _TYPICAL_N * _TYPICAL_S) / (float(counts.sum()) + _TYPICAL_N))
        return self._typical_s[0]

    def fastest_s(self, a: CameraId, b: CameraId) -> float:
        """The least time from leaving `a` to appearing at `b` that a person can take; -inf where everything is possible.

        By the map: nobody is faster than `reach.max_speed_m_s`; cameras that are near each other may see the same spot. Where
        more than a few examples are known they decide: views that overlap although they stand apart, or that never do.
        """
        known = self._fastest.get((a, b))
        if known is None:
            if len(self._fastest) >= _MOST_FASTEST:
                self._fastest.clear()
            known = self._fastest[a, b] = self._fastest_s(a, b)
        return known

    def _fastest_s(self, a: CameraId, b: CameraId) -> float:
        if a == b:
            return -self.reach.tolerance_s
        metres = self.metres(a, b)
        near = metres is None or metres <= self.reach.near_m
        by_map = -inf if near or metres is None else metres / self.reach.max_speed_m_s - self.reach.tolerance_s
        counts = self.later.get((a, b), np.zeros(N_BINS))
        overlaps = np.where(MIDDLES_S < 0, self.later.get((b, a), 0.0), 0.0)  # who is seen by both is seen by either first
        counts = counts + overlaps
        if counts.sum() < _FEW:
            return by_map
        seen = np.flatnonzero(np.cumsum(counts) > 0.02 * counts.sum())[0]
        fastest = float(EDGES_S[seen]) - max(5.0, 0.5 * abs(float(EDGES_S[seen])))
        return fastest if counts.sum() >= self.smoothing.surely_known else min(by_map, fastest)

    def _remembered(self, kind: str, a: CameraId, b: CameraId) -> Floats:
        key = (kind, a, b)
        shares = self._worked_out.get(key)
        if shares is None:
            if kind == "later":
                shares = self._shares(self.later, (a, b), direct_share(self.metres(a, b) or 0.0), self.smoothing.bandwidth)
            else:
                shares = self._shares(self.onward, (a, b), _DIRECT_ONWARD, self.smoothing.bandwidth_onward)
            shares.flags.writeable = False
            if len(self._worked_out) >= _MOST_WORKED_OUT:
                self._worked_out.clear()
            self._worked_out[key] = shares
        return shares

    def _shares(self, counts: Counts, pair: Pair, direct: float, bandwidth: float) -> Floats:
        how, metres, (a, b) = self.smoothing, self.metres(*pair), pair
        chance = anybody(self.reach)
        prior = chance if metres is None else direct * walking_times(metres, self.reach) + (1 - direct) * chance
        known = counts.get((a, b), np.zeros(N_BINS))
        back = counts.get((b, a)) if a != b else None
        if back is not None:
            known = known + how.weight_of_return * back
        n = float(known.sum())
        if n > 0:
            spread = smoothed(known, bandwidth * max(n, 1.0) ** -0.2)
            prior = (spread + how.weight_of_prior * prior) / (n + how.weight_of_prior)
        return (1 - how.share_of_chance) * prior + how.share_of_chance * chance


@lru_cache(maxsize=100_000)
def _distance_m(here: GeoPoint, there: GeoPoint) -> float:
    return here.distance_m(there)
