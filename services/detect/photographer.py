"""Takes crops out of frames and keeps them as blobs, under keys that the same frame gives again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from haetae.blobs import keys
from haetae.domain.detection import Detection
from haetae.domain.geometry import Box
from haetae.domain.ids import TrackletId
from haetae.domain.tracklet import BestShot
from haetae.imaging import jpeg, quality
from haetae.imaging.crop import crop
from haetae.tracking.best_shots import Shot, appearance_of
from services.detect.view import FrameView, to_pixels_of

JPEG_QUALITY = 90


class CropKeeper(Protocol):
    """Where crops go."""

    def put(self, key: str, data: bytes) -> None:
        """Keeps `data`; the same key again replaces it. Raises Transient."""
        ...


class FramePhotographer:
    """A photographer for one frame; the frame is decoded whole when the first crop is taken."""

    def __init__(self, view: FrameView, keeper: CropKeeper) -> None:
        self._view = view
        self._keeper = keeper

    def promise(self, box: Box, others: Sequence[Box], sharpness: float) -> float:
        """The quality of a crop of `box` if it is as sharp as said."""
        ref = self._view.ref
        size = min(1.0, box.height_px / quality.FULL_HEIGHT_PX)
        outlook = quality.visibility(box, others) * quality.inside_share(box, ref.size)
        return outlook * (size + sharpness) / 2

    def take(self, id: TrackletId, started_at: datetime, detection: Detection, others: Sequence[Box]) -> Shot | None:
        """Cuts, judges and keeps the crop. Raises Transient, and Poison for a frame that cannot be read."""
        ref, pixels = self._view.ref, self._view.whole()
        try:
            cut = crop(pixels, to_pixels_of(pixels, detection.box, ref))
        except ValueError:
            return None
        judged = quality.assess(detection.box, ref.size, others, cut)
        key = keys.crop(started_at, ref.camera_id, id, ref.captured_at)
        self._keeper.put(key, jpeg.encode(cut, JPEG_QUALITY))
        return Shot(BestShot(key, ref.captured_at, detection.box, detection.score, judged), appearance_of(cut))
