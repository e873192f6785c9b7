"""Which of a camera's frames are worth looking at: pure flow, in seconds of capture time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from haetae.domain.camera import Sampling
from haetae.domain.frame import DropReason

Luma = NDArray[np.uint8]
_JITTER = timedelta(milliseconds=5)  # a frame so little early is the one that was meant


class Pictured(Protocol):
    """What is known of a frame before its pixels are looked at."""

    @property
    def boot(self) -> str: ...

    @property
    def captured_at(self) -> datetime: ...


class Gate(Protocol):
    """Whether anything moves."""

    def update(self, luma: Luma, captured_at: datetime) -> bool: ...


class Sampler:
    """Picks frames at a rate: the first at or after each point of a grid in capture time, so that the average rate is kept."""

    def __init__(self, rate_hz: float) -> None:
        self._step = timedelta(seconds=1 / rate_hz) if rate_hz > 0 else None
        self._due: datetime | None = None

    def wants(self, captured_at: datetime) -> bool:
        """Whether this frame is a sample. Frames come in order of capture; a step of the clock begins a new grid."""
        if self._step is None:
            return True
        if self._due is None or captured_at < self._due - 2 * self._step:
            self._due = captured_at + self._step
            return True
        if captured_at < self._due - _JITTER:
            return False
        passed = (captured_at + _JITTER - self._due) // self._step
        self._due += (passed + 1) * self._step
        return True


AnyPicture = TypeVar("AnyPicture", bound=Pictured)


class FrameFlow(Generic[AnyPicture]):
    """Judges one camera's frames in order: sampling first, then motion; a still camera gives a frame each `heartbeat_s`."""

    def __init__(
        self,
        sampling: Sampling,
        new_gate: Callable[[], Gate],
        luma: Callable[[AnyPicture], Luma],
        *,
        heartbeat_s: float = 2.0,
    ) -> None:
        self._sampling, self._new_gate, self._luma = sampling, new_gate, luma
        self._heartbeat = timedelta(seconds=heartbeat_s)
        self._looked_at: datetime | None = None
        self._boot = ""
        self._begin("")

    def judge(self, picture: AnyPicture) -> DropReason | None:
        """Why the frame is not looked at, or None."""
        if picture.boot != self._boot:
            self._begin(picture.boot)
        if not self._sampler.wants(picture.captured_at):
            return DropReason.NOT_SAMPLED
        if not self._sampling.motion_gate:
            return None
        moving = self._gate.update(self._luma(picture), picture.captured_at)
        if not moving and self._looked_at is not None and picture.captured_at - self._looked_at < self._heartbeat - _JITTER:
            return DropReason.NO_MOTION
        self._looked_at = picture.captured_at
        return None

    def _begin(self, boot: str) -> None:
        self._boot = boot
        self._sampler, self._gate = Sampler(self._sampling.rate_hz), self._new_gate()
        self._looked_at = None
