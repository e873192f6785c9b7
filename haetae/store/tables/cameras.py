"""Cameras, their newest reports, and recordings handed in for them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from haetae.store.tables.base import Base


class CameraRow(Base):
    """One camera. A trigger counts every change in `revisions`."""

    __tablename__ = "cameras"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    url: Mapped[str]
    transport: Mapped[str]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    rate_hz: Mapped[float]
    motion_gate: Mapped[bool]
    detector_width: Mapped[int]
    detector_height: Mapped[int]
    max_width_px: Mapped[int]
    enabled: Mapped[bool]
    recorded_from: Mapped[datetime | None]
    credentials: Mapped[bytes | None]  # encrypted
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CameraReportRow(Base):
    """How a camera fares: its newest report."""

    __tablename__ = "camera_reports"

    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str]
    since: Mapped[datetime]
    worker: Mapped[str]
    detail: Mapped[str]
    last_frame_at: Mapped[datetime | None]
    reported_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RevisionRow(Base):
    """How often something changed: cheap to poll."""

    __tablename__ = "revisions"

    subject: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger)


class RecordingRow(Base):
    """One file of one camera, read once."""

    __tablename__ = "recordings"
    __table_args__ = (Index("recordings_by_camera", "camera_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("cameras.id", ondelete="CASCADE"))
    path: Mapped[str]
    recorded_from: Mapped[datetime]
    state: Mapped[str]
    progress: Mapped[float]
    detail: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
