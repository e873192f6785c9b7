"""Cameras that fell silent."""

from __future__ import annotations

from collections.abc import Iterable

from haetae.bus.rendezvous import shard_of
from haetae.tracking.follower import CameraFollowing
from services.detect.idle import FORGET_AFTER_S, IdleCameras
from tests.kit.builders import frame_ref
from tests.unit.services.detect.flow import Crops, Everywhere, StillClock, View, pipeline

ALL = frozenset(range(4))


class Known:
    """What Redis knows, in a dictionary."""

    def __init__(self, known: dict[str, CameraFollowing]) -> None:
        self.known = known

    def read(self, keys: Iterable[str]) -> dict[str, CameraFollowing]:
        return {key: self.known[key] for key in keys if key in self.known}

    def keys_of(self, shards: frozenset[int]) -> list[str]:
        return [key for key in self.known if self.shard_of(key) in shards]

    def shard_of(self, key: str) -> int:
        return shard_of(key.partition("@")[0], len(ALL))

    def keep_only(self, shards: frozenset[int]) -> None: ...


def somebody(camera_id: str) -> dict[str, CameraFollowing]:
    """One person followed on a camera."""
    flow = pipeline(Everywhere(), Crops(), StillClock())
    return flow.process([View(frame_ref(seq, camera_id)) for seq in range(5)], {}).followings


def idle(known: Known, clock: StillClock, backlog: int = 0) -> IdleCameras:
    return IdleCameras(known, lambda shard: backlog, clock, max_gap_s=3.0, recording_patience_s=10.0)  # type: ignore[arg-type]


def test_silent_camera_is_due_after_its_patience() -> None:
    """Gap and margin (4 s) after it was last followed; a recording has 10 s."""
    clock, live = StillClock(), somebody("gate-1")
    recording = {"gate-2@rec-1": somebody("gate-2")["gate-2"]}
    cameras = idle(Known({**live, **recording}), clock)
    cameras.note({**live, **recording})
    for seconds, due in ((3.9, set()), (4.1, {"gate-1"}), (10.1, {"gate-1", "gate-2@rec-1"})):
        clock.seconds = seconds
        assert set(cameras.due(ALL)[0]) == due


def test_camera_whose_frames_wait_is_not_silent() -> None:
    """While frames of its shard wait, nobody is closed: they may be this camera's."""
    clock, live = StillClock(), somebody("gate-1")
    cameras = idle(Known(live), clock, backlog=3)
    cameras.note(live)
    clock.seconds = 60.0
    assert cameras.due(ALL)[0] == {}


def test_people_left_by_a_dead_worker_are_found() -> None:
    """A new owner of a shard finds open tracks that it never saw, and only those of its shards."""
    clock, live = StillClock(), somebody("gate-1")
    shard = shard_of("gate-1", len(ALL))
    ours, theirs = idle(Known(live), clock), idle(Known(live), clock)
    for cameras, shards in ((ours, frozenset({shard})), (theirs, ALL - {shard})):
        cameras.due(shards)
    clock.seconds = 5.0
    assert set(ours.due(frozenset({shard}))[0]) == {"gate-1"}
    assert theirs.due(ALL - {shard})[0] == {}


def test_what_is_long_over_is_forgotten() -> None:
    """The state of a camera without anybody is deleted a day after its last frame."""
    clock, live = StillClock(), somebody("gate-1")
    over = pipeline(Everywhere(), Crops(), clock).close(live).followings
    clock.seconds = FORGET_AFTER_S - 100
    assert idle(Known(over), clock).due(ALL)[1] == []
    clock.seconds = FORGET_AFTER_S + 100
    assert idle(Known(over), clock).due(ALL)[1] == ["gate-1"]
