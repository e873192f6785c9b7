"""How search was tuned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity
from sqlalchemy.orm import Mapped, mapped_column

from haetae.store.tables.base import Base


class SearchTuningRow(Base):
    """One set of parameters; of those that were not withdrawn the newest counts."""

    __tablename__ = "search_tunings"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    tuned_at: Mapped[datetime]
    parameters: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    n_cases: Mapped[int]
    withdrawn_at: Mapped[datetime | None]
