"""One camera's thread: opens, reads, judges, hands on what is worth looking at; backs off and tries again."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

from haetae.domain.frame import DropReason
from haetae.domain.timing import Clock
from haetae.errors import Refused
from haetae.imaging.motion import MotionGate, MotionLimits
from haetae.media.picture import Picture, Renderer
from haetae.media.source import Site, Source, open_source
from haetae.media.trouble import CameraTrouble, TroubleKind
from haetae.telemetry import logs
from services.ingest.counts import Counts
from services.ingest.errands import Errand
from services.ingest.pipeline import FrameFlow
from services.ingest.slots import NewestFrames
from services.ingest.watch import Watch

_FIRST_BACKOFF_S = 0.4
_WRONG_CLOCK = "The camera's clock is more than a day wrong: the arrival is used instead."


@dataclass(frozen=True, slots=True)
class Habits:
    """What all cameras of a process share. `is_full` tells whether the camera's shard takes no more live frames."""

    site: Site
    clock: Clock
    counts: Counts
    slots: NewestFrames[Picture]
    is_full: Callable[[str], bool]
    heartbeat_s: float = 2.0
    motion_hold_s: float = 2.0
    longest_backoff_s: float = 2.0


class CameraReader:
    """Reads one errand in a thread of its own until stopped, or until a recording's end."""

    def __init__(self, errand: Errand, habits: Habits) -> None:
        self.errand, self._habits = errand, habits
        fresh_s = habits.site.deadlines.frame_s + 1.0 if errand.is_live else float("inf")
        self.watch = Watch(errand.name, fresh_s=fresh_s)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=errand.name, daemon=True)
        self._log = logs.get().bind(camera_id=errand.camera.id, errand=errand.name)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Asks the thread to end; `is_alive` tells when it has."""
        self._stop.set()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def is_stopping(self) -> bool:
        return self._stop.is_set()

    def _run(self) -> None:
        backoff_s = _FIRST_BACKOFF_S
        while not self._stop.is_set():
            self.watch.turn()
            try:
                n = self._read()
                if not self.errand.is_live:
                    self.watch.finish("" if n else "It holds no pictures.", failed=n == 0)
                    return
            except Refused as refusal:
                n = self._troubled(refusal.message, refusal.kind)
                if self.errand.is_recording:
                    self.watch.finish(refusal.message, failed=True)
                    return
            except CameraTrouble as trouble:
                n = self._troubled(trouble.message, trouble.kind.value)
                if not self.errand.is_live and trouble.kind is TroubleKind.UNREADABLE:
                    self.watch.finish(trouble.message, failed=True)
                    return
            backoff_s = _FIRST_BACKOFF_S if n else min(self._habits.longest_backoff_s, backoff_s * 2)
            self._stop.wait(backoff_s * random.uniform(0.6, 1.0))

    def _troubled(self, message: str, kind: str) -> int:
        """Reports it; how many pictures came before."""
        if not self._stop.is_set():
            self.watch.trouble(message)
            self._log.info("camera_lost" if self._n_read else "camera_not_opened", kind=kind, detail=message)
        return self._n_read

    _n_read = 0

    def _read(self) -> int:
        self._n_read = 0
        camera, habits = self.errand.camera, self._habits
        source = open_source(camera, self.errand.credentials, habits.site, habits.clock)
        renderer = Renderer()
        flow: FrameFlow[Picture] = FrameFlow(
            camera.sampling,
            lambda: MotionGate(MotionLimits(hold_s=habits.motion_hold_s)),
            renderer.luma,
            heartbeat_s=habits.heartbeat_s,
        )
        n_unreadable = 0
        try:
            for picture in source:
                if self._n_read == 0:
                    self._log.info("camera_came", codec=source.codec, size=str(picture.size), clock=picture.clock_source.value)
                self._n_read += 1
                self._unreadable(source.n_unreadable - n_unreadable)
                n_unreadable = source.n_unreadable
                self.watch.frame(picture.captured_at, getattr(source, "progress", 0.0), _note(source))
                if not self._hand_on(picture, flow) or self._stop.is_set():
                    break
            return self._n_read
        finally:
            self._unreadable(source.n_unreadable - n_unreadable)
            source.close()

    def _hand_on(self, picture: Picture, flow: FrameFlow[Picture]) -> bool:
        """Judges the picture and gives it to the encoder; False where the reader was stopped while it waited."""
        name, camera_id = self.errand.name, self.errand.camera.id
        fate = flow.judge(picture)
        if fate is None and self.errand.is_live and self._habits.is_full(camera_id):
            fate = DropReason.BACKLOG_FULL
        if fate is not None:
            self._habits.counts.add(camera_id, picture.received_at, fate)
            return True
        if self.errand.is_live:
            replaced = self._habits.slots.put(name, picture)
            if replaced is not None:
                self._habits.counts.add(camera_id, replaced.received_at, DropReason.SUPERSEDED)
            return True
        while not self._habits.slots.offer(name, picture, 0.5):
            self.watch.turn()
            if self._stop.is_set():
                return False
        return True

    def _unreadable(self, n: int) -> None:
        if n > 0:
            self._habits.counts.add(self.errand.camera.id, self._habits.clock.now(), DropReason.UNREADABLE, n)


def _note(source: Source) -> str:
    return _WRONG_CLOCK if getattr(source, "clock_implausible", False) else ""
