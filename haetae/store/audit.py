"""Who did what, when, from where, to what: written in the act's own transaction and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from haetae.store.tables import AuditRow

_RECORD = insert(AuditRow).inline()  # made once, and nothing is asked back


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One act. `id` grows in the order of recording."""

    id: int
    at: datetime
    actor: str
    act: str
    subject: str
    detail: dict[str, Any]
    origin: str  # the address that it came from; empty for our own programs


class Audit:
    """The audit as one transaction sees it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, actor: str, act: str, subject: str, detail: Mapping[str, Any], at: datetime, *, origin: str = "") -> None:
        """Writes the act down. `detail` is a JSON document without secrets, crops or embeddings."""
        row = {"at": at, "actor": actor, "origin": origin, "act": act, "subject": subject, "detail": dict(detail)}
        self._session.connection().execute(_RECORD, row)

    def page(
        self, *, limit: int = 100, before: int | None = None, actor: str | None = None, subject: str | None = None
    ) -> list[AuditRecord]:
        """At most `limit` acts, newest first, with ids below `before`."""
        wanted = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(AuditRow.id < before)
        if actor is not None:
            wanted = wanted.where(AuditRow.actor == actor)
        if subject is not None:
            wanted = wanted.where(AuditRow.subject == subject)
        rows = self._session.scalars(wanted)
        return [AuditRecord(r.id, r.at, r.actor, r.act, r.subject, r.detail, r.origin) for r in rows]
