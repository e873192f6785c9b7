"""Two alert workers at once, as in a rolling upgrade: one works, and the other goes on where it ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from haetae.bus.consumer import Consumer
from haetae.bus.leases import Leases
from haetae.domain.alert import AlertPhase
from haetae.domain.camera import CameraState
from haetae.telemetry.health import Health
from services.alert.turn import Turn
from tests.integration.alert.rig import Rig
from tests.integration.alert.test_worker import entry, seen
from tests.integration.bus.flow import until
from tests.kit import builders as make

pytestmark = pytest.mark.integration


@contextmanager
def working(rig: Rig, name: str, *, crash: bool = False) -> Iterator[Turn]:
    """A worker that takes part in turns while the block lasts. With `crash` it does not give its turn back."""
    worker, stop, health = rig.worker(), threading.Event(), Health()
    turn = Turn(Leases(rig.redis, "alert", name, ttl_s=1.0), worker.learn)
    consumer = Consumer(rig.redis, turn.topics, "alert", name, block_s=0.1, exclusive=True, health=health)
    keeping = turn.start(stop, health)
    consuming = threading.Thread(target=consumer.run, args=(worker.handle, stop, turn.only(worker.on_idle)), daemon=True)
    consuming.start()
    try:
        yield turn
    finally:
        stop.set()
        consuming.join(20)
        keeping.join(20)
        assert not consuming.is_alive()
        if not crash:
            turn.leave()


def phases(rig: Rig) -> list[AlertPhase]:
    """Of all alerts, newest first."""
    return [alert.phase for alert in rig.alerts()]


def test_the_next_worker_goes_on_where_the_first_ends(rig: Rig) -> None:
    """Everything goes to the first while it has the turn. The second then knows of the outage that the first told of, ends that
    alert when the camera is back, and begins none of its own."""
    with rig.store.begin() as transaction:
        transaction.cameras.add(make.camera("gate-1"))
    with working(rig, "old") as old:
        until(lambda: bool(old.topics()))
        with working(rig, "new") as new:
            rig.report(make.camera_report(state=CameraState.STALE, since=datetime.now(UTC)))
            until(lambda: phases(rig) == [AlertPhase.STARTED])
            assert new.topics() == []
            old.leave()  # between two batches, as at its end; whoever asks next has it
            until(lambda: rig.backlog() == 0)
            rig.report(make.camera_report(state=CameraState.LIVE, since=datetime.now(UTC)))
            until(lambda: phases(rig) == [AlertPhase.ENDED])
    assert rig.backlog() == 0


def test_a_worker_that_dies_is_stood_in_for(rig: Rig) -> None:
    """A turn that nobody gives back ends by itself, and what is seen after that is told of by the next worker."""
    rig.add(entry())
    with working(rig, "old", crash=True) as old:
        until(lambda: bool(old.topics()))
    with working(rig, "new"):
        rig.see(seen(closed=True))
        until(lambda: len(rig.alerts()) == 1 and rig.backlog() == 0)
