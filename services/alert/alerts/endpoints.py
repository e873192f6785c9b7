"""/v1/alerts: what happened, and what operators make of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from haetae.domain.alert import AlertKind
from haetae.domain.ids import camera_id
from haetae.domain.timing import TimeWindow
from haetae.errors import Refused
from haetae.store.alerts import AlertFilter
from services.alert.alerts.schemas import AcknowledgeIn, AlertOut, AlertPage
from services.alert.desk import Desk
from services.alert.shapes import FIRST, LAST, OPERATORS, READERS, Asking, Cursor, Instant, Limit, asking


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoints."""
    router = APIRouter(prefix="/v1/alerts", tags=["alerts"])
    reader, operator = asking(*READERS), asking(*OPERATORS)

    @router.get("", summary="List alerts", dependencies=[Depends(reader)])
    def page(
        only: Annotated[AlertFilter, Depends(_filter)],
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> AlertPage:
        """Alerts, newest first. Give `open=true` for those that have not ended."""
        with desk.store.begin() as transaction:
            alerts, following = transaction.alerts.page(only, limit=limit, after=cursor)
        return AlertPage(items=[AlertOut.of(alert) for alert in alerts], next_cursor=following)

    @router.get("/{id}", summary="Fetch an alert", dependencies=[Depends(reader)])
    def get(id: UUID) -> AlertOut:
        """One alert."""
        with desk.store.begin() as transaction:
            return AlertOut.of(transaction.alerts.get(id))

    @router.post("/{id}/acknowledge", summary="Acknowledge an alert")
    def acknowledge(id: UUID, what: AcknowledgeIn, caller: Asking = Depends(operator)) -> AlertOut:
        """Somebody has seen the alert. The first who does is kept; whether it was a false alarm can be said again."""
        now = desk.clock.now()
        with desk.store.begin() as transaction:
            alert = transaction.alerts.acknowledge(id, caller.name, now, false_alarm=what.false_alarm)
            detail = {"note": what.note, "false_alarm": what.false_alarm}
            caller.record(transaction, "alert_acknowledged", f"alert/{id}", now, **detail)
        return AlertOut.of(alert)

    return router


def _filter(
    kind: Annotated[list[AlertKind] | None, Query(description="Only these kinds.")] = None,
    camera: Annotated[list[str] | None, Query(max_length=100, description="Only these cameras.")] = None,
    entry: Annotated[UUID | None, Query(description="Only hits of this watch-list entry.")] = None,
    open: Annotated[bool | None, Query(description="Only alerts that are open, or only those that have ended.")] = None,
    acknowledged: Annotated[bool | None, Query(description="Only alerts that somebody has acknowledged, or nobody.")] = None,
    from_: Annotated[Instant | None, Query(alias="from", description="Started at or after.")] = None,
    to: Annotated[Instant | None, Query(description="Started before.")] = None,
) -> AlertFilter:
    window = TimeWindow(from_ or FIRST, to or LAST) if from_ or to else None
    if window is not None and window.end <= window.start:
        raise Refused("The window ends before it begins.", status=422, kind="window-reversed")
    cameras = tuple(camera_id(text) for text in camera or ())
    return AlertFilter(tuple(kind or ()), cameras, entry, open, acknowledged, window)
