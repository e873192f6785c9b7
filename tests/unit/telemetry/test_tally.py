"""Noise becomes one event a second."""

from __future__ import annotations

from haetae.telemetry.tally import Tally


class Told:
    """A log that remembers, and a clock that is set."""

    def __init__(self) -> None:
        self.events: list[dict[str, object]] = []
        self.now_s = 100.0

    def info(self, event: str, **values: object) -> None:
        self.events.append({"event": event, **values})


def test_the_first_is_told_at_once_and_the_rest_once_a_second() -> None:
    """A thousand counts within a second give one event, and the next event carries what was held back."""
    told = Told()
    tally = Tally(told, "packets_lost", every_s=1.0, now_s=lambda: told.now_s)
    for _ in range(1000):
        tally.count(camera_id="gate-1")
    assert told.events == [{"event": "packets_lost", "n": 1, "camera_id": "gate-1"}]
    told.now_s += 1.0
    tally.count(2, camera_id="gate-1")
    assert told.events[-1]["n"] == 1001


def test_label_sets_are_counted_apart_and_flushed() -> None:
    """Each label set has its own series; flush tells what is left and nothing twice."""
    told = Told()
    tally = Tally(told, "packets_lost", now_s=lambda: told.now_s)
    for camera in ("a", "b", "b", "b"):
        tally.count(camera_id=camera)
    tally.flush()
    tally.flush()
    assert [(event["camera_id"], event["n"]) for event in told.events] == [("a", 1), ("b", 1), ("b", 2)]
