"""Which frames are looked at: each once, in order, and not those that waited too long."""

from __future__ import annotations

from dataclasses import dataclass

from haetae.domain.frame import ClockSource, DropReason, FrameRef
from haetae.domain.timing import Clock, to_us
from haetae.tracking.follower import CameraFollowing


def key_of(ref: FrameRef) -> str:
    """What is followed as one: a live camera over all boots of its reader, and each recording by itself.

    A recording of a camera has another time than the camera; '@' is in no camera id.
    """
    return f"{ref.camera_id}@{ref.boot}" if ref.clock_source is ClockSource.RECORDING else str(ref.camera_id)


def is_behind(ref: FrameRef, following: CameraFollowing) -> bool:
    """Whether the frame was seen before, or is from before what was seen: a late frame, or one of a reader long gone."""
    if ref.boot == following.boot:
        return ref.seq <= following.seq
    return to_us(ref.received_at) <= following.received_us


@dataclass(slots=True)
class AgeLimit:
    """How old (seconds since arrival) a live frame may be. Where detection is too slow for good, the newest frames win.

    After an outage frames wait and are caught up with: up to `max_age_s` nothing is lost. But where frames stay older than
    `fresh_s` for `patience_s` without getting younger there is more to do than can be done: then the limit is `fresh_s`, until
    all is fresh for as long again.
    """

    max_age_s: float = 30.0
    fresh_s: float = 2.0
    patience_s: float = 10.0
    overloaded: bool = False
    _since_s: float | None = None
    _age_then_s: float = 0.0

    @property
    def limit_s(self) -> float:
        return self.fresh_s if self.overloaded else self.max_age_s

    def served(self, age_s: float, now_s: float) -> None:
        """A frame `age_s` old was looked at; `now_s` only grows. Call once a batch with its youngest frame."""
        wants_change = age_s < self.fresh_s / 2 if self.overloaded else age_s > self.fresh_s
        if not wants_change:
            self._since_s = None
            return
        if self._since_s is None:
            self._since_s, self._age_then_s = now_s, age_s
            return
        if now_s - self._since_s < self.patience_s:
            return
        catching_up = age_s < self._age_then_s - 0.1 * self.patience_s
        if self.overloaded or not catching_up:
            self.overloaded = not self.overloaded
        self._since_s = None


class Admission:
    """Judges frames one after the other; the caller keeps `following` current."""

    def __init__(self, clock: Clock, limit: AgeLimit) -> None:
        self._clock = clock
        self.limit = limit

    def refusal(self, ref: FrameRef, following: CameraFollowing | None) -> DropReason | None:
        """Why the frame is not looked at, or None."""
        if following is not None and is_behind(ref, following):
            return DropReason.TOO_OLD
        if ref.clock_source is not ClockSource.RECORDING and self.age_s(ref) > self.limit.limit_s:
            return DropReason.TOO_OLD
        return None

    def age_s(self, ref: FrameRef) -> float:
        """Seconds since the frame arrived."""
        return (self._clock.now() - ref.received_at).total_seconds()

    def note_served(self, refs: list[FrameRef]) -> None:
        """These frames of one batch were looked at."""
        live = [self.age_s(ref) for ref in refs if ref.clock_source is not ClockSource.RECORDING]
        if live:
            self.limit.served(min(live), self._clock.monotonic_s())
