"""Lua that runs inside Redis: each script is one atomic step."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import redis

from haetae.bus.connection import redis_errors


@cache
def source(name: str) -> str:
    """The text of `<name>.lua`."""
    return files(__name__).joinpath(f"{name}.lua").read_text(encoding="utf-8")


class Script:
    """One script bound to a client. Raises what `redis_errors` says; other refusals stay ResponseError."""

    def __init__(self, client: redis.Redis, name: str) -> None:
        self._call = client.register_script(source(name))

    def __call__(self, keys: list[str], arguments: list[Any]) -> Any:
        """Runs the script; Redis is given its text again where it has forgotten it."""
        with redis_errors():
            return self._call(keys=keys, args=arguments)
