"""Which cameras and recordings are this worker's: rendezvous hashing says whose they should be, leases whose they are."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from haetae.bus.rendezvous import owner
from haetae.errors import Transient


class Lending(Protocol):
    """The leases of this worker."""

    @property
    def renew_every_s(self) -> float: ...

    def heartbeat(self) -> None: ...

    def members(self) -> list[str]: ...

    def leave(self) -> None: ...

    def acquire(self, name: str) -> bool: ...

    def renew(self, names: Collection[str]) -> set[str]: ...

    def release(self, name: str) -> None: ...


class Claims:
    """Holds leases for the names that fall to this worker. One thread calls `turn`; any may ask `held`.

    While Redis is away nothing changes hands: what is held goes on being read, but `held` tells until when it is certain, and
    nothing is published after that. When Redis is back the leases decide first, before anything new is taken.
    """

    def __init__(self, leases: Lending, worker: str, *, ttl_s: float, now_s: Callable[[], float] = time.monotonic) -> None:
        self._leases, self._worker, self._ttl_s, self._now_s = leases, worker, ttl_s, now_s
        self._until_s: dict[str, float] = {}
        self._renewed_s = float("-inf")
        self._cautious_until_s = float("-inf")
        self._members: list[str] = []
        self._lock = threading.Lock()

    def held(self) -> dict[str, float]:
        """The names to work on, each with the monotonic second until which it is certainly ours."""
        with self._lock:
            return dict(self._until_s)

    @property
    def members(self) -> Sequence[str]:
        """The workers that were there when Redis was last asked."""
        return self._members

    def is_mine(self, name: str) -> bool:
        """Whether rendezvous hashing gives `name` to this worker."""
        return bool(self._members) and owner(name, self._members) == self._worker

    def turn(self, wanted: Collection[str], in_use: Collection[str]) -> None:
        """Renews, takes what fell to us, gives back what did not once it is no longer `in_use`. Raises Transient."""
        try:
            self._renew()
            self._give_back(wanted, in_use)
            self._take(wanted)
        except Transient:
            self._cautious_until_s = float("inf")
            raise

    def leave(self) -> None:
        """Gives everything back and says goodbye. Raises Transient."""
        for name in self.held():
            self._leases.release(name)
        with self._lock:
            self._until_s = {}
        self._leases.leave()

    def _renew(self) -> None:
        began_s = self._now_s()
        if began_s - self._renewed_s < self._leases.renew_every_s:
            return
        self._leases.heartbeat()
        self._members = self._leases.members()
        names = list(self.held())
        kept = self._leases.renew(names) if names else set()
        with self._lock:
            self._until_s = {name: began_s + self._ttl_s for name in names if name in kept}
        if self._cautious_until_s == float("inf"):  # first contact after an outage: let the others say that they are there
            self._cautious_until_s = began_s + self._leases.renew_every_s
        self._renewed_s = began_s

    def _give_back(self, wanted: Collection[str], in_use: Collection[str]) -> None:
        for name in self.held():
            if (name in wanted and self.is_mine(name)) or name in in_use:
                continue
            self._leases.release(name)
            with self._lock:
                self._until_s.pop(name, None)

    def _take(self, wanted: Collection[str]) -> None:
        if self._now_s() < self._cautious_until_s:
            return
        held = self.held()
        for name in wanted:
            if name not in held and self.is_mine(name):
                asked_s = self._now_s()
                if self._leases.acquire(name):
                    with self._lock:
                        self._until_s[name] = asked_s + self._ttl_s
