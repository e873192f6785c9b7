"""Deliveries go on after Redis was away, whatever was being sent meanwhile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from haetae.bus.connection import connect
from services.alert.tasks import DELIVER, make_celery
from tests.integration.bus.celery_worker import LAST, RAN
from tests.integration.bus.redis_server import RedisServer, binaries
from tests.kit.waiting import until

pytestmark = pytest.mark.integration


def test_a_task_that_ended_while_redis_was_away_keeps_no_place(tmp_path: Path) -> None:
    """All of a worker's threads are busy when Redis dies, and none of their tasks can be acknowledged: the worker says so, and
    takes the next task as soon as Redis is back, without being started anew."""
    binary = binaries()["wheel"]
    if binary is None:
        pytest.skip("no redis-server of a wheel here")
    server = RedisServer(binary, tmp_path)
    server.start()
    app, log = make_celery(server.url), tmp_path / "worker.log"
    with log.open("wb") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.bus.celery_worker", server.url], stdout=out, stderr=out
        )
    try:
        app.send_task(DELIVER, [LAST, 1])
        until(lambda: connect(server.url).lrange(RAN, 0, -1) == [LAST.encode()], "the task runs", within_s=90)
        server.kill()
        until(lambda: "Couldn't ack" in log.read_text(), "its end cannot be told", within_s=90)
        server.start()
        app.send_task(DELIVER, ["next", 1])
        until(lambda: b"next" in connect(server.url).lrange(RAN, 0, -1), "the next task runs", within_s=90)
        assert worker.poll() is None
    finally:
        worker.terminate()
        worker.wait(30)
        server.kill()
