"""Keys for machines and people: random, shown once, stored as a hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from haetae.errors import Refused
from haetae.store.tables import ApiKeyRow

_PREFIX = "haetae_"  # lets secret scanners recognise a key that leaked


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret."""

    name: str
    role: str
    created_at: datetime


class ApiKeys:
    """The keys as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, name: str, role: str) -> str:
        """Makes a key of 256 random bits and gives it, this once. Raises Refused (409) where the name is taken."""
        token = _PREFIX + token_urlsafe(32)
        row = {"id": uuid4(), "name": name, "role": role, "digest": _digest(token)}
        made = insert(ApiKeyRow).values(**row).on_conflict_do_nothing(index_elements=["name"]).returning(ApiKeyRow.id)
        if self._session.execute(made).first() is None:
            raise Refused(f"There is an API key named '{name}' already.", status=409, kind="api-key-exists")
        return token

    def renew(self, name: str, role: str) -> tuple[str, bool]:
        """Makes a key in the place of the one with this name, which ends at once; the new one, and whether there was one."""
        token, id = _PREFIX + token_urlsafe(32), uuid4()
        new = insert(ApiKeyRow).values(id=id, name=name, role=role, digest=_digest(token))
        changed = {"role": new.excluded.role, "digest": new.excluded.digest, "created_at": func.now()}
        kept = new.on_conflict_do_update(index_elements=["name"], set_=changed).returning(ApiKeyRow.id)
        return token, self._session.execute(kept).scalar_one() != id

    def caller(self, token: str) -> tuple[str, str] | None:
        """The name and role of the key's holder; None where there is no such key."""
        found = self._session.execute(select(ApiKeyRow.name, ApiKeyRow.role).where(ApiKeyRow.digest == _digest(token))).first()
        return (found.name, found.role) if found else None

    def all(self) -> list[ApiKey]:
        """The keys by name."""
        rows = self._session.scalars(select(ApiKeyRow).order_by(ApiKeyRow.name))
        return [ApiKey(row.name, row.role, row.created_at) for row in rows]

    def remove(self, name: str) -> None:
        """Ends a key at once. Raises Refused (404)."""
        gone = delete(ApiKeyRow).where(ApiKeyRow.name == name).returning(ApiKeyRow.id)
        if self._session.execute(gone).first() is None:
            raise Refused(f"There is no API key named '{name}'.", status=404, kind="unknown-api-key")


def _digest(token: str) -> bytes:
    # a plain hash is enough: 256 random bits cannot be guessed, so there is nothing to slow down
    return sha256(token.encode(errors="surrogatepass")).digest()
