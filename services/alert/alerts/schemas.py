"""Alerts as they are asked for and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from haetae.domain.alert import Alert, AlertKind, AlertPhase
from services.alert.shapes import Strict


class AlertOut(Strict):
    """One alert. It starts, may be updated (a nearer sighting), and ends; its id stays."""

    id: UUID
    kind: AlertKind
    phase: AlertPhase
    camera_id: str = Field(examples=["gate-1"])
    started_at: datetime
    updated_at: datetime
    ended_at: datetime | None = Field(description="None while the alert is open.")
    score: float | None = Field(description="0-1, large is certain; None where there is nothing to be uncertain of.")
    detail: str = Field(description="Why, for people.")
    entry_id: UUID | None = Field(description="The watch-list entry that was hit.")
    entry_name: str | None = Field(description="Its name when it was hit.")
    sighting_id: UUID | None = Field(description="The nearest sighting so far: `GET /v1/sightings/{id}`.")
    crop_url: str | None = Field(description="The person as seen, where the crop is still kept.")
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    false_alarm: bool | None = Field(description="What the operator said; None while nobody did.")

    @classmethod
    def of(cls, alert: Alert) -> Self:
        """The alert as it is shown."""
        return cls(
            id=alert.id,
            kind=alert.kind,
            phase=alert.phase,
            camera_id=alert.camera_id,
            started_at=alert.started_at,
            updated_at=alert.updated_at,
            ended_at=alert.ended_at,
            score=alert.score,
            detail=alert.detail,
            entry_id=alert.entry_id,
            entry_name=alert.extra.get("entry_name"),
            sighting_id=alert.sighting_id,
            crop_url=f"/v1/{alert.crop_key}" if alert.crop_key else None,
            acknowledged_at=alert.acknowledged_at,
            acknowledged_by=alert.acknowledged_by,
            false_alarm=alert.false_alarm,
        )


class AlertPage(Strict):
    """Alerts, newest first."""

    items: list[AlertOut]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; None on the last.")


class AcknowledgeIn(Strict):
    """What the operator makes of an alert."""

    note: str = Field(default="", max_length=2000, examples=["Checked on site, not the person."])
    false_alarm: bool = False
