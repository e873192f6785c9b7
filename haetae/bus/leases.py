"""Leases: a thing (a camera, a shard) is worked on by at most one holder at any time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import cast

import redis

from haetae.bus.connection import redis_errors
from haetae.bus.scripts import Script


class Leases:
    """The leases of one holder within a scope such as "ingest".

    Renew all names every `renew_every_s`. A lease that its holder let expire is given to another only with a guard of half the
    ttl on top, in which the former holder finds out at its next renewal; without Redis it finds out by `is_held`, which goes by
    its own clock. So two holders never work at once, if each stops what `renew` no longer returns and `is_held` denies.
    """

    def __init__(
        self, client: redis.Redis, scope: str, holder: str, ttl_s: float = 10.0, *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._redis = client
        self._scope = scope
        self._holder = holder
        self._ttl_s = ttl_s
        self._now_s = now_s
        self._lease = Script(client, "lease")
        self._members = Script(client, "members")
        self._held_until_s: dict[str, float] = {}
        self._birth = f"haetae.lease.{scope}.born"

    @property
    def renew_every_s(self) -> float:
        """How often to renew and to say that we are there."""
        return self._ttl_s / 4

    def heartbeat(self) -> None:
        """We are there, for another ttl. Raises Transient."""
        self._live(self._holder)

    def members(self) -> list[str]:
        """The holders that are there, sorted. Raises Transient."""
        return sorted(self._live(""))

    def leave(self) -> None:
        """We go: others need not wait for our ttl. Raises Transient."""
        with redis_errors():
            self._redis.zrem(f"haetae.members.{self._scope}", self._holder)

    def acquire(self, name: str) -> bool:
        """Whether `name` is ours to use now. False where another holds it, or where it was taken over and its guard still
        runs: ask again. Raises Transient."""
        return self._ask("acquire", name)

    def renew(self, names: Iterable[str]) -> set[str]:
        """Those of `names` that are still ours; stop working on the others at once. Raises Transient."""
        return {name for name in names if self._ask("renew", name)}

    def is_held(self, name: str) -> bool:
        """Whether `name` is ours for certain, by our own clock: False from one ttl after the last renewal that succeeded."""
        return self._now_s() < self._held_until_s.get(name, 0.0)

    def release(self, name: str) -> None:
        """Gives `name` back: another can have it at once. Call it after the work on it has ended. Raises Transient."""
        self._held_until_s.pop(name, None)
        self._run("release", name)

    def _ask(self, act: str, name: str) -> bool:
        asked_at_s = self._now_s()
        usable = self._run(act, name) == 1
        if usable:
            self._held_until_s[name] = asked_at_s + self._ttl_s
        else:
            self._held_until_s.pop(name, None)
        return usable

    def _run(self, act: str, name: str) -> int:
        ttl_ms = round(self._ttl_s * 1000)
        keys = [self._birth, f"haetae.lease.{self._scope}.of.{name}"]
        return int(self._lease(keys, [act, self._holder, ttl_ms, ttl_ms // 2]))

    def _live(self, holder: str) -> list[str]:
        keys = [f"haetae.members.{self._scope}", self._birth]
        names = cast(list[bytes], self._members(keys, [holder, round(self._ttl_s * 1000)]))
        return [name.decode() for name in names]
