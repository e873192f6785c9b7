"""Which minute a frame is counted in."""

from __future__ import annotations

from datetime import timedelta

from haetae.bus.ledger import PROCESSED, RECEIVED, entries_for, summed
from haetae.domain.frame import DropReason
from tests.kit import builders as make


def test_the_minute_of_arrival_counts() -> None:
    """A frame is counted in the minute in which it arrived, whatever its capture time says."""
    ref = make.frame_ref(received_at=make.T0.replace(minute=59, second=59, microsecond=999_999), captured_at=make.at(-3600))
    (entry,) = entries_for(ref, RECEIVED)
    assert entry.minute == make.T0.replace(minute=59, second=0)
    assert (entry.camera_id, entry.outcome, entry.n) == ("gate-1", "received", 1)


def test_counts_of_one_minute_are_summed() -> None:
    """Many frames of one camera, minute and fate become one count; others stay apart."""
    ref = make.frame_ref()
    later = make.frame_ref(received_at=ref.received_at + timedelta(minutes=1))
    entries = [*entries_for(ref, PROCESSED) * 3, *entries_for(ref, DropReason.TOO_OLD), *entries_for(later, PROCESSED)]
    assert sorted((outcome, n) for _, outcome, n in summed(entries)) == [("processed", 1), ("processed", 3), ("too_old", 1)]
