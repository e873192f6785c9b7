"""What decides how a query is answered besides what it asks, in one look: the rest is read only where it changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

_SEEN = text("""
    SELECT now(), t.id, t.learned_at, (SELECT n FROM revisions WHERE subject = 'cameras'),
           (SELECT max(id) FROM search_tunings WHERE withdrawn_at IS NULL)
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (SELECT id, learned_at FROM travel_times ORDER BY id DESC LIMIT 1) t ON true
""")


@dataclass(frozen=True, slots=True)
class Circumstances:
    """As one transaction sees them: `as_of` is which state of the database that is, where it is consistent; the travel times that
    count with when they were learned; a number that grows with any change of a camera; the tuning that counts."""

    as_of: datetime
    travel_times: tuple[int, datetime] | None
    cameras: int
    tuning: int | None


def circumstances(session: Session) -> Circumstances:
    """Those of now."""
    as_of, times, learned_at, cameras, tuning = session.connection().execute(_SEEN).one()
    return Circumstances(as_of, None if times is None else (times, learned_at), cameras, tuning)
