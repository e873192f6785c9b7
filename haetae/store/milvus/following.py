"""Keeps a Milvus collection as PostgreSQL is, which remembers how far that has come: a crash repeats, it never skips."""

from __future__ import annotations

from datetime import date

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from haetae.domain.embedding import ModelVersion
from haetae.domain.sighting_ids import to_uuids
from haetae.store.index.bulk import Columns, read_changed
from haetae.store.index.day_rows import NewRows
from haetae.store.index.reading import gone_since, position
from haetae.store.milvus.collection import Collection, Connected, Rows
from haetae.store.store import Store
from haetae.store.tables import EmbeddingFollowerRow, EmbeddingModelRow


class Follower:
    """Follows the embeddings of one model. Several processes may: one at a time does the work, the others wait their turn."""

    def __init__(self, connected: Connected, model: ModelVersion) -> None:
        self.model = model
        self._connected = connected
        self._collection: Collection | None = None
        self._columns: Columns | None = None
        self._days: list[date] | None = None  # those that the collection was cut down to

    @property
    def name(self) -> str:
        """The collection's: letters, digits and underscores."""
        return "haetae_" + "".join(c if c.isalnum() else "_" for c in str(self.model))

    @property
    def collection(self) -> Collection | None:
        """None until something was embedded by the model."""
        return self._collection

    def refresh(self, store: Store) -> int:
        """Hands on what has changed since the last time, and says how many rows that were; at first everything.

        Raises Transient: what was handed on already is handed on again the next time.
        """
        with store.begin(consistent=True) as transaction:
            session = transaction.session
            columns = self._columns or self._columns_of(session)
            if columns is None:
                return 0
            collection = self._collection or Collection(self._connected, self.name, columns.dimension)
            self._columns, self._collection = columns, collection
            if not session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext(:name))"), {"name": self.name}):
                return 0
            at = position(session)
            since = complete_at(session, self.name) or 0
            if since:
                collection.drop(to_uuids(gone_since(session, since, columns.model_number)))
            days, n_put = {partition.oid: partition.day for partition in at.partitions}, 0

            def put(oid: int, rows: NewRows) -> None:
                nonlocal n_put
                names = np.array(list(columns.cameras))
                collection.put(
                    Rows(days[oid], to_uuids(rows.ids), rows.started, rows.ended, names[rows.camera].tolist(), rows.vectors)
                )
                n_put += len(rows.ids)

            read_changed(session, since, columns, put)
            if self._days != (kept := sorted(days.values())):
                collection.keep_days(kept)
                self._days = kept
        with store.begin() as transaction:
            _note(transaction.session, self.name, at.snapshot.oldest_running)
        return n_put

    def close(self) -> None:
        """Lets Milvus go."""
        if self._collection is not None:
            self._collection.close()

    def _columns_of(self, session: Session) -> Columns | None:
        wanted = (EmbeddingModelRow.name == self.model.name, EmbeddingModelRow.version == self.model.version)
        known = session.execute(select(EmbeddingModelRow.id, EmbeddingModelRow.dimension).where(*wanted)).one_or_none()
        return None if known is None else Columns(known[0], known[1])


def complete_at(session: Session, name: str) -> int | None:
    """Every change of a transaction before this one has been handed on; None where nothing was, as far as this reader sees."""
    row = EmbeddingFollowerRow
    return session.scalars(select(row.complete_at).where(row.name == name)).one_or_none()


def _note(session: Session, name: str, at: int) -> None:
    new = insert(EmbeddingFollowerRow).values(name=name, complete_at=at)
    further = EmbeddingFollowerRow.complete_at < new.excluded.complete_at
    changed = {"complete_at": new.excluded.complete_at}
    session.execute(new.on_conflict_do_update(index_elements=["name"], set_=changed, where=further))
