"""A Celery worker whose task writes down that it ran: `python -m tests.integration.bus.celery_worker URL`."""

from __future__ import annotations

import sys

from haetae.bus.connection import connect
from services.alert.tasks import DELIVER, make_celery

RAN = "test.ran"


def main(url: str) -> None:
    """Runs until it is ended."""
    app, client = make_celery(url), connect(url)

    @app.task(name=DELIVER)
    def deliver(id: str, attempts: int) -> None:
        client.rpush(RAN, id)

    app.Worker(
        pool="threads", concurrency=1, without_gossip=True, without_mingle=True, without_heartbeat=True, quiet=True
    ).start()


if __name__ == "__main__":
    main(sys.argv[1])
