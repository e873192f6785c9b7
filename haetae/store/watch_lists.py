"""Persons to alert on, with their embeddings in a table of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from haetae.domain.embedding import Embedding, ModelVersion
from haetae.domain.watch_list import WatchListEntry
from haetae.errors import Refused
from haetae.store.tables import WatchListEmbeddingRow, WatchListEntryRow


class WatchLists:
    """The entries as one transaction sees them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, entry: WatchListEntry) -> None:
        """Raises Refused (409) where the id is taken."""
        row = {name: getattr(entry, name) for name in ("id", "name", "legal_basis", "max_distance", "expires_at", "created_at")}
        made = insert(WatchListEntryRow).values(**row).on_conflict_do_nothing().returning(WatchListEntryRow.id)
        if self._session.execute(made).first() is None:
            raise Refused("There is a watch-list entry with this id already.", status=409, kind="watch-list-entry-exists")
        if entry.embeddings:
            rows = [_embedding_columns(entry.id, n, e) for n, e in enumerate(entry.embeddings)]
            self._session.execute(insert(WatchListEmbeddingRow).values(rows))

    def get(self, id: UUID) -> WatchListEntry:
        """Raises Refused (404, "unknown-watch-list-entry")."""
        found = self._entries(WatchListEntryRow.id == id)
        if not found:
            raise _unknown(id)
        return found[0]

    def all(self) -> list[WatchListEntry]:
        """All entries, expired ones too until they are purged, newest first."""
        return self._entries()

    def active(self, now: datetime) -> list[WatchListEntry]:
        """The entries that have not expired, newest first."""
        return self._entries(WatchListEntryRow.expires_at > now)

    def remove(self, id: UUID) -> None:
        """Forgets an entry and its embeddings (its photos are the blobs below `keys.watch_of`). Raises Refused (404)."""
        gone = delete(WatchListEntryRow).where(WatchListEntryRow.id == id).returning(WatchListEntryRow.id)
        if self._session.execute(gone).first() is None:
            raise _unknown(id)

    def _entries(self, *conditions: Any) -> list[WatchListEntry]:
        entry = WatchListEntryRow
        wanted = select(entry).where(*conditions).order_by(entry.created_at.desc(), entry.id)
        rows: Sequence[WatchListEntryRow] = self._session.scalars(wanted).all()
        embeddings: dict[UUID, list[Embedding]] = defaultdict(list)
        stored = select(WatchListEmbeddingRow).where(WatchListEmbeddingRow.entry_id.in_([row.id for row in rows]))
        for e in self._session.scalars(stored.order_by(WatchListEmbeddingRow.entry_id, WatchListEmbeddingRow.n)):
            embeddings[e.entry_id].append(Embedding(e.vector, ModelVersion(e.model_name, e.model_version)))
        return [_entry(row, embeddings[row.id]) for row in rows]


def _unknown(id: UUID) -> Refused:
    return Refused("There is no such watch-list entry.", status=404, kind="unknown-watch-list-entry", entry_id=id)


def _embedding_columns(id: UUID, n: int, embedding: Embedding) -> dict[str, Any]:
    model = {"model_name": embedding.model.name, "model_version": embedding.model.version}
    return {"entry_id": id, "n": n, **model, "vector": embedding.vector}


def _entry(row: WatchListEntryRow, embeddings: Sequence[Embedding]) -> WatchListEntry:
    return WatchListEntry(row.id, row.name, row.legal_basis, tuple(embeddings), row.max_distance, row.expires_at, row.created_at)
