"""One viewer of one simulated camera: the clip's pictures in real time, from the newest key frame on."""

from __future__ import annotations

import asyncio
import random
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from haetae.simulator.serving.clip import CLOCK_HZ, Clip, Unit
from haetae.simulator.serving.faults import Faults
from haetae.simulator.serving.packets import onvif_extension, rtp_packet, sender_report

REPORT_EVERY_S = 2.0
CATCH_UP = 8  # over UDP the pictures since the key frame come at most this much faster than real time: nothing slows the sender


@dataclass(slots=True)
class SimulatedCamera:
    """A clip that began at `began_s` (monotonic) and never ends, whoever watches."""

    name: str
    clip: Clip
    faults: Faults = field(default_factory=Faults)
    username: str = ""
    password: str = field(default="", repr=False)
    began_s: float = field(default_factory=time.monotonic)
    base: int = field(default_factory=lambda: random.getrandbits(32))  # of the RTP time stamps

    def wall_s(self, at_s: float) -> float:
        """What the camera's own clock shows at monotonic second `at_s`, as Unix seconds."""
        return time.time() + (at_s - time.monotonic()) + self.faults.clock_offset_s

    def timestamp(self, ticks: int) -> int:
        return self.base + ticks + round(self.faults.timestamp_offset_s * CLOCK_HZ)

    async def pictures(self) -> AsyncIterator[tuple[Unit, int]]:
        """(unit, ticks of the loop it belongs to) from the newest key frame that is due, without end."""
        clip, dues = self.clip, [unit.due for unit in self.clip.units]
        loop, position = divmod(int((time.monotonic() - self.began_s) * CLOCK_HZ), clip.duration)
        index = max(0, bisect_right(dues, position) - 1)
        while index > 0 and not clip.units[index].key:
            index -= 1
        while True:
            if self.clip is not clip:  # the camera was switched to another stream
                clip = self.clip
                loop, index = int((time.monotonic() - self.began_s) * CLOCK_HZ) // clip.duration + 1, 0
            yield clip.units[index], loop * clip.duration
            index += 1
            if index == len(clip.units):
                loop, index = loop + 1, 0


Send = Callable[[list[bytes], bool], None]
"""Takes packets and whether they are RTCP."""


@dataclass(slots=True)
class Playout:
    """Sends one camera to one viewer through `send` until cancelled; `paced` limits bursts (for UDP)."""

    camera: SimulatedCamera
    send: Send
    reset: Callable[[], None]
    paced: bool = False
    ssrc: int = field(default_factory=lambda: random.getrandbits(32))
    sequence: int = field(default_factory=lambda: random.getrandbits(16))
    n_packets: int = 0
    n_bytes: int = 0
    _reported_s: float = 0.0

    async def run(self) -> None:
        camera, faults = self.camera, self.camera.faults
        while faults.play_without_media:
            await asyncio.sleep(0.05)
        async for unit, loop_ticks in camera.pictures():
            due_s = camera.began_s + (unit.due + loop_ticks) / CLOCK_HZ
            delay_s = due_s - time.monotonic()
            if delay_s > 0:
                await asyncio.sleep(delay_s)
            elif self.paced:
                await asyncio.sleep(1 / camera.clip.rate_hz / CATCH_UP)
            while faults.stalled:
                await asyncio.sleep(0.05)
            if faults.reset:
                self.reset()
                return
            self._report(loop_ticks + unit.pts)
            await self._send_unit(unit, loop_ticks)

    async def _send_unit(self, unit: Unit, loop_ticks: int) -> None:
        faults = self.camera.faults
        packets = self._packets(unit, loop_ticks)
        if faults.half_unit:
            self.send(packets[: max(1, len(packets) // 2)], False)
            faults.half_unit, faults.stalled = False, True
        elif faults.trickle:
            for packet in packets:
                self.send([packet], False)
                await asyncio.sleep(1.0)
        else:
            self.send(packets, False)

    def _packets(self, unit: Unit, loop_ticks: int) -> list[bytes]:
        camera, faults = self.camera, self.camera.faults
        ticks = loop_ticks + unit.pts
        stamp, last = camera.timestamp(ticks), len(unit.payloads) - 1
        extension = b""
        if faults.onvif_time:
            extension = onvif_extension(camera.wall_s(camera.began_s + ticks / CLOCK_HZ), key=unit.key)
        packets = []
        for i, payload in enumerate(unit.payloads):
            body = random.randbytes(len(payload)) if faults.garbage and random.random() < faults.garbage else payload
            packets.append(rtp_packet(body, self.sequence, stamp, self.ssrc, marker=i == last, extension=extension))
            self.sequence += 1
            self.n_packets += 1
            self.n_bytes += len(payload)
        if faults.packet_loss or faults.reordering:
            packets = _disturbed(packets, faults)
        return packets

    def _report(self, ticks: int) -> None:
        now_s = time.monotonic()
        if not self.camera.faults.sender_reports or now_s - self._reported_s < REPORT_EVERY_S:
            return
        self._reported_s = now_s
        wall_s = self.camera.wall_s(self.camera.began_s + ticks / CLOCK_HZ)
        self.send([sender_report(self.ssrc, wall_s, self.camera.timestamp(ticks), self.n_packets, self.n_bytes)], True)


def _disturbed(packets: list[bytes], faults: Faults) -> list[bytes]:
    kept = [packet for packet in packets if random.random() >= faults.packet_loss]
    for i in range(len(kept) - 1):
        if random.random() < faults.reordering:
            kept[i], kept[i + 1] = kept[i + 1], kept[i]
    return kept
