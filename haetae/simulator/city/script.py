"""Who lives in a city and what they are going to do: routes over several cameras, groups, crowds, falls, work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, degrees, sin
from typing import Literal

import numpy as np

from haetae.simulator.city.agenda import Act, Diary, Walker, beside
from haetae.simulator.city.ground import Point
from haetae.simulator.city.map import CityMap, Place, seen_height_px

Part = Literal["train", "validation", "test"]
FIRST_SEED = {"train": 0, "validation": 1_000_000, "test": 2_000_000}
"""Identities and scenes of the three parts of the world never mix."""
_PLENTY_PX = 85.0  # an event is staged where a camera sees it at least so tall


@dataclass(frozen=True, slots=True)
class Casting:
    """How the city is peopled. `per_place`: walkers for each place, of whom about half are in sight at a time."""

    per_place: float = 5.5
    outfits_shared_by: int = 1
    group_share: float = 0.2
    worker_share: float = 0.12
    run_share: float = 0.06


def script(city: CityMap, seed: int, duration_s: float, part: Part, casting: Casting) -> tuple[Walker, ...]:
    """All walkers with their agendas, from seed."""
    rng = np.random.default_rng([seed, 2])
    n = max(3, round(len(city.places) * casting.per_place))
    seeds = FIRST_SEED[part] + rng.choice(1_000_000, size=n, replace=False)
    events = _events(city, n, rng)
    walkers: list[Walker] = []
    while len(walkers) < n:
        lead = _walker(city, len(walkers), int(seeds[len(walkers)]), duration_s, events.get(len(walkers), ""), rng, casting)
        walkers.append(lead)
        if not events.get(len(walkers) - 1) and rng.random() < casting.group_share:
            walkers += _companions(lead, [int(each) for each in seeds], city, events, rng)
    crowds = _crowds(city, walkers, duration_s, rng)
    return tuple(_sharing(crowds, casting.outfits_shared_by))


def _events(city: CityMap, n: int, rng: np.random.Generator) -> dict[int, str]:
    """By walker: the event that is written into the first visit. Every kind happens, more often in a larger city."""
    n_each = max(1, len(city.places) // 4)
    kinds = ["fall", "fall_stay", "sit", "bend", "zone", "turn_back", "worker", "bare_worker"] * n_each
    chosen = rng.permutation(n)[: len(kinds)]
    return {int(walker): kind for walker, kind in zip(chosen, kinds, strict=False)}


def _walker(
    city: CityMap, index: int, seed: int, duration_s: float, event: str, rng: np.random.Generator, casting: Casting
) -> Walker:
    place = city.places[int(rng.integers(len(city.places)))]
    if event == "zone":
        zones = [each for each in city.places if each.zone]
        place = zones[int(rng.integers(len(zones)))] if zones else place
    start = _spot(place, city, rng)
    diary = Diary(city, float(np.clip(rng.normal(1.3, 0.17), 0.75, 1.75)), place, start)
    diary.do(Act.STAND, float(rng.uniform(0.1, 2.0)))
    worker = True if event in ("worker", "bare_worker") or rng.random() < casting.worker_share else None
    if event:
        _stage(diary, event, city, rng)
    came_by = -1
    while diary.clock_s < duration_s + 5:
        came_by = _visit(diary, came_by, city, rng, casting)
    notes = (*diary.notes, *(["without helmet and vest"] if event == "bare_worker" else []))
    return Walker(
        index + 1, seed, diary.speed_mps, place.number, start, tuple(diary.steps), False if event == "bare_worker" else worker,
        notes=notes,
    )  # fmt: skip


def _stage(diary: Diary, event: str, city: CityMap, rng: np.random.Generator) -> None:
    """Writes an event that the truth must contain, on a spot that a camera sees well."""
    diary.do(Act.STAND, float(rng.uniform(0.0, 12.0)))
    match event:
        case "fall" | "fall_stay":
            diary.go(_spot(diary.place, city, rng, at_least_px=_PLENTY_PX))
            diary.fall(float(rng.uniform(8, 16)) if event == "fall" else 1e6, rises=event == "fall")
        case "sit" | "bend":
            diary.go(_spot(diary.place, city, rng, at_least_px=_PLENTY_PX))
            diary.do(Act.SIT if event == "sit" else Act.BEND, float(rng.uniform(12, 25) if event == "sit" else rng.uniform(3, 6)))
        case "zone":
            _enter_zone(diary, rng)
        case "turn_back":
            diary.notes.append("turns back")
            origin = diary.at
            diary.go(_spot(diary.place, city, rng))
            diary.do(Act.STAND, float(rng.uniform(0.5, 2)))
            diary.go(origin)


def _visit(diary: Diary, came_by: int, city: CityMap, rng: np.random.Generator, casting: Casting) -> int:
    """From a gate over the stage to a gate; the gate by which the next place is entered. Now and then something happens."""
    run = bool(rng.random() < casting.run_share)
    diary.go(_spot(diary.place, city, rng), run=run)
    chance = rng.random()
    if chance < 0.22:
        diary.do(Act.STAND, float(rng.uniform(2, 7)), float(rng.uniform(0, 360)))
    elif chance < 0.30:
        diary.do(Act.PHONE, float(rng.uniform(4, 9)), float(rng.uniform(0, 360)))
    elif chance < 0.34:
        diary.do(Act.BEND, float(rng.uniform(3, 5)))
    elif chance < 0.38:
        diary.do(Act.SIT, float(rng.uniform(8, 20)))
    elif chance < 0.46 and diary.place.zone:
        _enter_zone(diary, rng)
    elif chance < 0.60:
        diary.go(_spot(diary.place, city, rng))
    ways = city.ways_from(diary.place.number)
    if not ways:  # a city of one place: out, and in again after a while
        gate = int(rng.integers(len(diary.place.gates)))
        diary.leave(gate, diary.place.number, int(rng.integers(len(diary.place.gates))), float(rng.uniform(8, 25)))
        return gate
    onward = [way for way in ways if way[0] != came_by] or ways
    if came_by >= 0 and rng.random() < 0.08:
        onward = [way for way in ways if way[0] == came_by] or ways
        diary.notes.append("turns back")
    gate, to, gate_there, length = onward[int(rng.integers(len(onward)))]
    diary.leave(gate, to, gate_there, length)
    return gate_there


def _enter_zone(diary: Diary, rng: np.random.Generator) -> None:
    if not diary.place.zone:
        return
    corners = np.array(diary.place.zone)
    inside = rng.dirichlet(np.full(len(corners), 6.0), size=12) @ corners  # near the middle
    free = [(float(x), float(y)) for x, y in inside if diary.place.ground.is_free(float(x), float(y))]
    if not free:
        return
    diary.go(free[0])
    diary.do(Act.STAND, float(rng.uniform(2, 5)))
    diary.notes.append("enters the zone")


def _companions(
    lead: Walker, seeds: Sequence[int], city: CityMap, events: Mapping[int, str], rng: np.random.Generator
) -> list[Walker]:
    """One to three who walk beside the leader all the time; nobody for whom something else is written."""
    group: list[Walker] = []
    offsets = [0.7, -0.7, 1.4]
    for k in range(int(rng.integers(1, 4))):
        index = lead.number + len(group)
        if index >= len(seeds) or index in events:
            break
        steps = beside(lead.steps, lead.start, offsets[k], city.places)
        group.append(
            replace(lead, number=index + 1, identity_seed=seeds[index], steps=steps, group=lead.number, notes=("in a group",),
                    start=(lead.start[0], lead.start[1] + offsets[k] * 0.6))
        )  # fmt: skip
    return group


def _crowds(city: CityMap, walkers: list[Walker], duration_s: float, rng: np.random.Generator) -> list[Walker]:
    """In one place of five people gather and stand together: extra walkers with high numbers."""
    crowded = [place for place in city.places if place.number % 5 == 4 or (len(city.places) < 5 and place.number == 0)]
    used = {walker.identity_seed for walker in walkers}
    first = FIRST_SEED[_part_of(walkers[0].identity_seed)]
    for place in crowded:
        middle = _spot(place, city, rng, at_least_px=70.0)
        until_s = float(rng.uniform(0.35, 0.6)) * duration_s
        for k in range(int(rng.integers(6, 10))):
            seed = first + int(rng.integers(1_000_000))
            while seed in used:
                seed = first + int(rng.integers(1_000_000))
            used.add(seed)
            walkers.append(_gatherer(city, place, middle, until_s, (len(walkers), seed, k), duration_s, rng))
    return walkers


def _gatherer(
    city: CityMap, place: Place, middle: Point, until_s: float, who: tuple[int, int, int], duration_s: float,
    rng: np.random.Generator,
) -> Walker:  # fmt: skip
    index, seed, k = who
    angle = 2 * np.pi * k / 8 + float(rng.uniform(-0.2, 0.2))
    radius = 1.1 + 0.4 * (k % 3)
    spot = (middle[0] + radius * cos(angle), middle[1] + radius * sin(angle))
    if not place.ground.is_free(*spot):
        spot = middle
    start = place.gates[k % len(place.gates)]
    diary = Diary(city, float(rng.uniform(1.0, 1.5)), place, start)
    diary.do(Act.STAND, float(rng.uniform(0, 8)))
    diary.go(spot)
    diary.do(Act.STAND, max(3.0, until_s - diary.clock_s + float(rng.uniform(-4, 4))), degrees(angle) + 180)
    came_by = -1
    while diary.clock_s < duration_s + 5:
        came_by = _visit(diary, came_by, city, rng, Casting(run_share=0.0))
    return Walker(index + 1, seed, diary.speed_mps, place.number, start, tuple(diary.steps), notes=("in a crowd", *diary.notes))


def _part_of(seed: int) -> Part:
    return "train" if seed < FIRST_SEED["validation"] else "validation" if seed < FIRST_SEED["test"] else "test"


def _sharing(walkers: list[Walker], by: int) -> list[Walker]:
    """Every `by` neighbours in number wear the outfit of the first of them."""
    if by <= 1:
        return walkers
    firsts = [walkers[k - k % by] for k in range(len(walkers))]
    return [w if w is first else replace(w, like=first.identity_seed, worker=first.worker)
            for w, first in zip(walkers, firsts, strict=True)]  # fmt: skip


def _spot(place: Place, city: CityMap, rng: np.random.Generator, at_least_px: float = 0.0) -> Point:
    """A free point of the stage; where asked, one that some camera sees so tall (or as tall as it gets)."""
    points = place.ground.free_points(place.ground.stage)
    if not len(points):
        return place.gates[0]
    if at_least_px:
        cameras = [camera for camera in city.cameras if camera.place == place.number]
        seen = np.max([seen_height_px(camera, points) for camera in cameras], axis=0)
        points = points[seen >= min(at_least_px, float(seen.max()) * 0.9)]
    x, y = points[rng.integers(len(points))] + rng.uniform(-0.2, 0.2, 2)
    return float(x), float(y)
