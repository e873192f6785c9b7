"""What is asked and answered at /v1/keys."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from haetae.http.access import Role
from haetae.store.api_keys import ApiKey
from services.search.shapes import Instant, Shown, Strict


class KeyIn(Strict):
    """Whom a key is for, and what it may do."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,62}$", examples=["control room 2"])
    role: Role


class KeyOut(Shown):
    """A key without its secret. The name stands in the audit."""

    name: str
    role: Role
    created_at: Instant

    @classmethod
    def of(cls, key: ApiKey) -> Self:
        """The key as it is shown."""
        return cls(name=key.name, role=Role(key.role), created_at=key.created_at)


class NewKeyOut(Shown):
    """A key with its secret, shown this once: only a hash is kept."""

    name: str
    role: Role
    token: str


class KeyList(Shown):
    """The keys by name."""

    items: list[KeyOut]
