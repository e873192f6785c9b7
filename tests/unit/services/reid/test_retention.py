"""The hourly job that lets old days go."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from haetae.errors import Refused, Transient
from haetae.telemetry import logs
from services.reid.retention import RetentionJob
from tests.kit.waiting import until


class OneLease:
    """A lease that is free, or another's; what was done with it, in order."""

    def __init__(self, *, free: bool = True) -> None:
        self._free = free
        self.acts: list[str] = []

    def acquire(self, name: str) -> bool:
        self.acts.append("acquired" if self._free else "refused")
        return self._free

    def release(self, name: str) -> None:
        self.acts.append("released")


def job(drop: Callable[[], int], lease: OneLease | None = None, *, every_s: float = 3600.0) -> RetentionJob:
    """A job over a given way of dropping."""
    return RetentionJob(drop, lease or OneLease(), logs.get(), every_s=every_s, retry_s=0.01)


class Counting:
    """Drops one day at each call."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self) -> int:
        self.n += 1
        return 1


def test_only_the_worker_that_may_drops() -> None:
    """A worker without the lease drops nothing and asks again soon."""
    drop = Counting()
    assert not job(drop, OneLease(free=False)).turn()
    assert drop.n == 0


@pytest.mark.parametrize(
    ("error", "done"),
    [(Transient("PostgreSQL is away."), False), (Refused("Too much at once.", status=409, kind="purge-too-large"), True)],
)
def test_failures_do_not_end_the_job(error: Exception, done: bool) -> None:
    """A peer that is away is asked again soon; a refused purge waits for a person and is not tried again every minute."""

    def drop() -> int:
        raise error

    assert job(drop).turn() is done


def test_the_thread_goes_on_until_it_is_stopped() -> None:
    """The job runs at once and then periodically, and its thread ends with the worker."""
    drop, stop = Counting(), threading.Event()
    thread = job(drop, every_s=0.01).start(stop)
    until(lambda: drop.n >= 3, "three turns")
    stop.set()
    thread.join(timeout=5)
    assert not thread.is_alive()


def test_the_lease_is_given_back_when_nothing_is_deleted_any_more() -> None:
    """A worker that is told to end in the middle of a run gives the lease back after it: another need not wait for it to end."""
    lease, deleting, stop, may_end = OneLease(), threading.Event(), threading.Event(), threading.Event()

    def drop() -> int:
        deleting.set()
        may_end.wait(20)
        lease.acts.append("deleted")
        return 0

    running = job(drop, lease)
    thread = running.start(stop)
    assert deleting.wait(20)
    stop.set()
    running.join(0.0)
    assert thread.is_alive()
    may_end.set()
    running.join(20.0)
    assert lease.acts == ["acquired", "deleted", "released"]
