"""An RTSP session (RFC 2326): from the camera's address to its RTP packets."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from haetae.domain.camera import Credentials, Transport
from haetae.media.address import PinnedAddress
from haetae.media.rtsp_connection import Answer, Interleaved, RtspConnection
from haetae.media.sdp import VideoTrack, video_track
from haetae.media.trouble import CameraTrouble, TroubleKind
from haetae.media.udp_ports import Datagram, UdpPorts, ephemeral_ports

_SESSION_NOT_FOUND = 454


@dataclass(frozen=True, slots=True)
class RtspTarget:
    """What to open: the URL, the address that it was checked to lead to, and what to say there."""

    url: str
    address: PinnedAddress
    credentials: Credentials | None = None
    transport: Transport = Transport.TCP


class RtspSession:
    """Plays one camera. `receive` gives RTP and RTCP packets; every method raises CameraTrouble."""

    track: VideoTrack

    def __init__(self, target: RtspTarget, *, connect_s: float, answer_s: float) -> None:
        self._udp: UdpPorts | None = None
        self._connection = RtspConnection(target.address, target.credentials, connect_s=connect_s, answer_s=answer_s)
        try:
            self._play(target)
        except CameraTrouble:
            self.close()
            raise

    def receive(self, until_s: float) -> list[Datagram]:
        """The packets that are there, waiting until `until_s` for the first; an empty list when none came."""
        self._keep_alive()
        if self._udp is None:
            return [each for message in self._connection.receive(until_s) if (each := self._media(message)) is not None]
        found, said = self._udp.receive(until_s, self._connection.socket)
        if said:
            for message in self._connection.receive(time.monotonic()):
                self._media(message)
        return found

    def close(self) -> None:
        """Tells the camera and closes everything: a camera has few session slots."""
        try:
            if self._playing:
                self._connection.send("TEARDOWN", self._url)
        except CameraTrouble:
            self._playing = False
        finally:
            self._connection.close()
            if self._udp is not None:
                self._udp.close()

    _playing = False
    _url = ""
    _channels: tuple[int, int] = (0, 1)
    _alive_every_s = 25.0
    _alive_at_s = 0.0

    def _play(self, target: RtspTarget) -> None:
        url = _without_credentials(target.url)
        self._connection.request("OPTIONS", url)
        answer = self._connection.request("DESCRIBE", url, {"Accept": "application/sdp"})
        self.track = video_track(answer.body.decode("utf-8", "replace"))
        base = answer.headers.get("content-base") or answer.headers.get("content-location") or url
        self._url = _joined(base, self.track.base)
        answer = self._connection.request("SETUP", _joined(base, self.track.control), {"Transport": self._wanted(target)})
        self._take_transport(answer, target)
        self._connection.request("PLAY", self._url, {"Range": "npt=0.000-"})
        self._playing = True

    def _wanted(self, target: RtspTarget) -> str:
        if target.transport is Transport.TCP or target.address.scheme == "rtsps":
            return "RTP/AVP/TCP;unicast;interleaved=0-1"
        own_ip = self._connection.socket.getsockname()[0]
        self._udp = ephemeral_ports(own_ip, target.address.ip)
        return f"RTP/AVP;unicast;client_port={self._udp.media_port}-{self._udp.media_port + 1}"

    def _take_transport(self, answer: Answer, target: RtspTarget) -> None:
        options = dict(part.strip().partition("=")[::2] for part in answer.headers.get("transport", "").split(";"))
        if self._udp is None:
            self._channels = _pair(options.get("interleaved", "0-1")) or (0, 1)
        elif (ports := _pair(options.get("server_port", ""))) is not None:
            self._udp.greet(target.address.ip, ports)
        timeout = answer.headers.get("session", "").partition("timeout=")[2].split(";")[0].strip()
        if timeout.isdigit():
            self._alive_every_s = min(25.0, max(1.0, int(timeout) / 2.5))
        self._alive_at_s = time.monotonic()

    def _keep_alive(self) -> None:
        now_s = time.monotonic()
        if now_s - self._alive_at_s > self._alive_every_s:
            self._alive_at_s = now_s
            self._connection.send("GET_PARAMETER", self._url)

    def _media(self, message: Interleaved | Answer) -> Datagram | None:
        if isinstance(message, Interleaved):
            if message.channel in self._channels:
                return Datagram(message.channel == self._channels[1], message.data)
            return None
        if message.status == _SESSION_NOT_FOUND:
            raise CameraTrouble("The camera ended the session (454).", TroubleKind.LOST)
        return None


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))


def _joined(base: str, control: str) -> str:
    """A control attribute as a URL (RFC 2326, C.1.1). It names a thing at the camera; it never decides where we connect."""
    if control in ("", "*"):
        return base
    if "://" in control:
        return control
    return f"{base.rstrip('/')}/{control}"


def _pair(text: str) -> tuple[int, int] | None:
    numbers: Sequence[str] = text.split("-")
    if not numbers[0].isdigit():
        return None
    first = int(numbers[0])
    return first, int(numbers[1]) if len(numbers) > 1 and numbers[1].isdigit() else first + 1
