"""The city as data: the same for the same seed, at any instant, and everything in it that a test may need."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from haetae.errors import Misconfigured
from haetae.simulator.city.agenda import Act
from haetae.simulator.city.city import city
from haetae.simulator.city.script import Casting
from tests.unit.simulator.city.open_city import PILLAR, ground, open_city, setting


def test_the_same_seed_gives_the_same_city() -> None:
    """Map, agendas and movement are functions of the seed; another seed gives others."""
    again = city(7, 6, 5.0, casting=Casting(), setting=setting, ground=ground)
    assert again.map == open_city().map
    assert again.walkers == open_city().walkers
    assert np.array_equal(again.movement.x, open_city().movement.x)
    assert open_city(8).walkers != open_city().walkers


def test_people_move_smoothly() -> None:
    """Nobody is in two places: within a place, a tenth of a second never takes anybody further than a run does."""
    m = open_city().movement
    same = (m.place[1:] == m.place[:-1]) & (m.place[1:] >= 0)
    assert np.hypot(np.diff(m.x, axis=0), np.diff(m.y, axis=0))[same].max() < 0.5


def test_nobody_walks_through_what_stands_there() -> None:
    """No walker is ever well inside an obstacle."""
    m = open_city().movement
    inside = (m.x > PILLAR.x1 + 0.1) & (m.x < PILLAR.x2 - 0.1) & (m.y > PILLAR.y1 + 0.1) & (m.y < PILLAR.y2 - 0.1)
    assert not (inside & (m.place >= 0)).any()


def test_people_keep_apart() -> None:
    """Two people of a place are closer than 25 cm in less than one of a hundred pairs that come within 2 m."""
    m, close, near = open_city().movement, 0, 0
    for k in range(50, m.x.shape[0], 20):
        i, j = np.triu_indices(m.x.shape[1], 1)
        together = (m.place[k, i] == m.place[k, j]) & (m.place[k, i] >= 0)
        gap = np.hypot(m.x[k, i] - m.x[k, j], m.y[k, i] - m.y[k, j])[together]
        close, near = close + int((gap < 0.25).sum()), near + int((gap < 2).sum())
    assert close < 0.01 * near


def test_any_instant_lies_between_its_neighbours() -> None:
    """A state between two steps is between their states, and an act's time runs on."""
    its = open_city()
    for number in range(1, 12):
        a, b, c = (its.state(number, t) for t in (33.30, 33.34, 33.38))
        if a.act is b.act is c.act:
            assert min(a.x_m, c.x_m) - 1e-3 <= b.x_m <= max(a.x_m, c.x_m) + 1e-3
            assert a.elapsed_s < b.elapsed_s < c.elapsed_s


def test_a_camera_sees_only_its_own_place() -> None:
    """States of a camera are people of its place, the farthest first."""
    its = open_city()
    for camera in its.cameras:
        view = np.array(camera.position_m[:2])
        for at_s in (20.0, 111.1, 250.0):
            place, _, _ = its.positions(at_s)
            states = its.states(camera.id, at_s)
            assert all(place[state.number - 1] == camera.place for state in states)
            gaps = [np.hypot(*(view - (state.x_m, state.y_m))) for state in states]
            assert all(a > b - 4 for a, b in pairwise(gaps))


def test_companions_stay_together() -> None:
    """Whoever walks in a group is as a rule within 3 m of its leader while both are in one place."""
    its = open_city()
    m = its.movement
    for walker in (w for w in its.walkers if w.group is not None):
        lead, own = walker.group - 1 if walker.group else 0, walker.number - 1
        both = (m.place[:, lead] == m.place[:, own]) & (m.place[:, own] >= 0)
        gap = np.hypot(m.x[both, lead] - m.x[both, own], m.y[both, lead] - m.y[both, own])
        assert np.median(gap) < 3.0


def test_outfits_can_be_shared() -> None:
    """With three to an outfit, two of three wear that of a third, and everybody stays a person of their own."""
    its = open_city(outfits_shared_by=3)
    borrowed = [walker for walker in its.walkers if walker.like is not None]
    assert len(borrowed) == sum(k % 3 > 0 for k in range(len(its.walkers)))
    assert len({walker.identity_seed for walker in its.walkers}) == len(its.walkers)


@pytest.mark.parametrize(("seed", "cameras", "minutes"), [(7, 0, 5.0), (7, 201, 5.0), (7, 6, 0.0), (-1, 6, 5.0), (7, 6, 1e9)])
def test_cities_that_cannot_be_are_refused(seed: int, cameras: int, minutes: float) -> None:
    """Wrong numbers are named, not tried."""
    with pytest.raises(Misconfigured):
        city(seed, cameras, minutes, setting=setting, ground=ground)


def test_two_hundred_cameras() -> None:
    """The largest city has its cameras, names of their own, and people before most of them."""
    its = open_city(1, 200, 0.5)
    assert len({camera.id for camera in its.cameras}) == 200
    assert sum(bool(its.states(camera.id, 10.0)) for camera in its.cameras) > 150


def test_everything_that_can_happen_does() -> None:
    """Even the default city has each act in it."""
    its = open_city()
    done = {step.act for walker in its.walkers for step, since, until in its.happened(walker.number) if until > since}
    assert done >= set(Act) - {Act.RUN}
