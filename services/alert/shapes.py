"""Parts that requests and answers of several resources share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

from haetae.http.access import Caller, Role, allow
from haetae.store.store import Transaction

READERS = (Role.VIEWER, Role.SERVICE)
OPERATORS = (Role.OPERATOR, Role.SERVICE)
ADMINS = (Role.ADMIN,)
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _plausible(instant: datetime) -> datetime:
    if not FIRST <= instant < LAST:
        raise ValueError("an instant lies between 1970 and 2200")
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_plausible)]
"""An instant with its time zone; answers are in UTC."""

Limit = Annotated[int, Query(ge=1, le=200, description="Items of one page.")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")]


class Strict(BaseModel):
    """A field that is not known is an error, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and from where: what an audit record needs."""

    name: str
    origin: str

    def record(self, transaction: Transaction, act: str, subject: str, at: datetime, **detail: object) -> None:
        """Writes the act down in its own transaction."""
        transaction.audit.record(self.name, act, subject, detail, at, origin=self.origin)


def asking(*roles: Role) -> Callable[..., Asking]:
    """A dependency that lets these roles, and those above them, in. Raises Refused (401, 403)."""
    permitted = allow(*roles)

    def who(request: Request, caller: Caller = Depends(permitted)) -> Asking:
        return Asking(caller.name, request.client.host if request.client else "")

    return who
