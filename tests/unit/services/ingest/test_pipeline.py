"""Which frames are looked at: by capture time, whatever the camera's rate, jitter or clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pytest

from haetae.domain.camera import Sampling
from haetae.domain.frame import DropReason
from services.ingest.pipeline import FrameFlow, Luma, Sampler
from tests.kit.builders import at


@dataclass(frozen=True)
class Seen:
    """A frame without pixels."""

    captured_at: datetime
    boot: str = "b"
    moves: bool = True


class GateOf:
    """Says of each frame what the frame says of itself."""

    def __init__(self) -> None:
        self.said = iter(())

    def update(self, luma: Luma, captured_at: datetime) -> bool:
        return bool(luma[0, 0])


def flow(rate_hz: float = 5.0, *, gate: bool = True) -> FrameFlow[Seen]:
    """A flow whose frames bring their own motion."""
    return FrameFlow(Sampling(rate_hz=rate_hz, motion_gate=gate), GateOf, lambda seen: np.full((90, 160), seen.moves, np.uint8))


@pytest.mark.parametrize("camera_hz", [6.0, 12.5, 15.0, 25.0, 29.97, 60.0])
def test_rate_holds_at_any_rate_of_the_camera(camera_hz: float) -> None:
    """Five frames a second come of any camera that gives more, on average exactly."""
    sampler = Sampler(5.0)
    n = sum(sampler.wants(at(i / camera_hz)) for i in range(round(camera_hz * 60)))
    assert abs(n - 300) <= 1


def test_rate_holds_under_jitter() -> None:
    """Frames some milliseconds early or late do not change the rate."""
    sampler = Sampler(5.0)
    n = sum(sampler.wants(at(i / 15 + (i * 7 % 5 - 2) / 1000)) for i in range(15 * 60))
    assert abs(n - 300) <= 2


def test_slower_camera_gives_every_frame_and_zero_means_all() -> None:
    """A camera below the rate loses nothing; rate 0 takes everything."""
    slow, all_of_them = Sampler(5.0), Sampler(0.0)
    assert all(slow.wants(at(i / 2)) for i in range(20))
    assert all(all_of_them.wants(at(i / 30)) for i in range(60))


def test_gap_and_step_of_the_clock_begin_a_new_grid() -> None:
    """After an hour's silence, or a clock set back, the next frame is a sample and the rate goes on."""
    sampler = Sampler(5.0)
    times = [at(0), at(3600), at(3600.1), at(3600.2), at(10), at(10.1), at(10.2)]
    assert [sampler.wants(t) for t in times] == [True, True, False, True, True, False, True]


def test_still_camera_gives_a_heartbeat() -> None:
    """Without motion one frame comes each two seconds; with motion every sample."""
    still, moving = flow(), flow()
    fates = [still.judge(Seen(at(i / 5), moves=False)) for i in range(51)]
    assert [i for i, fate in enumerate(fates) if fate is None] == [0, 10, 20, 30, 40, 50]
    assert set(fates) == {None, DropReason.NO_MOTION}
    assert [moving.judge(Seen(at(i / 5))) for i in range(20)] == [None] * 20


def test_every_frame_has_one_fate() -> None:
    """Between samples not_sampled, behind the gate no_motion, else looked at; without a gate nothing is no_motion."""
    gated, open_ = flow(), flow(gate=False)
    frames = [Seen(at(i / 15), moves=40 < i < 80) for i in range(150)]
    fates = [gated.judge(frame) for frame in frames]
    assert fates.count(DropReason.NOT_SAMPLED) == 100
    assert fates.count(None) + fates.count(DropReason.NO_MOTION) == 50
    assert {open_.judge(frame) for frame in frames} == {None, DropReason.NOT_SAMPLED}


def test_new_boot_begins_anew() -> None:
    """What was learnt of one boot says nothing of the next."""
    one = flow()
    assert one.judge(Seen(at(0), boot="a", moves=False)) is None
    assert one.judge(Seen(at(0.2), boot="a", moves=False)) is DropReason.NO_MOTION
    assert one.judge(Seen(at(0.2) - timedelta(hours=1), boot="b", moves=False)) is None
