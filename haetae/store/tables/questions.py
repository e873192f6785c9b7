"""What operators asked and whom they look for. Their embeddings are sensitive and stand in tables of their own."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from haetae.store.tables.base import Base
from haetae.store.vectors import ExactVector, Vector


class QueryRow(Base):
    """A query with its answer, to be fetched again."""

    __tablename__ = "queries"
    __table_args__ = (Index("queries_by_time", "asked_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    caller: Mapped[str]
    asked_at: Mapped[datetime]
    request: Mapped[dict[str, Any]]
    answer: Mapped[dict[str, Any]]


class QueryProbeRow(Base):
    """The embedding of one probe of a query."""

    __tablename__ = "query_probes"

    query_id: Mapped[UUID] = mapped_column(ForeignKey("queries.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    model_name: Mapped[str]
    model_version: Mapped[str]
    vector: Mapped[Vector] = mapped_column(ExactVector())


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
