"""A gallery out of real clips: detected, followed, embedded and stored in this process, as the services would."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import av
import numpy as np

from haetae.blobs import keys
from haetae.blobs.local_folder import LocalFolder
from haetae.domain.detection import Detection
from haetae.domain.embedding import Embedding, pooled
from haetae.domain.frame import Pixels
from haetae.domain.geometry import ImageSize
from haetae.domain.ids import CameraId, tracklet_id
from haetae.domain.sighting import Sighting
from haetae.domain.timing import to_us
from haetae.domain.tracklet import BestShot, Waypoint
from haetae.imaging.colours import clothing_colours
from haetae.imaging.crop import crop
from haetae.imaging.jpeg import encode
from haetae.imaging.quality import assess
from haetae.inference.attribute_classifier import AttributeClassifier
from haetae.inference.detector import PersonDetector
from haetae.inference.embedder import Embedder
from haetae.inference.local import LocalInference
from haetae.tracking.tracker import Tracker, TrackerState

SHOTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One person in one frame."""

    at: datetime
    frame: Pixels
    detection: Detection
    others: tuple[Detection, ...]


def frames_of(clip: Path, rate_hz: float, longest_s: float) -> Iterator[tuple[float, Pixels]]:
    """(seconds, BGR frame) about `rate_hz` times a second."""
    with av.open(str(clip)) as container:
        next_s = 0.0
        for frame in container.decode(video=0):
            if frame.time > longest_s:
                return
            if frame.time >= next_s:
                next_s += 1 / rate_hz
                yield frame.time, frame.to_ndarray(format="bgr24")


class ClipGallery:
    """Makes sightings; crops go to `blobs`."""

    def __init__(self, inference: LocalInference, blobs: LocalFolder) -> None:
        self._detector = PersonDetector(inference, "rtmdet-nano")
        self._embedder = Embedder(inference, "reid-0288")
        self._classifier = AttributeClassifier(inference, "attributes-0230")
        self._blobs = blobs

    def sightings(
        self, clip: Path, camera: str, started_at: datetime, *, rate_hz: float = 5.0, longest_s: float = 60.0
    ) -> list[Sighting]:
        """The people of a clip, as seen by `camera` from `started_at` on."""
        followed: dict[int, list[Shown]] = {}
        tracker, state = Tracker(), TrackerState()
        for seconds, frame in frames_of(clip, rate_hz, longest_s):
            at = started_at + timedelta(seconds=seconds)
            [people] = self._detector.detect([frame])
            step = tracker.update(state, to_us(at), people)
            state = step.state
            for number, person in zip(step.numbers, people, strict=True):
                if number is not None:
                    others = tuple(other for other in people if other is not person)
                    followed.setdefault(number, []).append(Shown(at, frame, person, others))
        return [self._sighting(CameraId(camera), number, shown) for number, shown in followed.items() if len(shown) >= 4]

    def _sighting(self, camera: CameraId, number: int, shown: list[Shown]) -> Sighting:
        id, started_at = tracklet_id(camera, "clip", number), shown[0].at
        judged = []
        for one in shown:
            size = ImageSize(width=one.frame.shape[1], height=one.frame.shape[0])
            pixels = crop(one.frame, one.detection.box)
            quality = assess(one.detection.box, size, [other.box for other in one.others], pixels)
            judged.append((quality.total, one, pixels, quality))
        judged.sort(key=lambda entry: -entry[0])
        best = judged[:SHOTS]
        shots = []
        for _, one, pixels, quality in best:
            key = keys.crop(started_at, camera, id, one.at)
            self._blobs.put(key, encode(pixels, 90))
            shots.append(BestShot(key, one.at, one.detection.box, one.detection.score, quality))
        crops = [pixels for _, _, pixels, _ in best]
        weights = np.array([max(total, 1e-3) for total, *_ in best], np.float32)
        return Sighting(
            id=id,
            camera_id=camera,
            started_at=started_at,
            ended_at=shown[-1].at,
            n_detections=len(shown),
            best_shots=tuple(shots),
            path=tuple(Waypoint(one.at, one.detection.box) for one in shown[::5]),
            frame_size=size,
            closed=True,
            revision=1,
            attributes=self._classifier.classify(crops[:1])[0].merged(clothing_colours(crops[0])),
            attribute_model=self._classifier.model_name,
            embedding=Embedding(pooled(self._embedder.embed(crops), weights), self._embedder.model),
        )
