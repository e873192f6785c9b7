"""Travel times out of what is stored: sightings that operators confirmed, and those of which the network is certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import ceil, gcd

from haetae.domain.ids import TrackletId
from haetae.domain.query import TrajectoryStep
from haetae.domain.timing import TimeWindow
from haetae.errors import Refused
from haetae.routing.certain_people import Certainty, certain_people
from haetae.routing.learning import KnownWay, examples_of, learned, mean_log_ratio, n_examples
from haetae.routing.same_people import merged
from haetae.routing.travel_times import TravelTimes
from haetae.store.store import Transaction

MOST_QUERIES = 20_000
MOST_SIGHTINGS = 3000  # that are compared with each other at a time
MOST_SLICES = 60  # of the window in which people are looked for of whom the network is certain
_EVERY = 5  # one way in so many is held out to measure on
_LEAST_HELD_OUT = 20  # examples


@dataclass(frozen=True, slots=True)
class Sources:
    """What is learned from. `certain` None: only what humans confirmed."""

    window: TimeWindow
    certain: Certainty | None
    slice_length: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Mean log p(time) - log p(time of anybody) of examples that were held out: larger is better, 0 knows nothing.

    What was known before may have been learned from them.
    """

    n_examples: int
    by_map: float
    before: float
    now: float


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned, and what it is worth; `held_out` None where there is too little to measure on."""

    times: TravelTimes
    n_confirmed: int  # people
    n_certain: int  # people
    n_examples: float  # weighted
    held_out: HeldOut | None


def lesson(transaction: Transaction, sources: Sources, before: TravelTimes) -> Lesson:
    """Learns anew from everything within the sources. Raises Refused (409, nothing-to-learn), Transient."""
    confirmed = _confirmed(transaction, sources.window)
    certain = _certain(transaction, sources, before) if sources.certain else []
    ways = [*confirmed, *certain]
    if not ways:
        raise Refused(
            "There is nothing to learn from: no query confirms two sightings of one person, and no two sightings are certain.",
            status=409,
            kind="nothing-to-learn",
        )
    empty = replace(before, later={}, onward={}, ended={})
    times = learned(ways, empty)
    return Lesson(times, len(confirmed), len(certain), n_examples(times.later), _held_out(ways, empty, before))


def _confirmed(transaction: Transaction, window: TimeWindow) -> list[KnownWay]:
    groups = merged(transaction.travel_times.confirmed(MOST_QUERIES))
    stops = transaction.travel_times.stops(sorted({id for group in groups for id in group}))
    return [KnownWay(each) for group in groups if len(each := _inside(group, stops, window)) >= 2]


def _inside(group: Sequence[TrackletId], stops: dict[TrackletId, TrajectoryStep], window: TimeWindow) -> list[TrajectoryStep]:
    return [stop for id in group if (stop := stops.get(id)) is not None and window.overlaps(stop.started_at, stop.ended_at)]


def _certain(transaction: Transaction, sources: Sources, times: TravelTimes) -> list[KnownWay]:
    found: list[KnownWay] = []
    for window in slices(sources.window, sources.slice_length):
        stops, vectors = transaction.travel_times.embedded(window, MOST_SIGHTINGS)
        found += certain_people(vectors, stops, times, sources.certain)
    return found


def slices(window: TimeWindow, length: timedelta) -> list[TimeWindow]:
    """At most `MOST_SLICES` of a window, newest first, spread over it and over the hours of the day: the rest is left out."""
    n = ceil(window.length / length)
    every = ceil(n / MOST_SLICES)
    while gcd(every, 24) > 1:
        every += 1
    ends = [window.end - k * length for k in range(0, n, every)]
    return [TimeWindow(max(end - length, window.start), end) for end in ends]


def _held_out(ways: Sequence[KnownWay], empty: TravelTimes, before: TravelTimes) -> HeldOut | None:
    """Measured on every fifth way, in the order of their first sightings, of a lesson without them."""
    ordered = sorted(ways, key=lambda way: min(stop.sighting_id for stop in way.stops))
    kept = [way for n, way in enumerate(ordered) if n % _EVERY]
    asked = [example for n, way in enumerate(ordered) if not n % _EVERY for example in examples_of(way, empty.reach)]
    if len(asked) < _LEAST_HELD_OUT or not kept:
        return None
    by = [mean_log_ratio(times, asked) for times in (empty, before, learned(kept, empty))]
    return HeldOut(len(asked), *by)
