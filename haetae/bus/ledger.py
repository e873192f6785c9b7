"""The frame ledger: per camera and minute, how many frames had which fate. received = processed + drops by reason + in flight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import redis

from haetae.bus.connection import redis_errors
from haetae.domain.frame import FrameRef
from haetae.domain.ids import CameraId
from haetae.domain.timing import TimeWindow, from_us, to_us

RECEIVED = "received"
PUBLISHED = "published"
PROCESSED = "processed"
TRACKLETS_CLOSED = "tracklets_closed"
"""No fate of a frame: how many closed tracklets went out, by the minute of the last frame behind each."""

KEPT_S = 48 * 3600
MAX_WINDOW = timedelta(hours=48)
_MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """`n` frames of a camera that arrived within `minute` had this fate: RECEIVED, PUBLISHED, PROCESSED or a DropReason."""

    camera_id: CameraId
    minute: datetime
    outcome: str
    n: int = 1

    @property
    def key(self) -> str:
        """The Redis hash that the entry is counted in."""
        return ledger_key(self.camera_id, to_us(self.minute) // _MINUTE_US)


def ledger_key(camera_id: CameraId, minute: int) -> str:
    """The Redis hash of one camera's minute; `minute` counts from 1970."""
    return f"haetae.ledger.{camera_id}.{minute}"


def entries_for(ref: FrameRef, outcome: str) -> tuple[LedgerEntry, ...]:
    """The entry of one frame: counted in the minute in which it arrived."""
    minute = ref.received_at.replace(second=0, microsecond=0)
    return (LedgerEntry(ref.camera_id, minute, str(outcome)),)


def summed(entries: Iterable[LedgerEntry]) -> Iterator[tuple[str, str, int]]:
    """The entries as (key, outcome, n), one for each key and outcome."""
    counts: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        counts[entry.key, entry.outcome] += entry.n
    for (key, outcome), n in counts.items():
        yield key, outcome, n


class Ledger:
    """Counts that stand alone (what follows from a message is counted in its commit), and the reading of all counts."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def record(self, entries: Sequence[LedgerEntry]) -> None:
        """Adds to the counts in one transaction. Raises Transient: then it is not known whether they were added.

        Where the counts must be exact over an outage, give them to `Publisher.publish`, which can be repeated.
        """
        if not entries:
            return
        with redis_errors(), self._redis.pipeline(transaction=True) as pipe:
            for key, outcome, n in summed(entries):
                pipe.hincrby(key, outcome, n)
                pipe.expire(key, KEPT_S)
            pipe.execute()

    def read(self, camera_id: CameraId, window: TimeWindow) -> dict[datetime, dict[str, int]]:
        """Counts by minute and fate, for minutes that begin within `window` (its newest 48 h). Raises Transient."""
        start = max(window.start, window.end - MAX_WINDOW)
        first = -(-to_us(start) // _MINUTE_US)
        minutes = range(first, -(-to_us(window.end) // _MINUTE_US))
        with redis_errors(), self._redis.pipeline(transaction=False) as pipe:
            for minute in minutes:
                pipe.hgetall(ledger_key(camera_id, minute))
            found = cast(list[dict[bytes, bytes]], pipe.execute())
        return {
            from_us(minute * _MINUTE_US): {fate.decode(): int(n) for fate, n in counts.items()}
            for minute, counts in zip(minutes, found, strict=True)
            if counts
        }
