"""When a camera counts as down."""

from __future__ import annotations

from haetae.domain.camera import CameraState
from services.alert.camera_watch import CameraWatch
from tests.kit import builders as make


def told(watch: CameraWatch, at_s: float) -> list[tuple[str, bool]]:
    """What is due at an instant, and is told."""
    changes = watch.due(make.at(at_s))
    for change in changes:
        watch.told(change)
    return [(change.camera_id, change.down) for change in changes]


def watching(*states: tuple[float, CameraState]) -> CameraWatch:
    """A watch that has seen these states of gate-1."""
    watch = CameraWatch(stale_after_s=5, live_after_s=3)
    for at_s, state in states:
        watch.see(make.camera_report(state=state, since=make.at(at_s), detail=state.value))
    return watch


def test_down_for_long_enough_is_told_once() -> None:
    """Stale for less than the bound is nothing; after it, once."""
    watch = watching((0, CameraState.STALE))
    assert [told(watch, s) for s in (4, 5, 6)] == [[], [("gate-1", True)], []]


def test_trying_to_connect_does_not_begin_anew() -> None:
    """Backing off, connecting and backing off again is one outage, since its beginning."""
    watch = watching(
        (0, CameraState.STALE), (1, CameraState.BACKING_OFF), (3, CameraState.CONNECTING), (4, CameraState.BACKING_OFF)
    )
    (change,) = watch.due(make.at(5))
    assert change.since == make.at(0)
    assert change.detail == "backing-off"


def test_a_short_flicker_is_told_to_nobody() -> None:
    """Up again before the bound: no alert, and down again before the camera counts as up: no end."""
    watch = watching((0, CameraState.LIVE))
    assert told(watch, 3) == [("gate-1", False)]
    watch.see(make.camera_report(state=CameraState.STALE, since=make.at(10)))
    watch.see(make.camera_report(state=CameraState.LIVE, since=make.at(12)))
    assert told(watch, 60) == []
    watch.see(make.camera_report(state=CameraState.STALE, since=make.at(100)))
    assert told(watch, 105) == [("gate-1", True)]
    watch.see(make.camera_report(state=CameraState.LIVE, since=make.at(110)))
    watch.see(make.camera_report(state=CameraState.STALE, since=make.at(112)))
    assert told(watch, 130) == []


def test_switched_off_ends_at_once() -> None:
    """A camera that an operator disabled, or a file at its end, is nothing to be alarmed about."""
    for state in (CameraState.DISABLED, CameraState.FINISHED):
        watch = watching((0, CameraState.STALE))
        assert told(watch, 5) == [("gate-1", True)]
        watch.see(make.camera_report(state=state, since=make.at(6)))
        assert told(watch, 6) == [("gate-1", False)]


def test_after_a_restart_cameras_that_are_up_are_told_too() -> None:
    """The worker does not know what was told before: who is up ends what may be open."""
    assert told(watching((0, CameraState.LIVE)), 100) == [("gate-1", False)]
    assert told(watching((0, CameraState.CONNECTING)), 100) == []
