"""What operators asked and whom they look for. Their embeddings are sensitive and stand in tables of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from haetae.store.tables.base import Base
from haetae.store.vectors import ExactVector, Vector


class QueryRow(Base):
    """A query with its answer, to be fetched again. It is there from the moment it was asked."""

    __tablename__ = "queries"
    __table_args__ = (
        Index("queries_by_time", "asked_at", "id"),
        Index("queries_once", "caller", "once_key", unique=True, postgresql_where=text("once_key IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    caller: Mapped[str]
    asked_at: Mapped[datetime]
    request: Mapped[dict[str, Any]]
    answer: Mapped[dict[str, Any]]  # of a query that is not answered: what a query that found nobody has
    state: Mapped[str] = mapped_column(server_default="answered")
    progress: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    seen_alive_at: Mapped[datetime | None]  # while it runs: by the database's clock
    ended_at: Mapped[datetime | None]
    cancel_asked_at: Mapped[datetime | None]
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))  # why there is no answer
    repeats: Mapped[UUID | None]
    once_key: Mapped[str | None]  # what the caller called this request, so that it is answered once
    once_digest: Mapped[bytes | None]


class QueryProbeRow(Base):
    """The embedding of one probe of a query, and what it came from: a photo or a sighting (old rows do not tell)."""

    __tablename__ = "query_probes"

    query_id: Mapped[UUID] = mapped_column(ForeignKey("queries.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    model_name: Mapped[str]
    model_version: Mapped[str]
    vector: Mapped[Vector] = mapped_column(ExactVector())
    target: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    photo: Mapped[int | None] = mapped_column(SmallInteger)
    quality: Mapped[float | None]


class WatchListEntryRow(Base):
    """Somebody to alert on."""

    __tablename__ = "watch_list_entries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    legal_basis: Mapped[str]
    max_distance: Mapped[float]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]


class WatchListEmbeddingRow(Base):
    """One embedding of an entry."""

    __tablename__ = "watch_list_embeddings"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("watch_list_entries.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    model_name: Mapped[str]
    model_version: Mapped[str]
    vector: Mapped[Vector] = mapped_column(ExactVector())
