"""All secrets that are stored encrypted: which key reads each, and encrypting them anew with the first one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, column, select, update, values
from sqlalchemy.orm import Session

from haetae.store.audit import Audit
from haetae.store.secrets import Cipher
from haetae.store.tables import CameraRow, WebhookRow
from haetae.store.tables.base import Base

_ACTOR = "database renew-secrets"
_KEPT: dict[str, tuple[type[Base], str]] = {"cameras": (CameraRow, "credentials"), "webhooks": (WebhookRow, "secrets")}
TABLES = tuple(_KEPT)
"""The tables that hold secrets."""


@dataclass(frozen=True, slots=True)
class Census:
    """How many secrets each key reads, by the key's id, newest key first, and those that none reads ("cameras/gate-1")."""

    by_key: dict[str, int]
    unreadable: tuple[str, ...]

    @property
    def n_current(self) -> int:
        """Those that the first key reads."""
        return next(iter(self.by_key.values()), 0)

    @property
    def n_older(self) -> int:
        """Those that another key reads."""
        return sum(self.by_key.values()) - self.n_current


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one table in the order of their ids: how many were encrypted anew, were up to date, and the last row's id."""

    n_renewed: int
    n_current: int
    last: object


class SecretsAtRest:
    """The secrets as one transaction sees them."""

    def __init__(self, session: Session, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher

    def census(self) -> Census:
        """Which key reads each of them; nothing is changed."""
        by_key: Counter[str] = Counter()
        unreadable = []
        for of in TABLES:
            _, id, secret = _columns(of)
            for row_id, token in self._session.execute(select(id, secret).where(secret.is_not(None)).order_by(id)):
                key = self._cipher.key_of(token)
                if key is None:
                    unreadable.append(f"{of}/{row_id}")
                else:
                    by_key[key] += 1
        return Census({key: by_key[key] for key in self._cipher.key_ids}, tuple(unreadable))

    def renew(self, of: str, at: datetime, *, after: object = None, limit: int = 100) -> Batch | None:
        """Encrypts the next `limit` secrets after the row `after` with the first key; None where there are no more.

        Their rows stay locked until the transaction ends: who changes a secret meanwhile waits for that long, and what was
        changed a moment before is seen. Those of the first key are left as they are, and so are those that no key reads.
        """
        table, id, secret = _columns(of)
        wanted = select(id, secret).where(secret.is_not(None)).order_by(id).limit(limit)
        wanted = wanted.with_for_update(key_share=True)  # NO KEY: camera reports and deliveries do not wait
        if after is not None:
            wanted = wanted.where(id > after)
        found = self._session.execute(wanted).all()
        if not found:
            return None
        read_by = [(row_id, token, self._cipher.key_of(token)) for row_id, token in found]
        newest = next(iter(self._cipher.key_ids), None)
        older = [(row_id, self._cipher.rotate(token)) for row_id, token, key in read_by if key not in (None, newest)]
        if older:
            self._store(table, id, secret, older)
            Audit(self._session).record(_ACTOR, "secrets_renewed", of, {"n": len(older), "key": newest}, at)
        n_current = sum(key is not None and key == newest for _, _, key in read_by)
        return Batch(len(older), n_current, found[-1][0])

    def _store(self, table: Table, id: Column[Any], secret: Column[Any], rows: Sequence[tuple[Any, bytes]]) -> None:
        # one statement, since the revision of the cameras grows with each
        new = values(column("id", id.type), column("token", LargeBinary), name="renewed").data(list(rows))
        changed = update(table).where(id == new.c.id).values({secret.name: new.c.token})
        self._session.connection().execute(changed)


def _columns(of: str) -> tuple[Table, Column[Any], Column[Any]]:
    row, secret = _KEPT[of]
    table = row.__table__
    assert isinstance(table, Table)
    return table, table.c.id, table.c[secret]
