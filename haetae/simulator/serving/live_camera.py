"""A simulated camera whose pictures are made while it is watched."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from haetae.domain.geometry import ImageSize
from haetae.simulator.serving.clip import CLOCK_HZ, Clip, Unit
from haetae.simulator.serving.packets import fragment
from haetae.simulator.serving.playout import SimulatedCamera

_KEPT_UNITS = 600
_H264_SPS, _H264_PPS = 7, 8


@dataclass(slots=True)
class LiveCamera(SimulatedCamera):
    """`feed` gives it one coded picture after the other, from any thread; viewers begin at the newest key frame."""

    _units: deque[Unit] = field(default_factory=lambda: deque(maxlen=_KEPT_UNITS))
    _n_fed: int = 0
    _newest_key: int = 0

    def feed(self, unit: Unit) -> None:
        """The next picture, in order of time."""
        if unit.key:
            self._newest_key = self._n_fed
        self._units.append(unit)
        self._n_fed += 1

    async def pictures(self) -> AsyncIterator[tuple[Unit, int]]:
        """(unit, 0) from the newest key frame, as they come, without end."""
        index = self._newest_key
        while True:
            while index >= self._n_fed:
                await asyncio.sleep(0.005)
            if index < self._n_fed - len(self._units):  # a viewer who waited too long
                index = self._newest_key
            yield self._units[index - self._n_fed], 0
            index += 1


def h264_unit(packet: bytes, pts: int, due: int, *, key: bool) -> Unit:
    """One H.264 picture as an encoder gives it, behind start codes (ISO 14496-10, annex B); ticks of 1/90000 s."""
    return Unit(pts, due, key, tuple(payload for nal in _nals(packet) for payload in fragment("h264", nal)))


def h264_stream(name: str, first_packet: bytes, size: ImageSize, rate_hz: float) -> Clip:
    """What is said of a stream before it is played; `first_packet` is a key frame with its parameter sets."""
    sets = tuple(nal for nal in _nals(first_packet) if nal[0] & 31 in (_H264_SPS, _H264_PPS))
    return Clip(Path(name), "h264", size, rate_hz, CLOCK_HZ, sets, ())


def _nals(packet: bytes) -> list[bytes]:
    return [nal for nal in packet.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01") if nal]
