"""Connections that break where it hurts, and a process that dies without a word."""

from __future__ import annotations

import random
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


class Died(BaseException):
    """The process is gone: nothing is caught, nothing is cleaned up."""


def breaking_client(url: str, rng: random.Random, share: float) -> redis.Redis:
    """A client that loses `share` of the commands before they are sent, and as many replies after they were carried out."""

    class Breaking(redis.Connection):
        def send_packed_command(self, command: Any, check_health: bool = True) -> None:
            if rng.random() < share:
                self.disconnect()  # type: ignore[no-untyped-call]
                raise redis.ConnectionError("broken before sending")
            super().send_packed_command(command, check_health)  # type: ignore[no-untyped-call]

        def read_response(self, *args: Any, **options: Any) -> Any:
            response = super().read_response(*args, **options)
            if rng.random() < share:
                self.disconnect()  # type: ignore[no-untyped-call]
                raise redis.ConnectionError("broken before the reply")
            return response

    pool = redis.ConnectionPool.from_url(
        url, connection_class=Breaking, protocol=2, socket_timeout=5, retry=Retry(NoBackoff(), 0)
    )
    return redis.Redis(connection_pool=pool)
