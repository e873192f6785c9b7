"""Whether many sightings fit in time and place between the few that are known to show the person, all of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, log
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from haetae.domain.geometry import GeoPoint
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import TrajectoryStep
from haetae.domain.sighting_ids import SightingIds, to_columns
from haetae.domain.stays import Stays
from haetae.domain.timing import from_us, to_us
from haetae.routing.axis import Floats, bin_of
from haetae.routing.plausibility import MOST
from haetae.routing.travel_times import TravelTimes
from haetae.routing.walking import anybody

_NOBODY = TrackletId(UUID(int=0))


def fits_between(
    ids: SightingIds,
    stays: Stays,
    known: Sequence[TrajectoryStep],
    positions: Mapping[CameraId, GeoPoint | None],
    times: TravelTimes,
) -> tuple[Floats, NDArray[np.bool_]]:
    """(n,) log odds from the known stop before each stay and the one after it, together; and (n,) of which stays nothing is said.

    The same numbers as `log_likelihood_ratio` gives for each hop, added. `known`, at least one, are in order of time. Nothing is
    said of a stay that is itself known, or whose times are those of a known one: whoever asks looks at these one by one.
    """
    since = np.array([to_us(stop.started_at) for stop in known], np.int64)
    until = np.array([to_us(stop.ended_at) for stop in known], np.int64)
    same_since = since[None, :] == stays.started_us[:, None]
    same_until = until[None, :] == stays.ended_us[:, None]
    itself = (to_columns(stop.sighting_id for stop in known)[None] == ids.columns[:, None]).all(axis=2)
    unsaid = ((same_since & same_until) | itself).any(axis=1)
    earlier = (since[None, :] < stays.started_us[:, None]) | (same_since & (until[None, :] <= stays.ended_us[:, None]))
    at = earlier.sum(axis=1)
    hops = _Hops.of([stop.camera_id for stop in known], stays, _knowing(times, known, stays, positions))
    fits = np.zeros(len(stays))
    after_some, before_some = np.flatnonzero(at > 0), np.flatnonzero(at < len(known))
    before = at[after_some] - 1
    fits[after_some] += hops.from_known(before, after_some, (stays.started_us[after_some] - until[before]) / 1e6)
    after = at[before_some]
    fits[before_some] += hops.to_known(before_some, after, (since[after] - stays.ended_us[before_some]) / 1e6)
    return fits, unsaid


def step_at(ids: SightingIds, stays: Stays, place: int, positions: Mapping[CameraId, GeoPoint | None]) -> TrajectoryStep:
    """One of many stays as a stop of its own."""
    camera = stays.cameras[int(stays.camera[place])]
    times = from_us(int(stays.started_us[place])), from_us(int(stays.ended_us[place]))
    return TrajectoryStep(ids[place], camera, *times, positions.get(camera))


def _knowing(
    times: TravelTimes, known: Sequence[TrajectoryStep], stays: Stays, positions: Mapping[CameraId, GeoPoint | None]
) -> TravelTimes:
    """Times with the positions of all cameras that play a part."""
    cameras = [stays.cameras[number] for number in np.unique(stays.camera).tolist()]
    missing = [camera for camera in cameras if camera not in times.positions and positions.get(camera) is not None]
    at = from_us(0)
    brought = [TrajectoryStep(_NOBODY, camera, at, at, positions[camera]) for camera in missing]
    return times.knowing([*known, *brought])


@dataclass(frozen=True, slots=True, eq=False)
class _Hops:
    """Hops between known stops and stays: `known` (k,) and `camera` (n,) count in `cameras`."""

    cameras: Sequence[CameraId]
    known: NDArray[np.intp]
    camera: NDArray[np.intp]
    times: TravelTimes

    @classmethod
    def of(cls, known: Sequence[CameraId], stays: Stays, times: TravelTimes) -> _Hops:
        used, camera = np.unique(stays.camera, return_inverse=True)
        numbers: dict[CameraId, int] = {}
        own = np.array([numbers.setdefault(stays.cameras[number], len(numbers)) for number in used.tolist()], np.intp)
        places = [numbers.setdefault(name, len(numbers)) for name in known]
        return cls(list(numbers), np.array(places, np.intp), own[camera.reshape(-1)] if len(own) else own, times)

    def from_known(self, known: NDArray[np.intp], stays: NDArray[np.intp], seconds: Floats) -> Floats:
        """(m,) log odds of the hops from known stops to stays."""
        return self._worth(self.known[known], self.camera[stays], seconds)

    def to_known(self, stays: NDArray[np.intp], known: NDArray[np.intp], seconds: Floats) -> Floats:
        """(m,) log odds of the hops from stays to known stops."""
        return self._worth(self.camera[stays], self.known[known], seconds)

    def _worth(self, a: NDArray[np.intp], b: NDArray[np.intp], seconds: Floats) -> Floats:
        times, n = self.times, len(self.cameras)
        codes, which = np.unique(a * n + b, return_inverse=True)
        pairs = [(self.cameras[code // n], self.cameras[code % n]) for code in codes.tolist()]
        which = which.reshape(-1)
        worth = np.zeros(len(seconds))
        impossible = seconds < np.array([times.fastest_s(*pair) for pair in pairs])[which]
        worth[impossible] = -inf
        near = np.flatnonzero(~impossible & (seconds <= times.reach.horizon_s))
        bins = bin_of(seconds[near])
        worked_out: dict[tuple[int, int], float] = {}
        for place, key in zip(near.tolist(), zip(which[near].tolist(), bins.tolist(), strict=True), strict=True):
            if key not in worked_out:
                worked_out[key] = self._of_bin(pairs[key[0]], key[1])
            worth[place] = worked_out[key]
        return worth

    def _of_bin(self, pair: tuple[CameraId, CameraId], at: int) -> float:
        """As `log_likelihood_ratio` where the hop is possible and short enough."""
        (a, b), times = pair, self.times
        if not times.knows(a, b):
            return 0.0
        by_chance = float(anybody(times.reach)[at])
        return min(MOST, max(-MOST, log(times.later_shares(a, b)[at]) - log(by_chance)))
