"""Where each kind of blob is kept. The day comes first, so that retention forgets whole days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from uuid import UUID

from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.timing import to_us
from haetae.errors import Refused

CROPS = "crops"
PROBES = "probes"
WATCH = "watch"
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")  # never empty, hidden, "." or ".."


def checked(key: str) -> str:
    """The key, of parts of letters, digits, ".", "_" and "-" between slashes. Raises Refused (404) on any other."""
    if not all(_PART.fullmatch(part) for part in key.split("/")):
        raise Refused("There is no such picture.", status=404, kind="unknown-picture")
    return key


def crop(started_at: datetime, camera_id: CameraId, tracklet_id: TrackletId, captured_at: datetime) -> str:
    """The crop captured at `captured_at` of a tracklet that started at `started_at` (which decides the day, UTC)."""
    return f"{crops_of(_day(started_at))}/{camera_id}/{tracklet_id}/{to_us(captured_at)}.jpg"


def probe(asked_at: datetime, query_id: UUID, n: int) -> str:
    """The `n`-th photo's person of a query."""
    return f"{probes_of(_day(asked_at))}/{query_id}/{n}.jpg"


def watch(entry_id: UUID, n: int) -> str:
    """The `n`-th photo of a watch-list entry."""
    return f"{watch_of(entry_id)}/{n}.jpg"


def crops_of(day: date) -> str:
    """Prefix of a day's crops."""
    return f"{CROPS}/{day:%Y-%m-%d}"


def probes_of(day: date) -> str:
    """Prefix of a day's probes."""
    return f"{PROBES}/{day:%Y-%m-%d}"


def watch_of(entry_id: UUID) -> str:
    """Prefix of an entry's photos."""
    return f"{WATCH}/{entry_id}"


def _day(instant: datetime) -> date:
    return instant.astimezone(UTC).date()
