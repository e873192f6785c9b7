"""What waits inside a reader: one newest frame a camera, a bounded outbox, counts that always balance."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from haetae.bus.effects import Outgoing
from haetae.bus.ledger import PUBLISHED, RECEIVED, LedgerEntry
from haetae.domain.frame import DropReason
from haetae.domain.ids import CameraId
from haetae.errors import Transient
from services.ingest.counts import Counts
from services.ingest.outbox import Outbox, Parcel
from services.ingest.publishing import Publishing
from services.ingest.slots import NewestFrames
from tests.kit.builders import T0, frame_ref

GATE = CameraId("gate-1")


def parcel(seq: int, n_bytes: int = 100, camera: str = "gate-1") -> Parcel:
    """A parcel of errand `camera`."""
    return Parcel(camera, frame_ref(seq, camera), bytes(n_bytes))


def test_newest_frames_win_and_the_old_one_is_told() -> None:
    """A camera that is faster than the encoder loses its oldest frame, never a neighbour's; all are served in turn."""
    slots: NewestFrames[int] = NewestFrames()
    assert [slots.put("a", n) for n in range(4)] == [None, None, None, 0]
    assert slots.put("b", 10) is None
    assert [slots.take(0) for _ in range(5)] == [("a", 1), ("b", 10), ("a", 2), ("a", 3), None]
    assert slots.is_empty()


def test_recording_waits_for_its_place() -> None:
    """What can wait does: nothing is replaced."""
    slots: NewestFrames[int] = NewestFrames()
    assert [slots.offer("r", n, 0.01) for n in range(4)] == [True, True, True, False]
    assert slots.take(0) == ("r", 0)


def test_outbox_is_bounded_by_bytes_and_drops_the_oldest() -> None:
    """While Redis is away the oldest frames make room; nobody's memory grows."""
    outbox = Outbox(1000)
    pushed_out = [each.ref.seq for seq in range(25) for each in outbox.put(parcel(seq))]
    assert pushed_out == list(range(15))
    assert outbox.n_bytes == 1000
    assert not outbox.offer(parcel(99), 0.01)
    assert [each.ref.seq for each in outbox.take(3, 0, lambda parcel: True)] == [15, 16, 17]
    assert not outbox.is_empty()
    assert outbox.offer(parcel(99), 0.01)


def test_frames_of_uncertain_leases_stay() -> None:
    """An errand whose lease is not certain keeps its frames in order while others leave; given up, they are taken out."""
    outbox = Outbox(10_000)
    for seq in range(3):
        outbox.put(parcel(seq, camera="a"))
        outbox.put(parcel(seq, camera="b"))
    assert [each.name for each in outbox.take(10, 0, lambda parcel: parcel.name == "b")] == ["b"] * 3
    assert [each.ref.seq for each in outbox.take(2, 0, lambda parcel: True)] == [0, 1]
    assert [each.ref.seq for each in outbox.discard("a")] == [2]
    outbox.settle()
    assert outbox.is_empty()
    assert outbox.n_bytes == 0


def test_receipt_and_fate_are_told_together() -> None:
    """The ledger hears of a frame's receipt only together with its fate."""
    counts = Counts()
    counts.add(GATE, T0, DropReason.NO_MOTION, 3)
    counts.add(GATE, T0, DropReason.NOT_SAMPLED)
    entries = counts.drain()
    assert sum(e.n for e in entries if e.outcome == RECEIVED) == 4 == sum(e.n for e in entries if e.outcome != RECEIVED)
    assert counts.drain() == ()
    assert counts.totals() == {"gate-1": {"no_motion": 3, "not_sampled": 1}}


class AwayForAWhile:
    """Streams that fail some times, and remember what was tried."""

    def __init__(self, failures: int) -> None:
        self.failures, self.tried, self.applied = failures, [], []  # type: ignore[var-annotated]

    def publish(self, messages: Sequence[Outgoing], ledger: Sequence[LedgerEntry] = ()) -> None:
        self.tried.append((tuple(messages), tuple(ledger)))
        if self.failures:
            self.failures -= 1
            raise Transient("away")
        self.applied.append((tuple(messages), tuple(ledger)))

    def backlog(self, topic: str) -> int:
        return 0


def test_batch_is_handed_in_again_unchanged() -> None:
    """Through an outage the same batch with the same counts is repeated: so the bus can apply it once."""
    streams, outbox, counts, stop = AwayForAWhile(3), Outbox(10_000), Counts(), threading.Event()
    publishing = Publishing(streams, outbox, counts, n_shards=2, max_backlog=10, waits=False)
    publishing.allow({"gate-1": float("inf")})
    for seq in range(5):
        outbox.put(parcel(seq))
    counts.add(GATE, T0, DropReason.NO_MOTION)
    thread = threading.Thread(target=publishing.run, args=(stop, lambda: True))
    thread.start()
    stop.set()
    thread.join(20)
    assert len(set(streams.tried[:4])) == 1
    (messages, ledger), *_ = streams.applied
    assert len(messages) == 5
    received = sum(e.n for e in ledger if e.outcome == RECEIVED)
    assert received == sum(e.n for e in ledger if e.outcome != RECEIVED) == 6
    assert sum(e.n for e in ledger if e.outcome == PUBLISHED) == 5
