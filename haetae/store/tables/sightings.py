"""The gallery: sightings and their embeddings, one partition per day of capture time (UTC)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, BigInteger, Identity, Index, SmallInteger, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from haetae.store.tables.base import Base
from haetae.store.vectors import HalfVector, Vector


class SightingDayRow(Base):
    """The day under which a sighting is stored, fixed by its first message: what makes the id unique over all partitions."""

    __tablename__ = "sighting_days"
    __table_args__ = (Index("sighting_days_by_day", "started_on", postgresql_using="brin"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    started_on: Mapped[date]


class SightingRow(Base):
    """One sighting. `path` is packed, `best_shots` and `attributes` are documents (see `documents.py`)."""

    __tablename__ = "sightings"
    __table_args__ = (
        Index("sightings_by_time", "started_at", "id"),
        Index("sightings_by_camera", "camera_id", "started_at"),
        {"postgresql_partition_by": "RANGE (started_on)"},
    )

    started_on: Mapped[date] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    camera_id: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    n_detections: Mapped[int]
    closed: Mapped[bool]
    revision: Mapped[int]
    frame_width: Mapped[int]
    frame_height: Mapped[int]
    quality: Mapped[float] = mapped_column(REAL)
    attribute_model: Mapped[str]
    attributes: Mapped[dict[str, Any]]
    best_shots: Mapped[list[Any]]
    path: Mapped[bytes]
    stored_at: Mapped[datetime] = mapped_column(server_default=func.now())


class EmbeddingModelRow(Base):
    """A model version as a small number: the gallery is scanned by it."""

    __tablename__ = "embedding_models"
    __table_args__ = (UniqueConstraint("name", "version", name="embedding_models_once"),)

    id: Mapped[int] = mapped_column(SmallInteger, Identity(always=True), primary_key=True)
    name: Mapped[str]
    version: Mapped[str]
    dimension: Mapped[int]


class SightingEmbeddingRow(Base):
    """A sighting's one embedding, with what a scan filters by, so that it reads no other table. Never toasted (see 0001)."""

    __tablename__ = "sighting_embeddings"
    __table_args__ = (
        Index("sighting_embeddings_by_camera", "camera_id", "started_at"),
        Index("sighting_embeddings_by_model", "model_id"),
        Index("sighting_embeddings_by_change", "changed_in"),
        {"postgresql_partition_by": "RANGE (started_on)"},
    )

    # in the order of their alignment: 8, 4, 2 bytes, then the variable ones
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    started_on: Mapped[date] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(SmallInteger)
    sighting_id: Mapped[UUID] = mapped_column(primary_key=True)
    camera_id: Mapped[str]
    vector: Mapped[Vector] = mapped_column(HalfVector())
    # the transaction that wrote the row as it is: a default and a trigger of the database's, see 0003
    changed_in: Mapped[int] = mapped_column(BigInteger, server_default=text("pg_current_xact_id()::text::bigint"))


class RemovedEmbeddingRow(Base):
    """A sighting that has no embedding any more, since which transaction: written by a trigger of the database's, forgotten with
    its day. One that was stored without any is written down too: who counts by embeddings looks here for the others."""

    __tablename__ = "removed_embeddings"

    removed_in: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sighting_id: Mapped[UUID] = mapped_column(primary_key=True)
    started_on: Mapped[date]


class EmbeddingFollowerRow(Base):
    """Something outside PostgreSQL that follows the embeddings: changes of transactions before `complete_at` have reached it."""

    __tablename__ = "embedding_followers"

    name: Mapped[str] = mapped_column(primary_key=True)
    complete_at: Mapped[int] = mapped_column(BigInteger)
