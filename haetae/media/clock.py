"""When a picture was captured: the camera's own clock where it tells it, else the arrival."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from haetae.domain.frame import ClockSource
from haetae.domain.timing import from_us, to_us
from haetae.media.rtp_packet import SenderReport

_WRAP = 1 << 32
STEP = timedelta(seconds=1)  # a change of the clock by more than this begins a new epoch
IMPLAUSIBLE = timedelta(days=1)  # a camera's clock further off was never set
LONGEST_GAP = timedelta(seconds=10)
_DRIFT_US = 200  # arrival clock: what a picture may take longer than the one before without being called late
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Both clocks of one picture. `epoch` counts the steps of the clock: within one epoch `captured_at` only grows."""

    captured_at: datetime
    pts_s: float
    source: ClockSource
    epoch: int


class TimestampCounter:
    """32-bit RTP time stamps as numbers that do not wrap."""

    def __init__(self) -> None:
        self._last: int | None = None

    def extended(self, timestamp: int) -> int:
        """The time stamp next to the last one."""
        if self._last is None:
            self._last = timestamp
        else:
            self._last += (timestamp - self._last + _WRAP // 2) % _WRAP - _WRAP // 2
        return self._last


class CaptureClock:
    """Maps the RTP time stamps of one stream to instants.

    Best first: the picture's own absolute time (ONVIF), the newest RTCP sender report, the arrival (the least delay of the
    recent pictures, so that jitter of the network does not show). A camera's clock that is off by more than a day counts as
    never set. Stamps are asked for in the order in which pictures show.
    """

    def __init__(self, clock_hz: int) -> None:
        self._hz = clock_hz
        self._counter = TimestampCounter()
        self._report: tuple[int, int] | None = None  # (extended time stamp, Unix microseconds)
        self._offset_us: int | None = None  # arrival clock: Unix microseconds at time stamp 0
        self._first: int | None = None
        self._last: tuple[int, datetime, datetime] | None = None  # time stamp, captured_at, received_at
        self._epoch = 0
        self.implausible = False  # whether the camera's clock was ignored

    def extended(self, timestamp: int) -> int:
        """The time stamp of a packet that just came, without the wrap."""
        return self._counter.extended(timestamp)

    def report(self, report: SenderReport, received_at: datetime) -> None:
        """Takes a sender report in."""
        self.implausible = abs(to_us(received_at) - report.unix_us) > IMPLAUSIBLE // _TICK
        base = self._counter.extended(report.timestamp)
        self._report = None if self.implausible else (base, report.unix_us)

    def stamp(self, timestamp: int, received_at: datetime, absolute_us: int | None = None) -> Stamp:
        """The clocks of the picture with this (extended) time stamp that arrived at `received_at`."""
        if self._first is None:
            self._first = timestamp
        if self._last is not None and self._jumped(timestamp - self._last[0], received_at - self._last[2]):
            self._report = self._offset_us = None  # the camera began to count anew: what was known of its clock is void
        captured_us, source = self._candidate(timestamp, to_us(received_at), absolute_us)
        captured_at = self._in_order(from_us(captured_us), received_at)
        self._last = (timestamp, captured_at, received_at)
        return Stamp(captured_at, (timestamp - self._first) / self._hz, source, self._epoch)

    def _jumped(self, ticks: int, waited: timedelta) -> bool:
        return ticks <= 0 or ticks / self._hz > (max(waited, timedelta(0)) + LONGEST_GAP).total_seconds()

    def _candidate(self, timestamp: int, arrival_us: int, absolute_us: int | None) -> tuple[int, ClockSource]:
        if absolute_us is not None and abs(absolute_us - arrival_us) <= IMPLAUSIBLE // _TICK:
            return absolute_us, ClockSource.ONVIF
        if self._report is not None:
            base, unix_us = self._report
            return unix_us + (timestamp - base) * 1_000_000 // self._hz, ClockSource.RTCP
        pts_us = timestamp * 1_000_000 // self._hz
        delay_us = arrival_us - pts_us
        self._offset_us = delay_us if self._offset_us is None else min(self._offset_us + _DRIFT_US, delay_us)
        return pts_us + self._offset_us, ClockSource.ARRIVAL

    def _in_order(self, captured_at: datetime, received_at: datetime) -> datetime:
        """`captured_at`, or a hair after the last one where it fell behind; a step of the clock begins a new epoch."""
        if self._last is None:
            return captured_at
        _, last_captured_at, last_received_at = self._last
        waited = max(received_at - last_received_at, timedelta(0))
        if captured_at < last_captured_at - STEP or captured_at > last_captured_at + waited + LONGEST_GAP:
            self._epoch += 1
            return captured_at
        return max(captured_at, last_captured_at + _TICK)
