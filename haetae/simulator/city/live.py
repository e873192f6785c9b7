"""A city's cameras drawn while they are watched: coded pictures in real time, from one process a core."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from haetae.errors import Transient
from haetae.simulator.city.city import City
from haetae.simulator.city.crew import alone
from haetae.simulator.city.encoding import Coding, LiveEncoder
from haetae.simulator.city.filming import Cast, Filming
from haetae.simulator.city.shooting import Shooting
from haetae.simulator.serving.clip import CLOCK_HZ
from haetae.simulator.serving.live_camera import LiveCamera, h264_stream, h264_unit
from haetae.simulator.serving.rtsp_server import RtspServer

AFFORDABLE_PER_CORE = 2
"""Cameras of 1280x720 at 15 frames a second that one core draws in real time, with three people before each."""
DELAY_S = 0.5  # between the instant that a picture shows and its being sent: room for a slow frame
_AHEAD_S = 0.25  # pictures are drawn at most so long before they are due
_FIRST_WITHIN_S = 240.0


@dataclass(frozen=True, slots=True)
class _Picture:
    camera: str
    number: int
    packet: bytes
    key: bool


class LiveCity:
    """Draws and serves for as long as the block lasts. The films begin again when the city's time is over.

    Entering it waits until every camera has a picture. Raises Transient where that takes too long.
    """

    def __init__(self, city: City, shooting: Shooting, server: RtspServer) -> None:
        self._city, self._shooting, self._server = city, shooting, server
        self._cameras: dict[str, LiveCamera] = {}
        self._ends: list[Connection] = []
        self._processes: list[multiprocessing.process.BaseProcess] = []
        self._thread = threading.Thread(target=self._receive, name="live-city", daemon=True)
        self._complete = threading.Event()
        self._began_s = 0.0
        self.n_skipped = 0  # pictures that came too late to be drawn

    def __enter__(self) -> LiveCity:
        context = multiprocessing.get_context("spawn")
        ids = [camera.id for camera in self._city.cameras]
        n = max(1, min(len(os.sched_getaffinity(0)), len(ids)))
        for k in range(n):
            ours, theirs = context.Pipe()
            process = context.Process(target=_draw, args=(self._city, ids[k::n], self._shooting, theirs), daemon=True)
            process.start()
            theirs.close()
            self._ends.append(ours)
            self._processes.append(process)
        self._thread.start()
        if not self._complete.wait(_FIRST_WITHIN_S):
            self.__exit__()
            raise Transient("The cameras of the city could not be drawn in time", cameras=len(ids))
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(timeout=5)
        for end in self._ends:
            end.close()

    def _receive(self) -> None:
        """Once every process is ready, all begin at the same instant; then pictures go to their cameras."""
        try:
            for end in self._ends:
                end.recv()
            self._began_s = time.monotonic() + 0.2
            for end in self._ends:
                end.send(self._began_s)
            while True:
                ready = wait(self._ends)
                for end in (end for end in self._ends if end in ready):
                    self._take(end.recv())
        except (EOFError, OSError):
            return  # the processes have ended

    def _take(self, message: Any) -> None:
        if not isinstance(message, _Picture):
            self.n_skipped += int(message)
            return
        rate_hz = self._shooting.rate_hz
        if message.camera not in self._cameras:
            stream = h264_stream(message.camera, message.packet, self._shooting.size, rate_hz)
            camera = LiveCamera(message.camera, stream, began_s=self._began_s)
            self._cameras[message.camera] = camera
            self._server.add_camera(camera)
        pts = round(message.number / rate_hz * CLOCK_HZ)
        unit = h264_unit(message.packet, pts, pts + round(DELAY_S * CLOCK_HZ), key=message.key)
        self._cameras[message.camera].feed(unit)
        if len(self._cameras) == len(self._city.cameras):
            self._complete.set()


def _draw(city: City, camera_ids: Sequence[str], shooting: Shooting, out: Any) -> None:
    """One process: its cameras in turn, frame by frame; frames for which it is too late are left out."""
    alone()
    figures = Cast(city)
    cameras = [city.map.camera(id) for id in camera_ids]
    films = {camera.id: Filming(city, camera, shooting.size, figures) for camera in cameras}
    for id in camera_ids:  # compiles, and makes the figures that are seen first
        films[id].film(0.0)
    encoders = {c.id: LiveEncoder(Coding(shooting.size, shooting.rate_hz, 24 + c.seed % 6, "ultrafast")) for c in cameras}
    out.send("ready")
    began_s = float(out.recv())
    number = 0
    while True:
        time.sleep(max(0.0, began_s + number / shooting.rate_hz - _AHEAD_S - time.monotonic()))
        at_s = (number / shooting.rate_hz) % city.duration_s
        for id in camera_ids:
            picture, _ = films[id].film(at_s)
            packet, key = encoders[id].encode(picture, number)
            out.send(_Picture(id, number, packet, key))
        number += 1
        late_s = time.monotonic() - (began_s + number / shooting.rate_hz)
        if late_s > DELAY_S / 2:
            skipped = int(late_s * shooting.rate_hz) + 1
            out.send(skipped)
            number += skipped
