"""An RTP session without RTSP: a camera or encoder that sends to us, as an SDP file describes it."""

from __future__ import annotations

from pathlib import Path

from haetae.media.sdp import VideoTrack, video_track
from haetae.media.trouble import CameraTrouble, TroubleKind
from haetae.media.udp_ports import Datagram, described_ports

_MAX_SDP_BYTES = 64 << 10


class RtpSession:
    """Receives what an SDP file describes. `receive` gives RTP and RTCP packets; raises CameraTrouble."""

    track: VideoTrack

    def __init__(self, sdp_file: Path) -> None:
        try:
            with sdp_file.open("rb") as file:
                text = file.read(_MAX_SDP_BYTES).decode("utf-8", "replace")
        except OSError as error:
            raise CameraTrouble(f"The SDP file cannot be read: {error.strerror}.", TroubleKind.UNREACHABLE) from None
        self.track = video_track(text)
        try:
            self._udp = described_ports(self.track.address or "0.0.0.0", self.track.port)
        except ValueError:
            raise CameraTrouble("The SDP file names no IP address.", TroubleKind.UNREADABLE) from None

    def receive(self, until_s: float) -> list[Datagram]:
        """The packets that are there, waiting until `until_s` (monotonic seconds) for the first."""
        return self._udp.receive(until_s)[0]

    def close(self) -> None:
        self._udp.close()
