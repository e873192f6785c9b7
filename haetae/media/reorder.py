"""Packets back in the order in which they were sent."""

from __future__ import annotations

from collections.abc import Iterator

from haetae.media.rtp_packet import RtpPacket

DEPTH = 24  # packets to wait for a missing one; about one picture


class Reorder:
    """Yields packets by sequence number: waits for a missing one until `DEPTH` later ones are there, then counts it as lost."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._early: dict[int, RtpPacket] = {}
        self.n_lost = 0

    def put(self, packet: RtpPacket) -> Iterator[RtpPacket]:
        """The packets that are now in order. A late or doubled packet is dropped; a far jump begins anew."""
        if self._next is None:
            self._next = packet.sequence
        ahead = packet.sequence - self._next & 0xFFFF
        if ahead > 0xFF00:
            return  # late: its place was given up
        if ahead > 0x0400:  # the camera began a new sequence
            self._early.clear()
            self._next = packet.sequence
        self._early[packet.sequence] = packet
        yield from self._ready()
        if len(self._early) > DEPTH:
            nearest = min(self._early, key=lambda sequence: sequence - self._next & 0xFFFF)  # type: ignore[operator]
            self.n_lost += nearest - self._next & 0xFFFF
            self._next = nearest
            yield from self._ready()

    def _ready(self) -> Iterator[RtpPacket]:
        assert self._next is not None
        while (packet := self._early.pop(self._next, None)) is not None:
            self._next = self._next + 1 & 0xFFFF
            yield packet
