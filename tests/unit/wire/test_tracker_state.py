"""The tracker's state as bytes."""

from __future__ import annotations

import numpy as np
import pytest

from haetae.domain.timing import from_us
from haetae.errors import Poison
from haetae.tracking.best_shots import BestShots, Shot
from haetae.tracking.follower import CameraFollowing, Follower
from haetae.tracking.tracker import Tracker
from haetae.wire.tracker_state import from_bytes, to_bytes
from tests.kit.builders import best_shot, frame_ref
from tests.kit.walking_scenes import crowd, irregular, scene
from tests.unit.tracking.following import T0_US


class Still:
    """A photographer of crops without pixels."""

    def promise(self, box: object, others: object, sharpness: float) -> float:
        return 0.5

    def take(self, id: object, started_at: object, detection: object, others: object) -> Shot:
        return Shot(best_shot(from_us(T0_US + self.at_us), total=0.5), bytes(range(96)))

    at_us = 0


def followed(n: int = 60) -> tuple[Follower, CameraFollowing, list[object]]:
    follower, following, frames = Follower(Tracker(), BestShots()), CameraFollowing(), scene(crowd(), irregular(5.0, 20.0))
    photographer = Still()
    for i, frame in enumerate(frames[:n]):
        photographer.at_us = round(frame.at_s * 1e6)
        ref = frame_ref(i, captured_at=from_us(T0_US + photographer.at_us))
        following = follower.advance(following, ref, frame.detections, photographer).following
    return follower, following, list(frames)


def test_state_comes_back_as_it_was() -> None:
    """Every number survives exactly, so a worker that takes over takes the same steps."""
    _, following, _ = followed()
    again = from_bytes(to_bytes(following))
    assert len(following.people) > 3
    assert again.people == following.people
    assert again.tracker.tracks == following.tracker.tracks
    assert np.array_equal(again.tracker.motions.mean, following.tracker.motions.mean)
    assert np.array_equal(again.tracker.motions.spread, following.tracker.motions.spread)
    assert (again.boot, again.seq, again.received_us, again.size) == ("boot-1", 59, following.received_us, following.size)
    assert to_bytes(again) == to_bytes(following)


def test_state_before_the_first_frame_comes_back() -> None:
    """Nothing known is a state too."""
    assert to_bytes(from_bytes(to_bytes(CameraFollowing()))) == to_bytes(CameraFollowing())


def test_damaged_state_is_poison() -> None:
    """Bytes that are cut, or whose parts do not belong together, are refused, never half read."""
    payload = to_bytes(followed()[1])
    rng = np.random.default_rng(0)
    with pytest.raises(Poison):
        from_bytes(b"\xff\xff\xff")
    for _ in range(300):
        broken = bytearray(payload[: rng.integers(1, len(payload))])
        broken[rng.integers(0, len(broken))] ^= int(rng.integers(1, 256))
        try:
            to_bytes(from_bytes(bytes(broken)))
        except Poison:
            continue
