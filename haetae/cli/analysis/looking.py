"""A video's frames with the people in them: decoding, detection and what follows overlap, the order stays."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Full, Queue

from haetae.domain.detection import Detection
from haetae.domain.frame import FrameRef, Pixels
from haetae.domain.geometry import ImageSize
from haetae.domain.ids import CameraId
from haetae.inference.detector import PersonDetector
from haetae.media.files import RecordedStream
from haetae.media.picture import Picture, Renderer
from services.detect.pipeline import detected
from services.detect.view import scaled_into

CAMERA = CameraId("video")
LANDSCAPE, PORTRAIT = ImageSize(width=640, height=384), ImageSize(width=384, height=640)
_WAITING = 8  # decoded pictures held at a time: 3 MB each at 1080p
_POLL_S = 0.1
_TOLERANCE_S = 1e-3

Decoded = Queue[tuple[Picture, Pixels] | None]


class VideoView:
    """A decoded picture as the flow of detect wants it. `whole` uses `renderer`, which belongs to the thread that calls it."""

    def __init__(self, picture: Picture, small: Pixels, renderer: Renderer) -> None:
        size = picture.size
        self.picture = picture
        self.ref = FrameRef(
            camera_id=CAMERA,
            boot=picture.boot,
            seq=picture.number,
            captured_at=picture.captured_at,
            received_at=picture.received_at,
            pts_s=picture.pts_s,
            clock_source=picture.clock_source,
            size=size,
            detector_input=detector_input_for(size),
        )
        self._small = small
        self._renderer = renderer
        self._whole: Pixels | None = None

    def small(self) -> Pixels:
        return self._small

    def whole(self) -> Pixels:
        if self._whole is None:
            self._whole = self._renderer.pixels(self.picture)
        return self._whole


@dataclass(frozen=True, slots=True)
class Look:
    """One frame and the people in it; boxes in pixels of the video."""

    view: VideoView
    people: list[Detection]


def detector_input_for(size: ImageSize) -> ImageSize:
    """The detector's input that cameras have by default, turned for upright videos."""
    return LANDSCAPE if size.width >= size.height else PORTRAIT


def looks(stream: RecordedStream, rate_hz: float, detectors: Sequence[PersonDetector]) -> Iterator[Look]:
    """Every frame of the video, or `rate_hz` of them a second (0: every), in order. Each detector works in a thread of its own.

    Raises what reading the video and detecting raise.
    """
    renderer, free, stop = Renderer(), deque(detectors), threading.Event()
    decoded: Decoded = Queue(_WAITING)

    def look(picture: Picture, small: Pixels) -> Look:
        view, detector = VideoView(picture, small, renderer), free.popleft()
        try:
            return Look(view, detected(detector, [(view.ref, small)])[0])
        finally:
            free.append(detector)

    with ThreadPoolExecutor(1, "decoder") as decoder, ThreadPoolExecutor(len(detectors), "detector") as pool:
        reading = decoder.submit(_read, stream, rate_hz, decoded, stop)
        coming: deque[Future[Look]] = deque()
        try:
            while (item := decoded.get()) is not None:
                coming.append(pool.submit(look, *item))
                if len(coming) > len(detectors):
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
            reading.result()  # raises what ended it
        finally:
            stop.set()


def _read(stream: RecordedStream, rate_hz: float, into: Decoded, stop: threading.Event) -> None:
    """The decoder's thread: pictures with their pixels at the detector's scale, and None at the end, whatever ended it."""
    renderer, n_wanted = Renderer(), 0
    try:
        for picture in stream:
            if rate_hz and picture.pts_s < n_wanted / rate_hz - _TOLERANCE_S:
                continue
            n_wanted = int(picture.pts_s * rate_hz + _TOLERANCE_S) + 1
            small = renderer.pixels(picture, scaled_into(picture.size, detector_input_for(picture.size)))
            if not _put(into, (picture, small), stop):
                return
    finally:
        stream.close()
        _put(into, None, stop)


def _put(into: Decoded, item: tuple[Picture, Pixels] | None, stop: threading.Event) -> bool:
    """Whether there was room before the reader was told to stop."""
    while not stop.is_set():
        try:
            into.put(item, timeout=_POLL_S)
        except Full:
            continue
        return True
    return False
