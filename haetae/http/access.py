"""Callers and their roles: API keys in `Authorization: Bearer`, never in a query string, never in a log."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Protocol, cast

from fastapi import Depends, FastAPI, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from haetae.errors import Refused

MAX_TOKEN_CHARACTERS = 512
MOST_REMEMBERED = 1000


class Role(StrEnum):
    """What a caller may do: viewers look, operators search and act on alerts, admins configure; services talk to services."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"
    SERVICE = "service"


_RANK = {Role.VIEWER: 0, Role.OPERATOR: 1, Role.ADMIN: 2}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the key's name stands in the audit."""

    name: str
    role: Role


class KeyStore(Protocol):
    """Where API keys are looked up."""

    def caller(self, token: str) -> Caller | None:
        """Who `token` belongs to; None where it is nobody's. Raises Transient."""
        ...


class RememberedKeys:
    """A KeyStore over a slower one: a key that was found is remembered for `remembered_s`, and so works that much longer."""

    def __init__(
        self,
        look_up: Callable[[str], tuple[str, str] | None],
        *,
        remembered_s: float,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`look_up` gives the name and role of a key's holder, None where there is none. It may raise Transient."""
        self._look_up = look_up
        self._remembered_s = remembered_s
        self._now_s = now_s
        self._known: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()  # by digest; until monotonic seconds
        self._lock = threading.Lock()

    def caller(self, token: str) -> Caller | None:
        """The key's holder, None where there is none or its role is none of ours. Raises Transient."""
        digest, now_s = sha256(token.encode(errors="surrogatepass")).digest(), self._now_s()
        with self._lock:
            known = self._known.get(digest)
        if known is not None and now_s < known[1]:
            return known[0]
        found = self._look_up(token)
        if found is None or found[1] not in set(Role):
            return None
        caller = Caller(found[0], Role(found[1]))
        with self._lock:
            self._known[digest] = (caller, now_s + self._remembered_s)
            self._known.move_to_end(digest)
            if len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return caller


def use_keys(app: FastAPI, keys: KeyStore) -> None:
    """Callers of `app` are found in `keys`."""
    app.state.haetae_keys = keys


def is_allowed(role: Role, roles: tuple[Role, ...]) -> bool:
    """Whether `role` is one of `roles` or stands above one of them; SERVICE stands above nobody and below nobody."""
    if role in roles:
        return True
    rank = _RANK.get(role)
    return rank is not None and any(_RANK[wanted] < rank for wanted in roles if wanted in _RANK)


_bearer = HTTPBearer(auto_error=False, scheme_name="API key", description="An API key: `Authorization: Bearer <key>`.")


def allow(*roles: Role) -> Callable[..., Caller]:
    """A dependency that gives the Caller where it has one of `roles` or a higher one; else 401 or 403."""

    def caller_of(
        request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)] = None
    ) -> Caller:
        keys = cast(KeyStore, request.app.state.haetae_keys)
        token = credentials.credentials if credentials else ""
        caller = keys.caller(token) if 0 < len(token) <= MAX_TOKEN_CHARACTERS else None
        if caller is None:
            raise Refused("An API key is needed: Authorization: Bearer <key>.", status=401, kind="unauthenticated")
        if not is_allowed(caller.role, roles):
            raise Refused("Your role does not allow this.", status=403, kind="forbidden")
        return caller

    return caller_of
