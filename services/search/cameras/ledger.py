"""/v1/cameras/{id}/ledger: what became of every frame."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from haetae.bus.ledger import MAX_WINDOW, PROCESSED, PUBLISHED, RECEIVED
from haetae.domain.frame import DropReason
from haetae.domain.ids import camera_id
from services.search.access import READERS, Asking, asking
from services.search.cameras.schemas import LedgerMinute, LedgerOut
from services.search.desk import Desk
from services.search.shapes import Instant, window_between

_WITHOUT_WINDOW = timedelta(hours=1)


def add_ledger(router: APIRouter, desk: Desk) -> None:
    """Adds the endpoint to the router of the cameras."""
    reader = asking(*READERS)

    @router.get("/{id}/ledger", summary="Fetch a camera's frame ledger")
    def ledger(
        id: str,
        start: Annotated[Instant | None, Query(alias="from", description="Inclusive.")] = None,
        end: Annotated[Instant | None, Query(alias="to", description="Exclusive; at most 48 hours after `from`.")] = None,
        caller: Asking = Depends(reader),
    ) -> LedgerOut:
        """What became of every frame, by minute of arrival; without a window, the last hour."""
        with desk.store.begin() as transaction:
            camera = transaction.cameras.get(camera_id(id))
        longest = _WITHOUT_WINDOW if start is None or end is None else MAX_WINDOW
        window = window_between(start, end, longest=longest, clock=desk.clock)
        counts = desk.ledger.read(camera.id, window)
        return LedgerOut(camera_id=camera.id, minutes=[_minute(minute, counts[minute]) for minute in sorted(counts)])


def _minute(minute: datetime, counts: dict[str, int]) -> LedgerMinute:
    dropped = {reason.value: counts[reason.value] for reason in DropReason if counts.get(reason.value)}
    received, processed = counts.get(RECEIVED, 0), counts.get(PROCESSED, 0)
    return LedgerMinute(
        minute=minute,
        received=received,
        published=counts.get(PUBLISHED, 0),
        processed=processed,
        dropped=dropped,
        under_way=max(0, received - processed - sum(dropped.values())),
    )
