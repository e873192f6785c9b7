"""What is to be sent: written in the alert's own transaction, sent by whoever leases it first, tried for about three days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from haetae.store.tables import DeliveryRow

WAITS_S = (5, 60, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 18 * 3600, 22 * 3600)
"""How long to wait after each failed attempt; together 71.6 hours, then the delivery is dead."""

_JITTER = 0.2  # a wait is up to this share longer, so that what failed together is not tried together
_LONGEST_ERROR = 500


class DeliveryState(StrEnum):
    """What became of a delivery."""

    DUE = "due"  # or leased by a sender
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one webhook. `key` is the same at every attempt: the receiver tells repeats by it."""

    id: UUID
    webhook_id: UUID
    key: str
    payload: dict[str, Any]
    created_at: datetime
    attempts: int  # this one included
    state: DeliveryState
    last_error: str


class Outbox:
    """The deliveries as one transaction sees them."""

    def __init__(self, session: Session, random: Random | None = None) -> None:
        self._session = session
        self._random = random or Random()

    def add(self, webhook_id: UUID, key: str, payload: Mapping[str, Any], now: datetime) -> bool:
        """Something to send; False where the webhook has a delivery with this key already."""
        row = {
            "id": uuid4(),
            "webhook_id": webhook_id,
            "key": key,
            "payload": dict(payload),
            "created_at": now,
            "attempts": 0,
            "next_attempt_at": now,
            "last_error": "",
        }
        made = insert(DeliveryRow).values(**row).on_conflict_do_nothing(constraint="outbox_once").returning(DeliveryRow.id)
        return self._session.execute(made).first() is not None

    def due(self, now: datetime, *, limit: int = 50, lease_s: float = 60.0) -> list[Delivery]:
        """What is to be sent now, leased for `lease_s` once the transaction commits: nobody else gets it before.

        A sender that is killed does nothing more: the delivery is due again when the lease is over.
        """
        row = DeliveryRow
        free = select(row.id).where(row.next_attempt_at <= now).order_by(row.next_attempt_at).limit(limit)
        mine = free.with_for_update(skip_locked=True).cte("mine")  # a CTE is evaluated once, so `limit` holds
        leased = (
            update(row)
            .where(row.id.in_(select(mine.c.id)))
            .values(next_attempt_at=now + timedelta(seconds=lease_s), attempts=row.attempts + 1)
            .returning(row)
        )
        rows = self._session.scalars(leased, execution_options={"synchronize_session": False}).all()
        return [_delivery(r) for r in sorted(rows, key=lambda r: (r.created_at, r.id))]

    def delivered(self, id: UUID, at: datetime) -> None:
        """The receiver has it."""
        self._finish(id, delivered_at=at, next_attempt_at=None, last_error="")

    def failed(self, id: UUID, at: datetime, error: str, *, retry_after_s: float | None = None) -> DeliveryState:
        """An attempt failed, for this reason: due again later, or dead after the last attempt. DEAD as well where it is gone.

        `retry_after_s` is what the receiver asked for: the wait is never shorter.
        """
        row = DeliveryRow
        open_row = select(row.attempts).where(row.id == id, row.next_attempt_at.is_not(None)).with_for_update()
        attempts = self._session.scalars(open_row).one_or_none()
        if attempts is None:
            found = self._session.scalars(select(row.delivered_at).where(row.id == id)).one_or_none()
            return DeliveryState.DELIVERED if found else DeliveryState.DEAD
        reason = error[:_LONGEST_ERROR]
        if attempts > len(WAITS_S):
            self._finish(id, dead_at=at, next_attempt_at=None, last_error=reason)
            return DeliveryState.DEAD
        wait_s = max(wait_after(attempts, self._random), retry_after_s or 0.0)
        self._finish(id, next_attempt_at=at + timedelta(seconds=wait_s), last_error=reason)
        return DeliveryState.DUE

    def get(self, id: UUID) -> Delivery | None:
        """None where it is unknown or purged."""
        row = self._session.scalars(select(DeliveryRow).where(DeliveryRow.id == id)).one_or_none()
        return _delivery(row) if row else None

    def waiting(self) -> int:
        """How many deliveries are neither delivered nor dead."""
        return self._session.scalars(select(func.count()).where(DeliveryRow.next_attempt_at.is_not(None))).one()

    def _finish(self, id: UUID, **columns: object) -> None:
        unfinished = (DeliveryRow.id == id) & DeliveryRow.next_attempt_at.is_not(None)
        changed = update(DeliveryRow).where(unfinished).values(**columns)
        self._session.execute(changed, execution_options={"synchronize_session": False})


def wait_after(attempts: int, random: Random) -> float:
    """Seconds until the next attempt after `attempts` (1 or more) failed ones."""
    return WAITS_S[min(max(attempts, 1), len(WAITS_S)) - 1] * (1.0 + _JITTER * random.random())


def _delivery(row: DeliveryRow) -> Delivery:
    if row.delivered_at is not None:
        state = DeliveryState.DELIVERED
    else:
        state = DeliveryState.DEAD if row.dead_at is not None else DeliveryState.DUE
    return Delivery(row.id, row.webhook_id, row.key, row.payload, row.created_at, row.attempts, state, row.last_error)
