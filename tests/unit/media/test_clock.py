"""captured_at: the camera's clock where it tells it, and only forward within a boot."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from haetae.domain.frame import ClockSource
from haetae.domain.timing import to_us
from haetae.media.clock import CaptureClock, Stamp, TimestampCounter
from haetae.media.rtp_packet import SenderReport, ntp_to_unix_us, parse_sender_report
from haetae.simulator.serving.packets import ntp_time, sender_report
from tests.kit.builders import T0, at

HZ = 90_000


def stamps(clock: CaptureClock, n: int, *, start: int = 0, rate_hz: int = 15, arrives: float = 0.05) -> list[Stamp]:
    """`n` pictures from the `start`-th on, each arriving `arrives` seconds after its instant."""
    return [clock.stamp(clock.extended(i * HZ // rate_hz), at(i / rate_hz + arrives)) for i in range(start, start + n)]


def test_sender_report_gives_the_camera_clock() -> None:
    """With a report captured_at is the camera's time to the microsecond, also when its clock is an hour wrong."""
    clock = CaptureClock(HZ)
    wrong = to_us(T0) + 3_600_000_000
    clock.report(SenderReport(1, wrong, 0), at(0))
    found = stamps(clock, 30)
    assert {stamp.source for stamp in found} == {ClockSource.RTCP}
    assert all(abs(to_us(stamp.captured_at) - wrong - i * 1_000_000 // 15) <= 1 for i, stamp in enumerate(found))
    assert {stamp.epoch for stamp in found} == {0}


def test_reports_of_the_wire_are_read() -> None:
    """A compound packet's report, its NTP time in both eras, and no report where the camera has no time."""
    report = parse_sender_report(sender_report(5, 1_800_000_000.25, 77, 1, 2))
    assert report == SenderReport(5, 1_800_000_000_250_000, 77)
    assert ntp_to_unix_us(ntp_time(2_100_000_000.5)) == 2_100_000_000_500_000  # after 2036
    assert parse_sender_report(b"\x80\xc9\x00\x01aaaa") is None
    assert parse_sender_report(b"\x80\xc8\x00\x06" + bytes(24)) is None


def test_step_of_the_clock_begins_an_epoch() -> None:
    """A jump of -1 h or +1 h begins a new epoch; a correction of 50 ms does not, and time still grows."""
    clock = CaptureClock(HZ)
    clock.report(SenderReport(1, to_us(T0), 0), at(0))
    before = stamps(clock, 15)
    clock.report(SenderReport(1, to_us(at(1)) - 50_000, HZ), at(1))
    corrected = stamps(clock, 15, start=15)
    clock.report(SenderReport(1, to_us(at(2)) - 3_600_000_000, 2 * HZ), at(2))
    jumped = stamps(clock, 15, start=30)
    clock.report(SenderReport(1, to_us(at(3)) + 3_600_000_000, 3 * HZ), at(3))
    jumped_on = stamps(clock, 15, start=45)
    times = [stamp.captured_at for stamp in before + corrected]
    assert times == sorted(set(times))
    assert [{s.epoch for s in part} for part in (before, corrected, jumped, jumped_on)] == [{0}, {0}, {1}, {2}]


def test_clock_that_was_never_set_is_ignored() -> None:
    """A camera that thinks it is 1970 is stamped by arrival, and says so."""
    clock = CaptureClock(HZ)
    clock.report(SenderReport(1, 1_000_000, 0), at(0))
    found = stamps(clock, 5)
    assert clock.implausible
    assert {stamp.source for stamp in found} == {ClockSource.ARRIVAL}
    assert abs((found[0].captured_at - at(0.05)).total_seconds()) < 0.001


def test_jitter_of_the_network_does_not_show() -> None:
    """Without the camera's clock pictures that arrive late are still a fifteenth of a second apart."""
    clock = CaptureClock(HZ)
    delays = [0.05, 0.30, 0.05, 0.21, 0.07, 0.05, 0.4, 0.05]
    found = [clock.stamp(clock.extended(i * 6000), at(i / 15 + delay)) for i, delay in enumerate(delays)]
    gaps = [(b.captured_at - a.captured_at).total_seconds() for a, b in pairwise(found)]
    assert all(abs(gap - 1 / 15) < 0.003 for gap in gaps)


def test_timestamps_that_jump_void_the_report() -> None:
    """A camera that counts anew, backwards or far forward, is stamped by arrival until its next report; nothing breaks."""
    clock = CaptureClock(HZ)
    clock.report(SenderReport(1, to_us(T0), 1_000_000), at(0))
    first = clock.stamp(clock.extended(1_000_000), at(0.05))
    back = clock.stamp(clock.extended(1000), at(0.12))
    assert first.source is ClockSource.RTCP
    assert back.source is ClockSource.ARRIVAL
    assert back.epoch == first.epoch
    assert back.captured_at > first.captured_at


def test_timestamps_wrap() -> None:
    """32 bits run over every 13 hours; the counter does not, forwards or for a late packet."""
    counter = TimestampCounter()
    start = (1 << 32) - 6000
    assert [counter.extended(v & 0xFFFFFFFF) - start for v in (start, start + 6000, start + 3000, start + 12_000)] == [
        0,
        6000,
        3000,
        12_000,
    ]
    assert CaptureClock(HZ).stamp(0, T0 + timedelta(seconds=1)).pts_s == 0.0
