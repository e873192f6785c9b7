"""Connections to Redis with deadlines, and what its errors mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, AuthorizationError, ResponseError
from redis.retry import Retry
from redis.sentinel import MasterNotFoundError, Sentinel

from haetae.bus.address import SentinelAddress
from haetae.errors import Misconfigured, Transient

CONNECT_TIMEOUT_S = 3.0
SENTINEL_TIMEOUT_S = 1.0  # of one of them; the next is asked then
# Replies of a server that is up and cannot serve just now: loading its file, out of memory, disk full, a replica, in a script.
# At the start of the reply, or within it where a script's command was refused (Redis 6.2 wraps those).
_NOT_NOW = re.compile(r"(?:^|-)(LOADING|OOM|MISCONF|READONLY|BUSY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS)\b")
_OURS_TO_FIX = ("NOAUTH", "WRONGPASS", "NOPERM")


class MasterOfSet(redis.Redis):
    """The master of a set, whoever that is now; what a script did counts once `replicas` of the others have it too."""

    replicas: int = 0


def connect(url: str, *, block_s: float = 1.0) -> redis.Redis:
    """A client whose calls end within `block_s` + 5 s; replies are bytes. Connects at the first call.

    `url` is redis://, rediss:// or redis+sentinel:// (see SentinelAddress). Nothing is sent again by itself: who calls knows
    whether a repetition is safe. Raises Misconfigured on an address that is none; it never repeats the address, which may
    hold a password.
    """
    usual: dict[str, Any] = {
        "protocol": 2,
        "socket_timeout": block_s + 5.0,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_keepalive": True,
        "health_check_interval": 30,
        "retry": Retry(NoBackoff(), 0),
        "decode_responses": False,
    }
    address = SentinelAddress.of(url)
    if address is not None:
        return _master(address, usual)
    try:
        return redis.Redis.from_url(url, **usual)
    except ValueError as error:
        raise Misconfigured("The address of Redis is not a redis:// URL.") from error


def _master(address: SentinelAddress, usual: dict[str, Any]) -> MasterOfSet:
    """The Sentinels are asked for the master at each new connection; connections break when the master does."""
    asking = {**usual, "socket_timeout": SENTINEL_TIMEOUT_S, "socket_connect_timeout": SENTINEL_TIMEOUT_S}
    sentinels = Sentinel(  # type: ignore[no-untyped-call]
        address.sentinels, sentinel_kwargs={**asking, **address.of_sentinels, **address.encryption}
    )
    master: MasterOfSet = sentinels.master_for(  # type: ignore[no-untyped-call]
        address.service, redis_class=MasterOfSet, db=address.db, **usual, **address.credentials, **address.encryption
    )
    master.replicas = address.replicas
    return master


@contextmanager
def redis_errors() -> Iterator[None]:
    """Turns errors of Redis that pass by themselves into Transient and wrong credentials into Misconfigured."""
    try:
        yield
    except (AuthenticationError, AuthorizationError) as error:
        raise Misconfigured("Redis refuses our credentials.") from error
    except MasterNotFoundError as error:  # the others may be right, so this is no reason to end
        refused = "AuthenticationError" in str(error)
        raise Transient("Redis is away.", cause="a Sentinel refuses our credentials" if refused else "no master") from error
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
