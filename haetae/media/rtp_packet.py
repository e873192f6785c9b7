"""RTP and RTCP packets as they arrive (RFC 3550; ONVIF streaming specification 6.3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_NTP_EPOCH_S = 2_208_988_800  # from 1900 to 1970
_NTP_ERA_S = 1 << 32  # the 32 bits of seconds run over in 2036
_ONVIF_PROFILE = 0xABAC
_SENDER_REPORT = 200
_GOODBYE = 203


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One media packet. `absolute_us` is the camera's own time of the picture (Unix microseconds) where the packet carries it."""

    sequence: int
    timestamp: int
    marker: bool
    payload_type: int
    ssrc: int
    payload: bytes
    absolute_us: int | None = None


@dataclass(frozen=True, slots=True)
class SenderReport:
    """The camera's wall clock (Unix microseconds) at one RTP time stamp."""

    ssrc: int
    unix_us: int
    timestamp: int


def parse_rtp(data: bytes) -> RtpPacket | None:
    """The packet, or None where these bytes are not one."""
    if len(data) < 12 or data[0] >> 6 != 2:
        return None
    first, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
    start, end, absolute_us = 12 + 4 * (first & 15), len(data), None
    if first & 0x10:
        if start + 4 > end:
            return None
        profile, words = struct.unpack_from("!HH", data, start)
        if profile == _ONVIF_PROFILE and words >= 2 and start + 12 <= end:
            absolute_us = ntp_to_unix_us(struct.unpack_from("!Q", data, start + 4)[0])
        start += 4 + 4 * words
    if first & 0x20 and end > start:
        end -= data[-1]
    if start >= end:
        return None
    return RtpPacket(sequence, timestamp, bool(second & 0x80), second & 0x7F, ssrc, data[start:end], absolute_us)


def parse_sender_report(data: bytes) -> SenderReport | None:
    """The sender report of a compound RTCP packet, or None."""
    at = 0
    while at + 4 <= len(data) and data[at] >> 6 == 2:
        kind, words = struct.unpack_from("!BH", data, at + 1)
        if kind == _SENDER_REPORT and at + 20 <= len(data):
            ssrc, ntp, timestamp = struct.unpack_from("!IQI", data, at + 4)
            return SenderReport(ssrc, ntp_to_unix_us(ntp), timestamp) if ntp else None
        at += 4 + 4 * words
    return None


def says_goodbye(data: bytes) -> bool:
    """Whether a compound RTCP packet ends the stream (BYE)."""
    at = 0
    while at + 4 <= len(data) and data[at] >> 6 == 2:
        kind, words = struct.unpack_from("!BH", data, at + 1)
        if kind == _GOODBYE:
            return True
        at += 4 + 4 * words
    return False


def receiver_report(ssrc: int) -> bytes:
    """An empty receiver report: tells the camera that somebody still listens."""
    return struct.pack("!BBHI", 0x80, 201, 1, ssrc)


def ntp_to_unix_us(ntp: int) -> int:
    """A 64-bit NTP time stamp as Unix microseconds; small values are of the era that begins in 2036."""
    seconds, fraction = ntp >> 32, ntp & 0xFFFF_FFFF
    if seconds < 1 << 31:
        seconds += _NTP_ERA_S
    return (seconds - _NTP_EPOCH_S) * 1_000_000 + (fraction * 1_000_000 + (1 << 31) >> 32)
