"""A trajectory is in order of time."""

from __future__ import annotations

from haetae.domain.ids import CameraId
from haetae.routing.trajectory import step_of, trajectory
from tests.kit.builders import SEOUL, at, sighting


def test_steps_come_in_order_of_time() -> None:
    """Whatever the order of the candidates, the way is told from its beginning."""
    sightings = [sighting(3, started_at=at(60)), sighting(1), sighting(2, "gate-2", started_at=at(30))]
    steps = trajectory(step_of(s, {CameraId("gate-1"): SEOUL}) for s in sightings)
    assert [step.started_at for step in steps] == [at(0), at(30), at(60)]
    assert [step.position for step in steps] == [SEOUL, None, SEOUL]


def test_ties_have_one_order() -> None:
    """Two stops that began and ended together are told in the same order each time."""
    a, b = (step_of(sighting(n), {}) for n in (1, 2))
    assert trajectory([a, b]) == trajectory([b, a])
