"""A live stream: RTP packets in, pictures with both clocks out, and a deadline on their coming."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from typing import Protocol
from uuid import uuid4

from haetae.domain.timing import Clock
from haetae.media.access_units import AccessUnit, AccessUnits
from haetae.media.clock import CaptureClock
from haetae.media.decoder import Decoder
from haetae.media.picture import Picture
from haetae.media.reorder import Reorder
from haetae.media.rtp_packet import RtpPacket, parse_rtp, parse_sender_report, says_goodbye
from haetae.media.sdp import VideoTrack
from haetae.media.trouble import CameraTrouble, TroubleKind
from haetae.media.udp_ports import Datagram

_POLL_S = 0.5
_MAX_WAITING = 64  # pictures inside the decoder; none holds back more than 16


class Packets(Protocol):
    """Where RTP and RTCP packets come from."""

    track: VideoTrack

    def receive(self, until_s: float) -> list[Datagram]: ...

    def close(self) -> None: ...


class LiveStream:
    """Iterates over the pictures of one camera. Raises CameraTrouble when none comes for `frame_s` seconds, or the stream ends.

    The first picture may take `first_s` where data comes: it waits for a key frame. A step of the camera's clock begins a new
    boot, so that within one boot time only grows. `n_unreadable` counts pictures that came damaged or could not be decoded,
    `n_lost` packets that never came.
    """

    live = True

    def __init__(self, packets: Packets, clock: Clock, *, frame_s: float, first_s: float = 12.0) -> None:
        track = packets.track
        self.codec = track.codec
        self._packets, self._clock = packets, clock
        self._frame_s, self._first_s = frame_s, max(first_s, frame_s)
        self._reader = uuid4().hex[:12]
        self._capture = CaptureClock(track.clock_hz)
        self._decoder = Decoder(track.codec, track.clock_hz)
        self._waiting: dict[int, tuple[datetime, int | None]] = {}
        self._ssrc: int | None = None
        self._reorder, self._units = Reorder(), AccessUnits(track.codec, track.parameter_sets)
        self._n_damaged = self._n_lost = 0
        self._number, self._epoch = 0, 0
        self._media_came = self._picture_came = False

    @property
    def n_unreadable(self) -> int:
        return self._n_damaged + self._decoder.n_unreadable

    @property
    def n_lost(self) -> int:
        return self._n_lost + self._reorder.n_lost

    @property
    def clock_implausible(self) -> bool:
        """Whether the camera reports a time that cannot be true, so that the arrival is used."""
        return self._capture.implausible

    def __iter__(self) -> Iterator[Picture]:
        seen_s = time.monotonic()
        while True:
            for datagram in self._packets.receive(min(seen_s + self._limit_s, time.monotonic() + _POLL_S)):
                for picture in self._taken(datagram):
                    seen_s = time.monotonic()
                    yield picture
            if time.monotonic() - seen_s >= self._limit_s:
                raise self._trouble()

    def close(self) -> None:
        self._packets.close()

    @property
    def _limit_s(self) -> float:
        return self._first_s if self._media_came and not self._picture_came else self._frame_s

    def _trouble(self) -> CameraTrouble:
        if self._media_came and self.n_unreadable:
            return CameraTrouble("Data comes, and no picture can be decoded from it.", TroubleKind.UNREADABLE)
        return CameraTrouble(f"No picture for {self._limit_s:.0f} s.", TroubleKind.NO_MEDIA)

    def _taken(self, datagram: Datagram) -> Iterator[Picture]:
        if datagram.control:
            report = parse_sender_report(datagram.data)
            if report is not None:
                self._capture.report(report, self._clock.now())
            if says_goodbye(datagram.data):
                raise CameraTrouble("The camera ended the stream.", TroubleKind.LOST)
            return
        packet = parse_rtp(datagram.data)
        if packet is None or packet.payload_type != self._packets.track.payload_type:
            return
        self._media_came = True
        if packet.ssrc != self._ssrc:
            self._begin(packet)
        for ordered in self._reorder.put(packet):
            for unit in self._units.put(ordered):
                yield from self._pictures(unit)

    def _begin(self, packet: RtpPacket) -> None:
        """A new sender: nothing of the old one's packets fits to it."""
        self._n_lost += self._reorder.n_lost
        self._ssrc = packet.ssrc
        self._reorder, self._units = Reorder(), AccessUnits(self.codec, self._packets.track.parameter_sets)

    def _pictures(self, unit: AccessUnit) -> Iterator[Picture]:
        if not unit.whole:
            self._n_damaged += 1
            return
        pts = self._capture.extended(unit.timestamp)
        if len(self._waiting) > _MAX_WAITING:
            self._waiting.clear()
        self._waiting[pts] = (self._clock.now(), unit.absolute_us)
        for image in self._decoder.decode(unit.data, pts):
            received_at, absolute_us = self._waiting.pop(image.pts, (self._clock.now(), None))
            stamp = self._capture.stamp(image.pts if image.pts is not None else pts, received_at, absolute_us)
            if stamp.epoch != self._epoch:
                self._epoch, self._number = stamp.epoch, 0
            self._picture_came = True
            boot = f"{self._reader}.{stamp.epoch}"
            yield Picture(image, boot, self._number, stamp.captured_at, received_at, stamp.pts_s, stamp.source)
            self._number += 1
