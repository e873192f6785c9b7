"""The thinned path."""

from __future__ import annotations

from itertools import pairwise

from haetae.domain.geometry import Box
from haetae.tracking.path import MAX_POINTS, Path

S = 1_000_000


def test_about_a_point_a_second_and_the_newest() -> None:
    """Points are a second apart; the last one says where the person is now."""
    path = Path.begun(0, Box(0, 0, 1, 1))
    for i in range(1, 26):
        path = path.to(i * 200_000, Box(i, 0, i + 1, 1))
    points = path.waypoints()
    assert [round(p.box.x1) for p in points] == [0, 5, 10, 15, 20, 25]


def test_long_stays_are_bounded() -> None:
    """However long somebody stays, the path keeps its first point and never exceeds its bound."""
    path = Path.begun(0, Box(0, 0, 1, 1))
    for i in range(1, 4000):
        path = path.to(i * S, Box(i, 0, i + 1, 1))
    points = path.waypoints()
    assert len(points) <= MAX_POINTS + 1
    assert points[0].box.x1 == 0
    assert points[-1].box.x1 == 3999
    gaps = {round((b.captured_at - a.captured_at).total_seconds()) for a, b in pairwise(points[:-1])}
    assert gaps == {16}
