"""Which clips play which part in the demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from haetae.embedded.demo.city import CityTruth
from haetae.embedded.demo.photo import Photo, best_photo, duration_s
from haetae.errors import Misconfigured
from haetae.inference.detector import PersonDetector

ARCHIVE = "archive"
_IMPORTABLE_S = (5.0, 60.0)
_EMPTY_NAME = "car-detection"  # the public clip with cars and no people


@dataclass(frozen=True, slots=True)
class Cast:
    """`clips` by camera id. `wanted` is looked for; `imported` is handed in as a recording; `empty` shows nobody."""

    clips: Mapping[str, Path]
    wanted_camera: str
    wanted: Photo
    imported: Path | None
    empty_camera: str | None
    longest_wait_s: float  # until every person that matters has come by once more
    truth: CityTruth | None = None  # of a simulated city: who is where


def choose_cast(clips: Mapping[str, Path], detector: PersonDetector) -> Cast:
    """The clearest person of all clips is looked for; the next best clip that is not too long is imported.

    Raises Misconfigured when no clip shows anybody clearly.
    """
    photos = {camera: photo for camera, clip in clips.items() if (photo := best_photo(clip, detector)) is not None}
    if not photos:
        raise Misconfigured("None of the clips shows a person clearly enough to look for", clips=len(clips))
    ranked = sorted(photos, key=lambda camera: -photos[camera].quality)
    wanted, others = ranked[0], ranked[1:]
    empty = next((camera for camera in clips if camera == _EMPTY_NAME and camera not in photos), None)
    waits = [duration_s(clips[camera]) for camera in (wanted, empty) if camera is not None]
    return Cast(clips, wanted, photos[wanted], _importable(others, clips), empty, max(waits))


def choose_city_cast(clips: Mapping[str, Path], detector: PersonDetector, truth: CityTruth) -> Cast:
    """The clearest of the city's people is looked for, among those whom the truth knows. Raises Misconfigured."""
    photos = {camera: photo for camera, clip in clips.items() if (photo := best_photo(clip, detector)) is not None}
    known = [camera for camera, photo in photos.items() if _is_known(photo, camera, truth)]
    if not known:
        raise Misconfigured("The detector finds nobody clearly in the city's films", clips=len(clips))
    wanted = max(known, key=lambda camera: photos[camera].quality)
    return Cast(clips, wanted, photos[wanted], None, None, duration_s(clips[wanted]), truth)


def _is_known(photo: Photo, camera: str, truth: CityTruth) -> bool:
    return truth.who(camera, photo.at_s, photo.in_frame, photo.frame_size) is not None


def _importable(cameras: Sequence[str], clips: Mapping[str, Path]) -> Path | None:
    low, high = _IMPORTABLE_S
    return next((clips[camera] for camera in cameras if low <= duration_s(clips[camera]) <= high), None)
