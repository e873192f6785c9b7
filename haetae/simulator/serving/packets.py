"""RTP and RTCP packets as a camera sends them (RFC 3550, 6184, 7798; ONVIF streaming specification 6.3)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

MAX_PAYLOAD_BYTES = 1_400
PAYLOAD_TYPE = 96
NTP_EPOCH_S = 2_208_988_800  # seconds from 1900 to 1970


def fragment(codec: str, nal: bytes) -> list[bytes]:
    """The RTP payloads of one NAL unit: itself, or FU-A (RFC 6184, 5.8) or FU (RFC 7798, 4.4.3) fragments."""
    if len(nal) <= MAX_PAYLOAD_BYTES:
        return [nal]
    if codec == "h264":
        head, kind, body = bytes([nal[0] & 0xE0 | 28]), nal[0] & 0x1F, nal[1:]
    else:
        head, kind, body = bytes([nal[0] & 0x81 | 49 << 1, nal[1]]), nal[0] >> 1 & 0x3F, nal[2:]
    room = MAX_PAYLOAD_BYTES - len(head) - 1
    pieces = [body[at : at + room] for at in range(0, len(body), room)]
    last = len(pieces) - 1
    return [head + bytes([(0x80 if i == 0 else 0) | (0x40 if i == last else 0) | kind]) + p for i, p in enumerate(pieces)]


def aggregate(codec: str, nals: Sequence[bytes]) -> bytes:
    """Several small NAL units in one payload: STAP-A (RFC 6184, 5.7.1) or AP (RFC 7798, 4.4.2)."""
    head = bytes([0x60 | 24]) if codec == "h264" else bytes([48 << 1, 1])
    return head + b"".join(struct.pack("!H", len(nal)) + nal for nal in nals)


def ntp_time(unix_s: float) -> int:
    """A 64-bit NTP time stamp (RFC 3550, 4)."""
    return round((unix_s + NTP_EPOCH_S) * (1 << 32)) & 0xFFFF_FFFF_FFFF_FFFF


def rtp_packet(payload: bytes, sequence: int, timestamp: int, ssrc: int, *, marker: bool, extension: bytes = b"") -> bytes:
    """One RTP packet; `extension` is a whole header extension or nothing."""
    first = 0x90 if extension else 0x80
    head = struct.pack("!BBHII", first, (0x80 if marker else 0) | PAYLOAD_TYPE, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return head + extension + payload


def onvif_extension(unix_s: float, *, key: bool) -> bytes:
    """The extension with the camera's absolute time: 0xABAC, three words, the C bit for a key picture."""
    return struct.pack("!HHQBBH", 0xABAC, 3, ntp_time(unix_s), 0x80 if key else 0, 0, 0)


def sender_report(ssrc: int, unix_s: float, timestamp: int, n_packets: int, n_bytes: int) -> bytes:
    """An RTCP sender report with a source description (RFC 3550, 6.4.1 and 6.5)."""
    report = struct.pack(
        "!BBHIQIII", 0x80, 200, 6, ssrc, ntp_time(unix_s), timestamp & 0xFFFFFFFF, n_packets & 0xFFFFFFFF, n_bytes & 0xFFFFFFFF
    )
    name = b"haetae"
    item = bytes([1, len(name)]) + name
    chunk = struct.pack("!I", ssrc) + item
    chunk += b"\x00" * (4 - len(chunk) % 4)
    return report + struct.pack("!BBH", 0x81, 202, len(chunk) // 4) + chunk
