"""Where one can walk."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from haetae.simulator.city.ground import Area, Ground

WALL = Area(4.0, -4.0, 5.0, 3.0)
ROOM = Ground(Area(0, -4, 10, 4), Area(0, -4, 10, 4), (WALL,))
spots = st.tuples(st.floats(0.6, 9.4), st.floats(-3.4, 3.4)).filter(lambda p: ROOM.is_free(*p))


def test_the_straight_way_is_taken_where_it_is_free() -> None:
    """Without anything between, the way is the goal itself."""
    assert ROOM.way((1.0, -2.0), (1.0, 2.0)) == [(1.0, 2.0)]


@settings(max_examples=30, deadline=None)
@given(spots, spots)
def test_ways_go_round_what_stands_there(start: tuple[float, float], goal: tuple[float, float]) -> None:
    """Every leg of a way keeps off the wall, and the way ends at its goal."""
    corners = [start, *ROOM.way(start, goal)]
    assert corners[-1] == goal
    for (ax, ay), (bx, by) in pairwise(corners[1:]):
        for share in np.linspace(0, 1, 9):
            assert not WALL.contains(ax + (bx - ax) * share, ay + (by - ay) * share, 0.1)


def test_what_cannot_be_reached_is_no_free_floor() -> None:
    """A closet without a door is not among the free points."""
    walls = (Area(6, -4, 6.4, 4),)
    closed = Ground(Area(0, -4, 10, 4), Area(0, -4, 10, 4), walls)
    assert closed.free_points(closed.whole)[:, 0].max() < 6
