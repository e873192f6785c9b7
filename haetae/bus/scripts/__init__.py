"""Lua that runs inside Redis: each script is one atomic step."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import redis

from haetae.bus.connection import MasterOfSet, redis_errors
from haetae.errors import Transient

REPLICAS_WITHIN_MS = 2000


@cache
def source(name: str) -> str:
    """The text of `<name>.lua`."""
    return files(__name__).joinpath(f"{name}.lua").read_text(encoding="utf-8")


class Script:
    """One script bound to a client. Raises what `redis_errors` says; other refusals stay ResponseError."""

    def __init__(self, client: redis.Redis, name: str) -> None:
        self._client = client
        self._call = client.register_script(source(name))
        self._replicas = client.replicas if isinstance(client, MasterOfSet) else 0

    def __call__(self, keys: list[str], arguments: list[Any]) -> Any:
        """Runs the script; Redis is given its text again where it has forgotten it. Raises Transient, also where the script ran
        and too few replicas have what it did: then it may be lost with its master, or come through."""
        with redis_errors():
            return self._copied(keys, arguments) if self._replicas else self._call(keys=keys, args=arguments)

    def _copied(self, keys: list[str], arguments: list[Any]) -> Any:
        """The script and, on the same connection, a wait for the replicas."""
        with self._client.pipeline(transaction=False) as together:
            self._call(keys=keys, args=arguments, client=together)
            together.execute_command("WAIT", self._replicas, REPLICAS_WITHIN_MS)  # type: ignore[no-untyped-call]
            reply, n_copies = together.execute(raise_on_error=False)
        for answer in (reply, n_copies):
            if isinstance(answer, Exception):
                raise answer
        if n_copies < self._replicas:
            raise Transient("Too few replicas of Redis have what was written.", have=n_copies, needed=self._replicas)
        return reply
