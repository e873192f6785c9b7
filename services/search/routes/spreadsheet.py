"""A trajectory as CSV (RFC 4180) that a spreadsheet opens without running anything that is written in it."""

from __future__ import annotations

import csv
from io import StringIO

from services.search.routes.schemas import TrajectoryOut
from services.search.shapes import Place

COLUMNS = (
    "kind", "n", "camera_id", "sighting_id", "started_at", "ended_at", "latitude", "longitude", "seconds_before", "margin",
    "probability",
)  # fmt: skip
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_of(way: TrajectoryOut) -> str:
    """A row for each stop, then one for each next camera, whose instants are the earliest and the latest arrival."""
    text = StringIO()
    rows = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    rows.writeheader()
    for n, step in enumerate(way.steps, start=1):
        told = {
            "kind": "stop",
            "n": n,
            "camera_id": cell(step.camera_id),
            "sighting_id": str(step.sighting_id),
            "started_at": step.started_at.isoformat(),
            "ended_at": step.ended_at.isoformat(),
            "seconds_before": "" if step.seconds_before is None else step.seconds_before,
            "margin": step.margin,
        }
        rows.writerow({**told, **_placed(step.position)})
    for n, camera in enumerate(way.next_cameras, start=1):
        told = {
            "kind": "next_camera",
            "n": n,
            "camera_id": cell(camera.camera_id),
            "started_at": camera.earliest.isoformat(),
            "ended_at": camera.latest.isoformat(),
            "probability": camera.probability,
        }
        rows.writerow({**told, **_placed(camera.position)})
    return text.getvalue()


def cell(text: str) -> str:
    """A text that a spreadsheet takes for a text: one that begins like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def _placed(place: Place | None) -> dict[str, float]:
    return {} if place is None else {"latitude": place.latitude, "longitude": place.longitude}
