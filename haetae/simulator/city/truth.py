"""What is true in a city: who is before which camera when, where everybody goes, what happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from haetae.domain.geometry import ImageSize
from haetae.simulator.city.agenda import Act, Walker
from haetae.simulator.city.city import City
from haetae.simulator.city.ground import Point
from haetae.simulator.city.map import CityCamera, Place
from haetae.simulator.city.marching import STEP_S
from haetae.simulator.city.people import identity_of

FORMAT = 1
_EVERY = 2  # steps of the movement
_LEAST_PX = 40.0  # of 720: whoever shows smaller is not counted as seen
GAP_S = 2.0  # shorter absences do not end a visit
_KINDS = {Act.FALL: "fall", Act.LIE: "lie", Act.SIT: "sit", Act.BEND: "bend", Act.RUN: "run"}
_CROWD = 5  # people


@dataclass(frozen=True, slots=True)
class Visit:
    """One person before one camera, from when to when (seconds of the city), and how tall at most (pixels of 720)."""

    number: int
    camera: str
    from_s: float
    to_s: float
    tallest_px: float


@dataclass(frozen=True, slots=True)
class Event:
    """Something that somebody does. `kind`: fall, lie, sit, bend, run, zone_entry or crowd (number 0)."""

    kind: str
    number: int
    place: int
    from_s: float
    to_s: float


def visits(city: City) -> list[Visit]:
    """Every visit, in order of time. Who stands behind something or somebody still counts: only drawing knows (see gt.txt)."""
    return sorted((v for camera in city.cameras for v in _before(city, camera)), key=lambda v: (v.from_s, v.camera, v.number))


def routes(city: City) -> dict[int, list[Visit]]:
    """By person: the visits in order of time."""
    by: dict[int, list[Visit]] = {walker.number: [] for walker in city.walkers}
    for visit in visits(city):
        by[visit.number].append(visit)
    return by


def events(city: City) -> list[Event]:
    """Everything that happens, in order of time."""
    found = [
        Event(_KINDS[step.act], walker.number, step.place, since, until)
        for walker in city.walkers
        for step, since, until in city.happened(walker.number)
        if step.act in _KINDS and until > since
    ]
    found += [event for place in city.map.places if place.zone for event in _zone_entries(city, place)]
    found += _crowds(city)
    return sorted(found, key=lambda event: (event.from_s, event.number, event.kind))


def seen_px(city: City, camera: CityCamera) -> NDArray[np.float32]:
    """(n, n_walkers) float32, every 0.2 s: how tall each shows in pixels of 1280x720, 0 who is not before the camera."""
    m, view = city.movement, camera.view(ImageSize(1280, 720))
    n = int(city.duration_s / STEP_S) + 1
    place, x, y = m.place[:n:_EVERY], m.x[:n:_EVERY], m.y[:n:_EVERY]
    tall = np.zeros(place.shape, np.float32)
    here = place == camera.place
    if not here.any():
        return tall
    floor = np.column_stack([x[here], y[here]])
    feet = view.project(np.column_stack([floor, np.zeros(len(floor))]))
    head = view.project(np.column_stack([floor, np.full(len(floor), 1.7)]))
    height = np.abs(feet[:, 1] - head[:, 1])
    middle = (feet + head) / 2
    inside = (np.abs(middle[:, 0] - 640) < 640) & (np.abs(middle[:, 1] - 360) < 360)
    inside &= np.minimum(feet[:, 2], head[:, 2]) > 0.5
    tall[here] = np.where(inside & (height >= _LEAST_PX), height, 0.0)
    return tall


def document(city: City) -> dict[str, Any]:
    """Everything but the pictures as plain JSON values. Times are seconds from the films' beginning."""
    by_route = routes(city)
    return {
        "format": FORMAT,
        "seed": city.seed,
        "part": city.part,
        "minutes": city.minutes,
        "cameras": [_camera(city, camera) for camera in city.cameras],
        "places": [_place(place) for place in city.map.places],
        "walkways": [{"places": way.places, "gates": way.gates, "length_m": way.length_m} for way in city.map.walkways],
        "identities": [_identity(walker) for walker in city.walkers],
        "routes": {str(number): [_visit(visit) for visit in route] for number, route in by_route.items()},
        "events": [_event(city, event) for event in events(city)],
    }


def zone_in_view(camera: CityCamera, zone: Iterable[Point]) -> list[list[float]]:
    """The zone's corners as they show, 0-1 of width and height (they may lie outside); empty where one is behind the camera."""
    view = camera.view(ImageSize(1280, 720))
    corners = view.project(np.array([[x, y, 0.0] for x, y in zone]).reshape(-1, 3))
    if not len(corners) or corners[:, 2].min() < 0.5:
        return []
    return [[round(float(x) / 1280, 4), round(float(y) / 720, 4)] for x, y, _ in corners]


def within(polygon: tuple[Point, ...], x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which points lie inside a convex polygon whose corners run anticlockwise."""
    inside = np.ones(x.shape, np.bool_)
    for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        inside &= (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0
    return inside


def _before(city: City, camera: CityCamera) -> Iterator[Visit]:
    tall = seen_px(city, camera)
    step_s = STEP_S * _EVERY
    for index in np.flatnonzero(tall.any(axis=0)):
        for begin, end in runs(np.flatnonzero(tall[:, index]), round(GAP_S / step_s)):
            highest = float(tall[begin : end + 1, index].max())
            yield Visit(int(index) + 1, camera.id, round(begin * step_s, 1), round(end * step_s, 1), highest)


def runs(at: NDArray[np.int64], gap: int) -> list[tuple[int, int]]:
    """(first, last) of the runs among ascending numbers; runs with at most `gap` missing between them are one."""
    cuts = np.flatnonzero(np.diff(at) > gap + 1)
    firsts, lasts = np.concatenate([at[:1], at[cuts + 1]]), np.concatenate([at[cuts], at[-1:]])
    return [(int(a), int(b)) for a, b in zip(firsts, lasts, strict=True)]


def _zone_entries(city: City, place: Place) -> Iterator[Event]:
    m, n = city.movement, int(city.duration_s / STEP_S) + 1
    inside = (m.place[:n] == place.number) & within(place.zone, m.x[:n], m.y[:n])
    for index in np.flatnonzero(inside.any(axis=0)):
        for begin, end in runs(np.flatnonzero(inside[:, index]), 5):
            if end > begin:
                yield Event("zone_entry", int(index) + 1, place.number, round(begin * STEP_S, 1), round(end * STEP_S, 1))


def _crowds(city: City) -> list[Event]:
    """From when to when at least _CROWD of those who were sent to gather stand together."""
    stands = []
    for walker in city.walkers:
        if "in a crowd" in walker.notes:
            step, since, until = max(
                (each for each in city.happened(walker.number) if each[0].act is Act.STAND), key=lambda each: each[2] - each[1]
            )
            stands.append((step.place, since, until))
    found = []
    for place, group in groupby(sorted(stands), key=lambda stand: stand[0]):
        spans = list(group)
        if len(spans) >= _CROWD:
            since = sorted(span[1] for span in spans)[_CROWD - 1]
            until = sorted((span[2] for span in spans), reverse=True)[_CROWD - 1]
            found += [Event("crowd", 0, place, since, until)] if until > since else []
    return found


@cache
def _attributes(walker: Walker) -> dict[str, str]:
    return {str(name): value for name, value in identity_of(walker).attributes.items()}


def _identity(walker: Walker) -> dict[str, Any]:
    return {
        "id": walker.number,
        "seed": walker.identity_seed,
        "attributes": _attributes(walker),
        "stature_m": round(identity_of(walker).stature_m, 3),
        "worker": walker.worker is not None,
        "group": walker.group,
        "outfit_of": walker.like,
        "notes": list(walker.notes),
    }


def _camera(city: City, camera: CityCamera) -> dict[str, Any]:
    place = city.map.places[camera.place]
    latitude, longitude = place.latitude_longitude
    return {
        "id": camera.id,
        "place": camera.place,
        "position_m": [round(v, 3) for v in camera.position_m],
        "yaw_deg": round(camera.yaw_deg, 3),
        "pitch_deg": round(camera.pitch_deg, 3),
        "focal_px_at_1280": round(camera.focal_px, 2),
        "latitude": round(latitude, 7),
        "longitude": round(longitude, 7),
        "zone": zone_in_view(camera, place.zone),
    }


def _place(place: Place) -> dict[str, Any]:
    look = place.setting
    return {
        "number": place.number,
        "name": place.name,
        "scene": look.scene,
        "scene_seed": look.seed,
        "light": look.light,
        "weather": look.weather,
        "at_m": [round(v, 2) for v in place.at_m],
        "zone_m": [[round(x, 2), round(y, 2)] for x, y in place.zone],
    }


def _visit(visit: Visit) -> dict[str, Any]:
    return {"camera": visit.camera, "from_s": visit.from_s, "to_s": visit.to_s, "tallest_px": round(visit.tallest_px)}


def _event(city: City, event: Event) -> dict[str, Any]:
    cameras = [camera.id for camera in city.cameras if camera.place == event.place]
    told = {"kind": event.kind, "id": event.number, "place": event.place, "cameras": cameras}
    return {**told, "from_s": round(event.from_s, 1), "to_s": round(event.to_s, 1)}
