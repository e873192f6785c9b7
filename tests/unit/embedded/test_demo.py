"""The demo's own arithmetic."""

from __future__ import annotations

import pytest

from haetae.embedded.demo.report import Report
from haetae.embedded.demo.story import affordable_hz, nearest


@pytest.mark.parametrize(("cameras", "cores", "rate_hz"), [(1, 2, 5.0), (10, 2, 3.0), (100, 2, 2.0), (10, 16, 5.0)])
def test_small_machines_look_less_often(cameras: int, cores: int, rate_hz: float) -> None:
    """Never more than the usual five frames a second, never less than two, and what the cores can bear in between."""
    assert affordable_hz(cameras, cores) == rate_hz


def test_nearest_is_by_order_over_all_people() -> None:
    """People are groups of candidates: the first of all candidates is the one with the smallest order."""
    people = [{"candidates": [{"order": 0.4, "camera_id": "b"}]}, {"candidates": [{"order": 0.2, "camera_id": "a"}]}]
    assert nearest({"people": people})["camera_id"] == "a"
    assert nearest({"people": []}) == {}


def test_report_fails_with_one_failed_check_and_keeps_the_first_time() -> None:
    """One thing that was not as it must be fails the whole; a milestone counts when it was reached the first time."""
    report = Report()
    report.add("good", True, n=1)
    assert report.passed
    first = report.reached("ready")
    assert report.reached("ready") == first
    report.add("bad", False)
    told = report.as_json()
    assert told["passed"] is False
    assert told["checks"]["good"] == {"passed": True, "n": 1}
