"""From waiting pictures to parcels: JPEG from the planes, wire form, address."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from haetae.domain.camera import Camera
from haetae.domain.frame import DropReason, EncodedFrame, FrameRef
from haetae.media.picture import Picture, Renderer
from haetae.wire import frame as frame_wire
from services.ingest.counts import Counts
from services.ingest.errands import Errand
from services.ingest.outbox import Outbox, Parcel
from services.ingest.slots import NewestFrames


@dataclass(frozen=True, slots=True)
class Encoder:
    """Encodes in one thread for all cameras of the process. `errand_of` gives None for what is no longer read."""

    slots: NewestFrames[Picture]
    outbox: Outbox
    counts: Counts
    errand_of: Callable[[str], Errand | None]

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set and nothing waits any more."""
        renderer = Renderer()
        while not (stop.is_set() and self.slots.is_empty()):
            taken = self.slots.take(0.25)
            if taken is None:
                continue
            name, picture = taken
            errand = self.errand_of(name)
            if errand is None:
                continue  # its camera was given up; what was not counted as received is not missed
            self._encode(errand, picture, renderer, stop)

    def _encode(self, errand: Errand, picture: Picture, renderer: Renderer, stop: threading.Event) -> None:
        camera = errand.camera
        try:
            jpeg = renderer.jpeg(picture, camera.sampling.max_width_px)
        except ValueError:  # a pixel format that JPEG cannot take
            self.counts.add(camera.id, picture.received_at, DropReason.UNREADABLE)
            return
        ref = _ref(camera, picture)
        parcel = Parcel(errand.name, ref, frame_wire.to_bytes(EncodedFrame(ref, jpeg)))
        if errand.is_live:
            for pushed_out in self.outbox.put(parcel):
                self.counts.add(pushed_out.ref.camera_id, pushed_out.ref.received_at, DropReason.BUS_AWAY)
            return
        while not self.outbox.offer(parcel, 0.5):
            if stop.is_set():
                return


def _ref(camera: Camera, picture: Picture) -> FrameRef:
    return FrameRef(
        camera_id=camera.id,
        boot=picture.boot,
        seq=picture.number,
        captured_at=picture.captured_at,
        received_at=picture.received_at,
        pts_s=picture.pts_s,
        clock_source=picture.clock_source,
        size=picture.size,
        detector_input=camera.sampling.detector_input,
    )
