"""Connections to Redis with deadlines, and what its errors mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, AuthorizationError, ResponseError
from redis.retry import Retry

from haetae.errors import Misconfigured, Transient

CONNECT_TIMEOUT_S = 3.0
# Replies of a server that is up and cannot serve just now: loading its file, out of memory, disk full, a replica, in a script.
# At the start of the reply, or within it where a script's command was refused (Redis 6.2 wraps those).
_NOT_NOW = re.compile(r"(?:^|-)(LOADING|OOM|MISCONF|READONLY|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS)\b")
_OURS_TO_FIX = ("NOAUTH", "WRONGPASS", "NOPERM")


def connect(url: str, *, block_s: float = 1.0) -> redis.Redis:
    """A client whose calls end within `block_s` + 5 s; replies are bytes. Connects at the first call.

    Nothing is sent again by itself: who calls knows whether a repetition is safe. Raises Misconfigured on an address that is
    none; it never repeats the address, which may hold a password.
    """
    try:
        return redis.Redis.from_url(
            url,
            protocol=2,
            socket_timeout=block_s + 5.0,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_keepalive=True,
            health_check_interval=30,
            retry=Retry(NoBackoff(), 0),
            decode_responses=False,
        )
    except ValueError as error:
        raise Misconfigured("The address of Redis is not a redis:// URL.") from error


@contextmanager
def redis_errors() -> Iterator[None]:
    """Turns errors of Redis that pass by themselves into Transient and wrong credentials into Misconfigured."""
    try:
        yield
    except (AuthenticationError, AuthorizationError) as error:
        raise Misconfigured("Redis refuses our credentials.") from error
    except (redis.ConnectionError, redis.TimeoutError) as error:
        raise Transient("Redis is away.", cause=type(error).__name__) from error
    except ResponseError as error:
        text = str(error)
        if text.startswith(_OURS_TO_FIX):
            raise Misconfigured("Redis refuses our credentials.") from error
        if type(error) is not ResponseError:  # redis-py has types of its own for OOM, READONLY and the like
            raise Transient("Redis cannot serve now.", cause=type(error).__name__) from error
        if not_now := _NOT_NOW.search(text):
            raise Transient("Redis cannot serve now.", cause=not_now.group(1)) from error
        raise


def probe(client: redis.Redis) -> str | None:
    """None when Redis answers, else why it cannot be used: for `Health.check`."""
    try:
        with redis_errors():
            client.ping()
    except (Transient, Misconfigured) as error:
        return str(error)
    return None
