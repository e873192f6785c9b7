"""What is said of a city is so."""

from __future__ import annotations

import json

import numpy as np
import pytest

from haetae.domain.attributes import VALUES, AttributeName
from haetae.domain.geometry import ImageSize
from haetae.simulator.city import truth
from tests.unit.simulator.city.open_city import open_city


def test_visits_are_when_people_stand_before_the_camera() -> None:
    """In the middle of a visit the person is in the camera's states, and its feet or head project into the picture."""
    its = open_city()
    for visit in truth.visits(its)[::7]:
        states = {state.number: state for state in its.states(visit.camera, visit.from_s)}
        state = states[visit.number]
        view = its.map.camera(visit.camera).view(ImageSize(1280, 720))
        x, y, depth = view.project(np.array([[state.x_m, state.y_m, 0.85]]))[0]
        assert depth > 0
        assert -80 < x < 1360
        assert -80 < y < 800


def test_routes_lead_over_several_cameras() -> None:
    """In five minutes most people are seen by two cameras and more, in order of time."""
    routes = truth.routes(open_city(7, 10))
    assert all([v.from_s for v in route] == sorted(v.from_s for v in route) for route in routes.values())
    several = [number for number, route in routes.items() if len({visit.camera for visit in route}) >= 2]
    assert len(several) > 0.6 * len(routes)


def test_every_kind_of_event_is_told() -> None:
    """Falls, lying, sitting, bending, entering a zone, a crowd: with times within the film; who falls lies afterwards."""
    events = truth.events(open_city())
    assert {event.kind for event in events} >= {"fall", "lie", "sit", "bend", "zone_entry", "crowd"}
    assert all(0 <= event.from_s < event.to_s <= 300.0 for event in events)
    lying = {(event.number, event.from_s) for event in events if event.kind == "lie"}
    for fall in (event for event in events if event.kind == "fall" and event.to_s < 299):
        assert any(number == fall.number and abs(since - fall.to_s) < 0.2 for number, since in lying)


def test_zone_entries_are_inside_the_zone() -> None:
    """Between its times the person is in the zone's polygon."""
    its = open_city()
    for event in (each for each in truth.events(its) if each.kind == "zone_entry" and each.to_s - each.from_s > 2):
        state = its.state(event.number, (event.from_s + event.to_s) / 2)
        zone = its.map.places[event.place].zone
        grown = tuple((x + 0.2 * np.sign(x - zone[0][0]), y) for x, y in zone)
        assert truth.within(zone, np.array(state.x_m), np.array(state.y_m)) or truth.within(
            grown, np.array(state.x_m), np.array(state.y_m)
        )


@pytest.mark.parametrize(
    ("present", "gap", "runs"), [("0110010", 0, [(1, 2), (5, 5)]), ("0110010", 2, [(1, 5)]), ("1", 3, [(0, 0)])]
)
def test_runs(present: str, gap: int, runs: list[tuple[int, int]]) -> None:
    """Short absences do not end a visit."""
    assert truth.runs(np.flatnonzero([c == "1" for c in present]), gap) == runs


def test_the_document_is_plain_and_complete() -> None:
    """Everybody has every attribute in the product's own words but the direction; workers without helmet wear none."""
    document = json.loads(json.dumps(truth.document(open_city())))
    assert len(document["cameras"]) == 6
    for person in document["identities"]:
        assert {AttributeName(name) for name in person["attributes"]} == set(AttributeName) - {AttributeName.DIRECTION}
        assert all(value in VALUES[AttributeName(name)] for name, value in person["attributes"].items())
    bare = [person for person in document["identities"] if "without helmet and vest" in person["notes"]]
    assert bare
    assert all(person["attributes"]["hat"] != "helmet" and person["attributes"]["outerwear"] != "vest" for person in bare)
    helmets = [person for person in document["identities"] if person["worker"] and person["attributes"]["hat"] == "helmet"]
    assert helmets
