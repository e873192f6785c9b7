"""RTP payloads back to coded pictures (RFC 6184 for H.264, RFC 7798 for H.265)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from haetae.media.rtp_packet import RtpPacket

_START = b"\x00\x00\x00\x01"
MAX_UNIT_BYTES = 16 << 20  # no camera's picture is larger; a liar's memory ends here


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One coded picture in Annex B form. `absolute_us` as in RtpPacket; `whole` is False where packets of it were lost."""

    timestamp: int
    data: bytes
    key: bool
    whole: bool
    absolute_us: int | None


class AccessUnits:
    """Collects packets of one stream, in order, into pictures.

    A picture ends with its marker bit or where the time stamp changes. `parameter_sets` (from the SDP) go before each key
    picture that does not bring its own.
    """

    def __init__(self, codec: str, parameter_sets: Sequence[bytes]) -> None:
        self._h265 = codec == "h265"
        self._sets = b"".join(_START + each for each in parameter_sets)
        self._sequence: int | None = None
        self._fragment: list[bytes] | None = None
        self._absolute_us: int | None = None
        self._parts: list[bytes] = []
        self._timestamp = self._n_bytes = 0
        self._reset(0)

    def put(self, packet: RtpPacket) -> Iterator[AccessUnit]:
        """The pictures that this packet completes: none, one, or two."""
        gap = self._sequence is not None and packet.sequence != (self._sequence + 1 & 0xFFFF)
        self._sequence = packet.sequence
        if self._n_bytes and packet.timestamp != self._timestamp:
            yield from self._finish(lost_end=gap)
        if not self._n_bytes:
            self._reset(packet.timestamp)
            self._after_gap = gap
        elif gap:
            self._whole, self._fragment = False, None
        if packet.absolute_us is not None:
            self._absolute_us = packet.absolute_us
        self._timestamp = packet.timestamp
        self._take(packet.payload)
        if packet.marker:
            yield from self._finish(lost_end=False)

    def _reset(self, timestamp: int) -> None:
        self._timestamp = timestamp
        self._parts = []
        self._fragment = None
        self._key = self._own_sets = self._begins = self._after_gap = False
        self._whole = True
        self._n_bytes = 0
        self._absolute_us = None

    def _finish(self, *, lost_end: bool) -> Iterator[AccessUnit]:
        whole = self._whole and not lost_end and self._fragment is None and (self._begins or not self._after_gap)
        if self._n_bytes:
            data = b"".join(self._parts)
            if self._key and not self._own_sets:
                data = self._sets + data
            whole = whole and bool(data)
            yield AccessUnit(self._timestamp, data, self._key, whole, self._absolute_us)
        self._reset(self._timestamp)

    def _take(self, payload: bytes) -> None:
        self._n_bytes += len(payload)
        if self._n_bytes > MAX_UNIT_BYTES:
            self._whole = False
        elif self._h265:
            self._take_h265(payload)
        else:
            self._take_h264(payload)

    def _take_h264(self, payload: bytes) -> None:
        kind = payload[0] & 0x1F
        if kind == 28 and len(payload) > 2:  # FU-A
            self._take_fragment(bytes([payload[0] & 0xE0 | payload[1] & 0x1F]), payload[1], payload[2:])
        elif kind == 24:  # STAP-A
            self._take_aggregate(payload[1:])
        elif 1 <= kind <= 23:
            self._add(payload)
        else:
            self._whole = False

    def _take_h265(self, payload: bytes) -> None:
        kind = payload[0] >> 1 & 0x3F
        if kind == 49 and len(payload) > 3:  # FU
            head = bytes([payload[0] & 0x81 | (payload[2] & 0x3F) << 1, payload[1]])
            self._take_fragment(head, payload[2], payload[3:])
        elif kind == 48:  # AP
            self._take_aggregate(payload[2:])
        elif kind < 48:
            self._add(payload)
        else:
            self._whole = False

    def _take_fragment(self, head: bytes, flags: int, body: bytes) -> None:
        if flags & 0x80:
            self._fragment = [head]
        if self._fragment is None:
            self._whole = False
            return
        self._fragment.append(body)
        if flags & 0x40:
            nal, self._fragment = b"".join(self._fragment), None
            self._add(nal)

    def _take_aggregate(self, body: bytes) -> None:
        at = 0
        while at + 2 < len(body):
            (length,) = struct.unpack_from("!H", body, at)
            if length == 0 or at + 2 + length > len(body):
                self._whole = False
                return
            self._add(body[at + 2 : at + 2 + length])
            at += 2 + length

    def _add(self, nal: bytes) -> None:
        kind = nal[0] >> 1 & 0x3F if self._h265 else nal[0] & 0x1F
        self._key |= 16 <= kind <= 21 if self._h265 else kind == 5
        self._own_sets |= kind == (33 if self._h265 else 7)
        self._begins |= _is_first_slice(nal, kind, h265=self._h265)
        self._parts += (_START, nal)


def _is_first_slice(nal: bytes, kind: int, *, h265: bool) -> bool:
    """Whether a picture begins with this NAL unit: both codecs tell by the first bit of the slice's header."""
    if h265:
        return kind < 32 and len(nal) > 2 and bool(nal[2] & 0x80)
    return 1 <= kind <= 5 and len(nal) > 1 and bool(nal[1] & 0x80)
