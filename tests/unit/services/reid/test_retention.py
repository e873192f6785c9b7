"""The hourly job that lets old days go."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from haetae.errors import Refused, Transient
from haetae.telemetry import logs
from services.reid.retention import RetentionJob
from tests.kit.waiting import until


def job(drop: Callable[[], int], *, may_work: bool = True, every_s: float = 3600.0) -> RetentionJob:
    """A job over a given way of dropping."""
    return RetentionJob(drop, lambda: may_work, logs.get(), every_s=every_s, retry_s=0.01)


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
    assert not job(drop, may_work=False).turn()
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
