"""Which frames are looked at."""

from __future__ import annotations

from datetime import timedelta

from haetae.domain.frame import ClockSource, DropReason
from haetae.domain.timing import to_us
from haetae.tracking.follower import CameraFollowing
from services.detect.admission import Admission, AgeLimit, key_of
from tests.kit.builders import T0, frame_ref
from tests.unit.services.detect.flow import StillClock


def test_a_recording_is_followed_apart_from_its_camera() -> None:
    """A recording has another time than the live camera; two recordings are apart too. Live boots are one."""
    recorded = frame_ref(clock_source=ClockSource.RECORDING, boot="rec-1")
    assert key_of(recorded) != key_of(frame_ref())
    assert key_of(recorded) != key_of(frame_ref(clock_source=ClockSource.RECORDING, boot="rec-2"))
    assert key_of(frame_ref(boot="1")) == key_of(frame_ref(boot="2"))


def test_frames_of_a_reader_long_gone_are_refused() -> None:
    """After a new boot frames of the old one come too late; the new boot's own numbers begin anew."""
    admission = Admission(StillClock(), AgeLimit())
    following = CameraFollowing(boot="boot-2", seq=0, received_us=to_us(T0))
    before, after = T0 - timedelta(seconds=1), T0 + timedelta(seconds=1)
    assert admission.refusal(frame_ref(90, boot="boot-1", received_at=before), following) is DropReason.TOO_OLD
    assert admission.refusal(frame_ref(0, boot="boot-3", received_at=after), following) is None


def test_live_frames_age_and_recordings_wait() -> None:
    """A live frame that waited for more than 30 s is TOO_OLD; a recording's may wait for as long as it takes."""
    clock = StillClock()
    clock.seconds = 31.0
    admission = Admission(clock, AgeLimit())
    assert admission.refusal(frame_ref(received_at=T0), None) is DropReason.TOO_OLD
    assert admission.refusal(frame_ref(received_at=T0 + timedelta(seconds=2)), None) is None
    assert admission.refusal(frame_ref(received_at=T0, clock_source=ClockSource.RECORDING), None) is None


def served(limit: AgeLimit, ages: list[float], from_s: float = 0.0) -> None:
    """A frame of each age, one a second."""
    for i, age_s in enumerate(ages):
        limit.served(age_s, from_s + i)


def test_backlog_after_an_outage_is_caught_up_with() -> None:
    """While frames get younger the limit stays: nothing that waited through an outage of 20 s is lost."""
    limit = AgeLimit()
    served(limit, [20.0 - 0.5 * i for i in range(38)])
    assert not limit.overloaded


def test_newest_frames_win_under_lasting_overload() -> None:
    """Where frames do not get younger only fresh ones are looked at, until all has been fresh for a while."""
    limit = AgeLimit()
    served(limit, [5.0 + i for i in range(12)])
    assert limit.overloaded
    assert limit.limit_s == limit.fresh_s
    served(limit, [1.9] * 30, from_s=12)
    assert limit.overloaded
    served(limit, [0.2] * 12, from_s=42)
    assert not limit.overloaded
