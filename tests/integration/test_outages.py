"""Every part of a running stack is killed in turn: everything comes back by itself, nobody is lost, nobody is doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from haetae.bus.connection import connect
from haetae.bus.ledger import PROCESSED, RECEIVED, TRACKLETS_CLOSED, Ledger
from haetae.bus.replay import DeadLetters
from haetae.bus.topics import CAMERA_REPORTS, SIGHTINGS, TRACKLETS
from haetae.domain.frame import DropReason
from haetae.domain.ids import CameraId
from haetae.domain.query import Scope
from haetae.domain.sighting import Sighting
from haetae.domain.timing import TimeWindow
from haetae.simulator.serving.rtsp_server import RtspServer
from haetae.store.engine import open_store
from haetae.store.secrets import Cipher
from tests.kit.builders import at, sighting
from tests.kit.stack import WholeStack, whole_stack
from tests.kit.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1200)]

VICTIMS = ("ingest", "detect", "reid", "alert", "search", "triton", "redis", "postgres")
CAMERAS = ("walk-1", "walk-2")
DEAD_FOR_S = 11.0  # longer than every client waits for a reply, and than a camera's lease
SAME_PERSON_IOU = 0.6


@pytest.fixture
def cameras(clips_folder: Path) -> Iterator[RtspServer]:
    """Live cameras before which single people come and go."""
    with RtspServer() as server:
        for name in CAMERAS:
            server.add(name, clips_folder / "one-by-one-person-detection.mp4")
        yield server


@pytest.fixture
def stack(tmp_path: Path, models_mirror: Path, cameras: RtspServer) -> Iterator[WholeStack]:
    """The whole stack with the cameras, all live."""
    with whole_stack(tmp_path / "home", models_mirror) as running:
        running.add_cameras({name: cameras.url(name) for name in cameras.names})
        wait_until_live(running)
        yield running


def test_each_part_dies_and_nobody_is_lost_or_doubled(stack: WholeStack, cameras: RtspServer) -> None:
    """With every service, Redis, Triton and PostgreSQL killed in turn for a while: all parts are ready again by themselves and
    every camera is live; each closed tracklet of the ledger is one row, no two rows are one person at one time, every
    received frame has a fate, and nothing was set aside."""
    began_at = datetime.now(UTC)
    for victim in VICTIMS:
        stack.keep_dead(victim, DEAD_FOR_S)
        stack.wait_until_ready(within_s=90)
        wait_until_live(stack)
    cameras.stop()
    window = TimeWindow(began_at - timedelta(minutes=5), began_at + timedelta(hours=1))
    until(lambda: everything_done(stack, window), f"everything is done: {state_of(stack, window)}", within_s=60, every_s=1.0)

    rows = stored(stack, window)
    counts = ledger(stack, window)
    assert len(rows) == counts[TRACKLETS_CLOSED] > 0
    assert all(row.closed for row in rows)
    assert doubled(rows) == []
    assert counts[RECEIVED] == counts[PROCESSED] + sum(counts[reason.value] for reason in DropReason)
    assert dead_letters(stack) == {}


def test_doubled_people_would_be_seen() -> None:
    """Two rows of one camera that put a person in one place at one time are found; rows apart in time or place are not."""
    first, same, later = sighting(1), sighting(2), sighting(3, started_at=at(60))
    assert doubled([first, same, later]) == [(first.id, same.id)]


def wait_until_live(stack: WholeStack) -> None:
    until(lambda: set(stack.camera_states().values()) == {"live"}, "all cameras are live", within_s=60, every_s=0.5)


def everything_done(stack: WholeStack, window: TimeWindow) -> bool:
    """Nothing is under way, and nobody is still in view."""
    client = connect(stack.stack.environment()["HAETAE_REDIS__URL"])
    try:
        streams = [TRACKLETS, SIGHTINGS, CAMERA_REPORTS, *sorted({key.decode() for key in client.scan_iter("haetae.frames.*")})]
        if any(client.type(stream) == b"stream" and client.xlen(stream) for stream in streams):
            return False
    finally:
        client.close()
    rows = stored(stack, window)
    return all(row.closed for row in rows) and len(rows) == ledger(stack, window)[TRACKLETS_CLOSED]


def state_of(stack: WholeStack, window: TimeWindow) -> str:
    """For the message of a failure."""
    rows = stored(stack, window)
    return f"{len(rows)} rows, {sum(not row.closed for row in rows)} open, {dict(ledger(stack, window))}"


def stored(stack: WholeStack, window: TimeWindow) -> list[Sighting]:
    """All rows."""
    store = open_store(stack.stack.environment()["HAETAE_POSTGRES__URL"], cipher=Cipher([]))
    try:
        with store.begin() as transaction:
            rows, rest = transaction.sightings.page(Scope(window), limit=5000)
    finally:
        store.close()
    assert rest is None
    return rows


def ledger(stack: WholeStack, window: TimeWindow) -> Counter[str]:
    """What the ledger counted over all cameras."""
    client = connect(stack.stack.environment()["HAETAE_REDIS__URL"])
    try:
        minutes = [counts for name in CAMERAS for counts in Ledger(client).read(CameraId(name), window).values()]
    finally:
        client.close()
    return sum((Counter(counts) for counts in minutes), Counter())


def dead_letters(stack: WholeStack) -> dict[str, int]:
    """How many messages were set aside, by topic."""
    client = connect(stack.stack.environment()["HAETAE_REDIS__URL"])
    try:
        streams = [key.decode().removesuffix(".dead") for key in client.scan_iter("haetae.*.dead")]
        return {topic: DeadLetters(client).count(topic) for topic in streams}
    finally:
        client.close()


def doubled(rows: list[Sighting]) -> list[tuple[object, object]]:
    """Pairs of rows of one camera that put somebody in one place at one time."""
    pairs: list[tuple[object, object]] = []
    for number, one in enumerate(rows):
        for other in rows[number + 1 :]:
            if one.camera_id == other.camera_id and one.started_at <= other.ended_at and other.started_at <= one.ended_at:
                together = [
                    here.box.iou(there.box)
                    for here in one.path
                    for there in other.path
                    if abs(here.captured_at - there.captured_at) < timedelta(milliseconds=50)
                ]
                if together and max(together) >= SAME_PERSON_IOU:
                    pairs.append((one.id, other.id))
    return pairs
