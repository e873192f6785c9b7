"""Alerts, the webhooks that are told of them, and the outbox between the two."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from haetae.store.tables.base import Base


class AlertRow(Base):
    """One alert. At most one of a kind, camera and entry is open at a time."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "alerts_open_once",
            "kind",
            "camera_id",
            "entry_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("alerts_by_time", "started_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    phase: Mapped[str]
    camera_id: Mapped[str]
    started_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    score: Mapped[float | None]
    entry_id: Mapped[UUID | None]
    sighting_id: Mapped[UUID | None]
    crop_key: Mapped[str | None]
    detail: Mapped[str]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    false_alarm: Mapped[bool | None]
    extra: Mapped[dict[str, Any]]


class WebhookRow(Base):
    """Where alerts are sent. Its secrets are encrypted, newest first."""

    __tablename__ = "webhooks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str]
    secrets: Mapped[bytes]
    kinds: Mapped[list[Any]]
    enabled: Mapped[bool]
    detail: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DeliveryRow(Base):
    """One message to one webhook: due, leased by a sender, delivered or dead."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("webhook_id", "key", name="outbox_once"),
        Index("outbox_due", "next_attempt_at", postgresql_where=text("next_attempt_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    key: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime | None]  # None: nothing more to do
    delivered_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    last_error: Mapped[str]
