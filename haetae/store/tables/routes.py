"""What was learned of the ways between cameras."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity
from sqlalchemy.orm import Mapped, mapped_column

from haetae.store.tables.base import Base


class TravelTimesRow(Base):
    """One state of knowledge; the newest counts."""

    __tablename__ = "travel_times"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    learned_at: Mapped[datetime]
    summary: Mapped[dict[str, Any]]
    document: Mapped[dict[str, Any]]
