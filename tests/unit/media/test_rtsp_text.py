"""What cameras write: session descriptions, challenges, names of recordings."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from haetae.domain.camera import Credentials
from haetae.media.recorder_names import start_in
from haetae.media.rtsp_authorization import Authorization
from haetae.media.sdp import video_track
from haetae.media.trouble import CameraTrouble, TroubleKind
from haetae.simulator.serving.digest import permitted

SEOUL = ZoneInfo("Asia/Seoul")
_SPS = base64.b64encode(b"\x67sps").decode()


def test_video_is_found_among_other_media() -> None:
    """Audio and metadata before it, odd spacing and upper case do not hide the video."""
    track = video_track(
        "v=0\r\na=control:rtsp://cam/base/\r\nm=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
        "m=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\n"
        f"m=video 0 RTP/AVP 98\r\na=rtpmap:98 h264/90000\r\na=fmtp:98 packetization-mode=1; sprop-parameter-sets={_SPS},!!\r\n"
        "a=control:trackID=2\r\n"
    )
    assert (track.codec, track.payload_type, track.control, track.base) == ("h264", 98, "trackID=2", "rtsp://cam/base/")
    assert track.parameter_sets[0] == b"\x67sps"


def test_multicast_description_names_address_and_port() -> None:
    """An SDP file's connection line and port are what to listen to."""
    track = video_track("v=0\nc=IN IP4 239.1.2.3/32\nm=video 5004/2 RTP/AVP 96\na=rtpmap:96 H265/90000\n")
    assert (track.codec, track.address, track.port, track.clock_hz) == ("h265", "239.1.2.3", 5004, 90_000)


@pytest.mark.parametrize(
    "text",
    ["", "m=audio 0 RTP/AVP 0", "m=video x RTP/AVP 96\na=rtpmap:96 H264/0", "m=video 0 RTP/AVP 26\na=rtpmap:26 JPEG/90000"],
)
def test_unsupported_descriptions_say_what_is_offered(text: str) -> None:
    """No H.264 or H.265: the reason is for the operator."""
    with pytest.raises(CameraTrouble) as trouble:
        video_track(text)
    assert trouble.value.kind is TroubleKind.UNSUPPORTED


def test_digest_is_what_rfc_2617_computes() -> None:
    """The published example of RFC 2617, 3.5, without its random part: the peer's own check agrees, a wrong password does not."""
    challenge = 'Digest realm="haetae-simulator", nonce="abc"'
    right = Authorization(Credentials("u", "p"), [challenge, 'Basic realm="x"']).header("DESCRIBE", "rtsp://h/a")
    wrong = Authorization(Credentials("u", "q"), [challenge]).header("DESCRIBE", "rtsp://h/a")
    assert permitted({"authorization": right}, "DESCRIBE", "abc", "u", "p")
    assert not permitted({"authorization": wrong}, "DESCRIBE", "abc", "u", "p")


def test_best_scheme_is_taken() -> None:
    """SHA-256 before MD5 before basic; an unknown digest alone is not possible."""
    who = Credentials("Mufasa", "Circle of Life")
    offered = ['Digest realm="r", nonce="n", algorithm=MD5', 'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"']
    header = Authorization(who, offered).header("SETUP", "rtsp://h/a")
    assert "algorithm=SHA-256" in header
    assert "nc=00000001" in header
    assert Authorization(who, ['Basic realm="x"']).header("SETUP", "rtsp://h/a").startswith("Basic ")
    assert not Authorization(who, ['Digest realm="r", nonce="n", algorithm=SHA-512-256']).possible


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("20261121_093000", datetime(2026, 11, 21, 0, 30, tzinfo=UTC)),
        ("NVR1_ch02_20261121093000_20261121100000", datetime(2026, 11, 21, 0, 30, tzinfo=UTC)),
        ("2026-11-21T09-30-00", datetime(2026, 11, 21, 0, 30, tzinfo=UTC)),
        ("2026-11-21T09-30-00Z", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
        ("2026-11-21T09:30:00+02:00", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        ("2026-11-21 09.30.00", datetime(2026, 11, 21, 0, 30, tzinfo=UTC)),
        ("gate 2026.11.21-09.30.00.250", datetime(2026, 11, 21, 0, 30, 0, 250_000, tzinfo=UTC)),
        ("1795253400", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
        ("cam7-1795253400500", datetime(2026, 11, 21, 9, 30, 0, 500_000, tzinfo=UTC)),
        ("20260231_093000", None),
        ("gate", None),
        ("20261121", None),
        ("123456", None),
    ],
)  # fmt: skip
def test_start_is_read_from_names(name: str, expected: datetime | None) -> None:
    """Written dates are local time of the site unless they carry a zone; numbers are seconds or milliseconds since 1970."""
    assert start_in(name, SEOUL) == expected
