"""Callers and their roles: API keys in `Authorization: Bearer`, never in a query string, never in a log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Protocol, cast

from fastapi import Depends, FastAPI, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from haetae.errors import Refused

MAX_TOKEN_CHARACTERS = 512


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
