"""Alerts as CloudEvents 1.0, structured mode."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from haetae.domain.alert import Alert
from services.alert.pipeline import number_of

MEDIA_TYPE = "application/cloudevents+json; charset=utf-8"


def key_of(alert: Alert) -> str:
    """The id of the alert's present state: the same however often it is told."""
    return f"{alert.id}.{number_of(alert)}"


def event_of(alert: Alert, *, source: str) -> dict[str, Any]:
    """The alert as an event. The name of a watch-list entry stays here: who may know it can ask."""
    return {
        "specversion": "1.0",
        "id": key_of(alert),
        "source": source,
        "type": f"haetae.alert.{alert.phase.value}",
        "subject": f"cameras/{alert.camera_id}",
        "time": _instant(alert.updated_at),
        "datacontenttype": "application/json",
        "data": {
            "id": str(alert.id),
            "kind": alert.kind.value,
            "phase": alert.phase.value,
            "camera_id": alert.camera_id,
            "started_at": _instant(alert.started_at),
            "updated_at": _instant(alert.updated_at),
            "ended_at": _instant(alert.ended_at) if alert.ended_at else None,
            "score": alert.score,
            "detail": alert.detail,
            "entry_id": str(alert.entry_id) if alert.entry_id else None,
            "sighting_id": str(alert.sighting_id) if alert.sighting_id else None,
            "links": {"self": f"/v1/alerts/{alert.id}"},
        },
    }


def trial_event(key: str, now: datetime, *, source: str) -> dict[str, Any]:
    """An event that tells nothing but that events arrive."""
    return {
        "specversion": "1.0",
        "id": key,
        "source": source,
        "type": "haetae.alert.test",
        "time": _instant(now),
        "datacontenttype": "application/json",
        "data": {"message": "This is a test."},
    }


def body_of(event: Mapping[str, Any]) -> bytes:
    """The bytes that are signed and sent: the same for the same event, whatever the order of its keys in the database."""
    return json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
