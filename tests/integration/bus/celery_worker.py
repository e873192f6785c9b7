"""A Celery worker whose task writes down that it ran: `python -m tests.integration.bus.celery_worker URL`."""

from __future__ import annotations

import sys
import time

from haetae.bus.connection import connect, probe
from services.alert.tasks import DELIVER, make_celery

RAN = "test.ran"
LAST = "last"
"""The task of that name ends when Redis is gone."""


def main(url: str) -> None:
    """Runs until it is ended."""
    app, client = make_celery(url), connect(url)

    @app.task(name=DELIVER)
    def deliver(id: str, attempts: int) -> None:
        client.rpush(RAN, id)
        for _ in range(600 if id == LAST else 0):
            if probe(client) is not None:
                break
            time.sleep(0.1)

    app.Worker(
        pool="threads", concurrency=1, without_gossip=True, without_mingle=True, without_heartbeat=True, quiet=True
    ).start()


if __name__ == "__main__":
    main(sys.argv[1])
