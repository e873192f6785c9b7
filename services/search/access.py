"""Who may do what, and by which keys they are known."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Depends, Request

from haetae.domain.timing import Clock
from haetae.http.access import Caller, Role, allow
from haetae.store.store import Store

READERS = (Role.VIEWER, Role.OPERATOR, Role.ADMIN, Role.SERVICE)
OPERATORS = (Role.OPERATOR, Role.ADMIN, Role.SERVICE)
ADMINS = (Role.ADMIN,)
_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and from where: what an audit record needs."""

    name: str
    role: Role
    origin: str


def asking(*roles: Role) -> Callable[..., Asking]:
    """A dependency that lets these roles in. Raises Refused (401, 403)."""
    permitted = allow(*roles)

    def who(request: Request, caller: Caller = Depends(permitted)) -> Asking:
        return Asking(caller.name, caller.role, request.client.host if request.client else "")

    return who


class StoredKeys:
    """The keys of the store. A key that was found is remembered for a few seconds: crops come by the dozen."""

    def __init__(self, store: Store, *, remembered_s: float, clock: Clock) -> None:
        self._store = store
        self._remembered_s = remembered_s
        self._clock = clock
        self._known: OrderedDict[str, tuple[Caller, float]] = OrderedDict()  # until monotonic seconds
        self._lock = threading.Lock()

    def caller(self, token: str) -> Caller | None:
        """The key's holder, None where there is none. Raises Transient."""
        now_s = self._clock.monotonic_s()
        with self._lock:
            known = self._known.get(token)
        if known is not None and now_s < known[1]:
            return known[0]
        with self._store.begin() as transaction:
            found = transaction.api_keys.caller(token)
        if found is None or found[1] not in set(Role):
            return None
        caller = Caller(found[0], Role(found[1]))
        with self._lock:
            self._known[token] = (caller, now_s + self._remembered_s)
            self._known.move_to_end(token)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return caller
