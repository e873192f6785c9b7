"""Who may do what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Depends, Request

from haetae.http.access import Caller, Role, allow

READERS = (Role.VIEWER, Role.OPERATOR, Role.ADMIN, Role.SERVICE)
OPERATORS = (Role.OPERATOR, Role.ADMIN, Role.SERVICE)
ADMINS = (Role.ADMIN,)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and from where: what an audit record needs."""

    name: str
    role: Role
    origin: str


def asking(*roles: Role) -> Callable[..., Awaitable[Asking]]:
    """A dependency that lets these roles in. Raises Refused (401, 403)."""
    permitted = allow(*roles)

    async def who(request: Request, caller: Caller = Depends(permitted)) -> Asking:
        return Asking(caller.name, caller.role, request.client.host if request.client else "")

    return who
